// `forge doctor`: is everything there that the service needs? Each line says what was found, and what to do where something is wrong.

import ForgeConfig
import ForgeCore
import ForgeCrypto
import ForgeServer
import ForgeStore
import ForgeSystem
import ForgeYAML

enum DoctorCommand {
    static let all = [doctor]

    private static let doctor = CommandSpecification(
        "doctor", "check this machine and the settings, and say what to do",
        details: """
            It asks no model, unless told to: --ask-model puts one short question to the configured one, which costs next to nothing.
            Exit codes: 0 nothing is wrong (warnings aside), 1 something is, 2 the settings cannot be used.
            """,
        options: [.json, .config, .init("ask-model", nil, "ask the configured model, too")]
    ) { arguments, context in
        let settings = try loadSettings(arguments, context)
        let models = await DoctorModel(settings: settings, context: context, asks: arguments.has("ask-model")).findings
        let findings = Examination(settings: settings, context: context).findings + models + (await settings.sandbox.findings)
        if arguments.has("json") {
            try context.write(findings.map { $0.json.text + "\n" }.joined())
        } else {
            try context.write(findings.map { $0.text(colours: context.colours) }.joined())
        }
        return findings.contains { $0.state == .wrong } ? .refused : .ok
    }
}

struct DoctorFinding: Sendable {
    enum State: String, Sendable { case fine, warning, wrong }

    var name: String
    var state: State
    var detail: String
    var advice: String?

    var json: JSON {
        JSON.object([
            .init("schema", 1), .init("name", .string(name)), .init("state", .string(state.rawValue)), .init("detail", .string(detail)),
            .init("advice", JSON(advice)),
        ]).withoutNulls
    }

    func text(colours: Bool) -> String {
        let tone: Table.Tone =
            switch state {
            case .fine: .good
            case .warning: .notice
            case .wrong: .bad
            }
        let mark = state.rawValue + String(repeating: " ", count: 8 - state.rawValue.count)
        let head = "\(colours ? Table.painted(mark, tone) : mark) \(name): \(detail)\n"
        return advice.map { head + "         → \($0)\n" } ?? head
    }
}

private struct Examination {
    private static let freeBytesWarning: Int64 = 5 << 30
    private static let freeBytesWrong: Int64 = 200 << 20
    /// No clock that is right shows a moment before this program was written.
    private static let clockFloor = Timestamp(milliseconds: 1_790_000_000_000)

    let settings: ServerSettings
    let context: CommandContext

    var findings: [DoctorFinding] { [libraries, clock, folder, disk, database, port] + localHost + secrets }

    private var libraries: DoctorFinding {
        let versions = [
            "SQLite \(SQLiteStore.libraryVersion)", "libmicrohttpd \(HTTPServer.libraryVersion)", CryptoLibrary.version,
            "libyaml \(YAMLLibrary.version)",
        ]
        return DoctorFinding(name: "libraries", state: .fine, detail: versions.joined(separator: ", "))
    }

    private var clock: DoctorFinding {
        let now = context.clock.now
        guard now > Self.clockFloor else {
            return DoctorFinding(name: "clock", state: .wrong, detail: "it shows \(now)", advice: "set the clock; install and start chrony")
        }
        guard WallClock.isSynchronised else {
            return DoctorFinding(
                name: "clock", state: .warning, detail: "\(now), but nothing keeps it right",
                advice: "start chrony or systemd-timesyncd: GitHub refuses App tokens from a clock that is a minute off")
        }
        return DoctorFinding(name: "clock", state: .fine, detail: "\(now), kept right by the system")
    }

    private var folder: DoctorFinding {
        guard Files.exists(settings.data) else {
            let parent = settings.data.split(separator: "/").dropLast().joined(separator: "/")
            let isPossible = Files.isWritable((settings.data.hasPrefix("/") ? "/" : "") + (parent.isEmpty ? "." : parent))
            return DoctorFinding(
                name: "data folder", state: isPossible ? .fine : .wrong,
                detail: "\(settings.data) is not there" + (isPossible ? " yet; forge serve makes it" : " and cannot be made"),
                advice: isPossible ? nil : "make it and give it to the user that runs forge, or set 'data' to another folder")
        }
        guard Files.isWritable(settings.data) else {
            return DoctorFinding(
                name: "data folder", state: .wrong, detail: "\(settings.data) cannot be written",
                advice: "give it to the user that runs forge: chown -R USER \(settings.data)")
        }
        return DoctorFinding(name: "data folder", state: .fine, detail: "\(settings.data) can be written")
    }

    private var disk: DoctorFinding {
        do {
            let free = try Files.freeBytes(Files.exists(settings.data) ? settings.data : "/")
            let detail = "\(free >> 20) MiB free"
            if free < Self.freeBytesWrong {
                return DoctorFinding(
                    name: "disk", state: .wrong, detail: detail, advice: "make room: deliveries are refused with 503 when full")
            }
            return DoctorFinding(
                name: "disk", state: free < Self.freeBytesWarning ? .warning : .fine, detail: detail,
                advice: free < Self.freeBytesWarning ? "shorten retention.delivery_bodies or make room" : nil)
        } catch {
            return DoctorFinding(name: "disk", state: .wrong, detail: "\(error)", advice: "set 'data' to a folder on a mounted disk")
        }
    }

    private var database: DoctorFinding {
        guard Files.exists(settings.data + "/" + SQLiteStore.fileName) else {
            return DoctorFinding(name: "database", state: .fine, detail: "none yet; forge serve makes it")
        }
        do throws(StoreError) {
            let found = try SQLiteStore.examine(folder: settings.data)
            return DoctorFinding(name: "database", state: .fine, detail: found)
        } catch {
            return DoctorFinding(
                name: "database", state: .wrong, detail: error.message,
                advice: error.code == .newer
                    ? "run the newer forge that made it" : "put a backup in its place (deploy/README.md); the file was not touched")
        }
    }

    private var port: DoctorFinding {
        let listen = settings.listen
        do {
            try LocalSocket.checkFree(host: listen.address.description, port: Int(listen.port))
            return DoctorFinding(name: "address", state: .fine, detail: "\(listen) is free")
        } catch {
            return DoctorFinding(
                name: "address", state: .warning, detail: "\(error)",
                advice: "is forge serve running already? If not, find who listens there or set 'listen' to another port")
        }
    }

    private var localHost: [DoctorFinding] {
        guard let folder = settings.localHost.repositories else { return [] }
        guard Files.exists(folder) else {
            return [
                DoctorFinding(
                    name: "local host", state: .wrong, detail: "\(folder) is not there",
                    advice: "make it, or set local_host.repositories to the folder of your bare repositories")
            ]
        }
        let isWritable = Files.isWritable(folder)
        return [
            DoctorFinding(
                name: "local host", state: isWritable ? .fine : .warning,
                detail: "repositories in \(folder)\(isWritable ? "" : ", which cannot be written")",
                advice: isWritable ? nil : "let the user that runs forge write in its repositories: heads are kept under refs/pull/")
        ]
    }

    private var secrets: [DoctorFinding] {
        let github = proof(
            "github", count: settings.github.webhookSecrets.count, what: "webhook secret",
            advice: "set github.webhook_secrets_file to the file with the App's webhook secret; until then its deliveries are refused")
        let trackers = settings.trackers.map { tracker in
            let isSentry = tracker.kind == .sentry
            return proof(
                "tracker \(tracker.name)", count: isSentry ? tracker.clientSecrets.count : tracker.pathTokens.count,
                what: isSentry ? "client secret" : "path token",
                advice: "set \(isSentry ? "client_secret_file" : "path_token_file") of this tracker; until then its deliveries are refused")
        }
        return (settings.usesGitHub ? [github] : []) + trackers
    }

    private func proof(_ name: String, count: Int, what: String, advice: String) -> DoctorFinding {
        guard count == 0 else {
            return DoctorFinding(name: name, state: .fine, detail: count == 1 ? "one \(what)" : "\(count) \(what)s, the newest first")
        }
        return DoctorFinding(name: name, state: .warning, detail: "no \(what)", advice: advice)
    }
}
