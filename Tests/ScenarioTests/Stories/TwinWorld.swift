// An independent and stricter GitHub, from beside the checkout: a Python program that validates each request against the official description.
// It is told what people do over its control paths. Where it or its Python is missing, the second opinion is left out with a line that says so.

import ForgeCore
import ForgeSystem
import ForgeTestSupport
import Foundation

final class TwinWorld: GitHubWorld {
    let name = "twin"
    let owner = "octo-org"
    let botLogin = "forge[bot]"
    let appID: Int64 = 1
    let privateKeyPEM: String
    let webhookSecret = GitHubStandIn.webhookSecret
    let port: Int
    private let process = Process()
    private let folder: URL

    var apiURL: String { "http://127.0.0.1:\(port)" }

    /// Where it lies, and a Python that can run it; else why not.
    static let place: Result<(folder: String, python: String), TestFailure> = {
        let checkout = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "../../..")
            .standardizedFileURL
        let folder = checkout.appending(path: "../shared/tools/twin").standardizedFileURL.path
        guard FileManager.default.fileExists(atPath: "\(folder)/github_twin.py") else {
            return .failure(TestFailure(description: "there is no twin beside the checkout"))
        }
        let named = ProcessInfo.processInfo.environment["TWIN_PYTHON"]
        let pythons = [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap { $0 }
        for python in pythons where FileManager.default.isExecutableFile(atPath: python) {
            let modules = ["-c", "import aiohttp, cryptography, graphql, jsonschema"]
            if let run = try? ProcessRun(python, modules, in: "/"), run.code == 0 { return .success((folder, python)) }
        }
        return .failure(
            TestFailure(description: "no Python here has aiohttp, cryptography, graphql-core and jsonschema; TWIN_PYTHON names one"))
    }()

    init() throws {
        let (source, python) = try Self.place.get()
        let key = try StandInKey.shared.get()
        privateKeyPEM = key.privatePEM
        folder = FileManager.default.temporaryDirectory.appending(path: "forge-twin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(key.publicPEM.utf8).write(to: folder.appending(path: "app.pub.pem"))
        port = try Self.freePort()
        process.executableURL = URL(filePath: python)
        process.currentDirectoryURL = URL(filePath: source)
        process.arguments = [
            "github_twin.py", "--port", "\(port)", "--root", folder.appending(path: "github").path, "--app-id", "1", "--public-key",
            folder.appending(path: "app.pub.pem").path, "--webhook-secret", webhookSecret, "--max-seconds", "1200",
        ]
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
        var reader = LineReader(descriptor: output.fileHandleForReading.fileDescriptor)
        guard try reader.next() != nil else { throw TestFailure(description: "the twin did not start") }
        withExtendedLifetime(output) {}
    }

    deinit {
        // It has nothing to keep.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)  // What stays lies among the temporary files.
    }

    private static func freePort() throws -> Int {
        let listener = try FreePort()
        return listener.port
    }

    // MARK: - Control

    @discardableResult
    private func control(_ verb: String, _ members: (String, JSON?)...) throws -> JSON {
        let body = JSON.object(members.compactMap { name, value in value.map { JSON.Member(name, $0) } }).utf8
        let answer = try ask("POST", "/_twin/\(verb)", body)
        guard answer["result"] != nil || answer["deliveries"] != nil else {
            throw TestFailure(description: "the twin would not \(verb): \(answer.text.prefix(500))")
        }
        return answer["result"] ?? .null
    }

    private func ask(_ method: String, _ path: String, _ body: [UInt8] = []) throws -> JSON {
        let head =
            "\(method) \(path) HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: \(body.count)\r\n\r\n"
        let answer = try LocalSocket.exchange(host: "127.0.0.1", port: port, request: Array(head.utf8) + body, bytesMax: 64 << 20)
        guard let end = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { throw TestFailure(description: "the twin says nothing") }
        return try JSONParser.parse(Array(answer[end.upperBound...])).value
    }

    private func files(_ files: GitHubStandIn.Files) -> JSON {
        .object(
            files.map { path, file in
                let value: JSON =
                    switch file {
                    case .text(let text): .string(text)
                    case .program(let text): ["content": .string(text), "mode": "100755"]
                    case .link(let target): ["content": .string(target), "mode": "120000"]
                    case .bytes(let bytes): ["base64": .string(Data(bytes).base64EncodedString())]
                    case .module(let commit): ["content": .string(commit), "mode": "160000"]
                    case .gone: .null
                    }
                return JSON.Member(path, value)
            })
    }

    func sendWebhooks(toPort port: Int?) throws {
        try control("config", ("webhook_url", .string(port.map { "http://127.0.0.1:\($0)/webhooks/github" } ?? "")))
    }

    func makeRepository(_ name: String, _ files: GitHubStandIn.Files, people: [String: String]) throws {
        let roles = JSON.object(people.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) })
        try control("repos", ("repo", .string(name)), ("files", self.files(files)), ("collaborators", roles))
    }

    func fork(_ repository: String, by person: String) throws -> String {
        try control("fork", ("repo", .string(repository)), ("user", .string(person)))["repo"]?.string ?? ""
    }

    func push(_ files: GitHubStandIn.Files, to branch: String, of repository: String, as person: String) throws -> String {
        let made = try control(
            "push", ("repo", .string(repository)), ("branch", .string(branch)), ("files", self.files(files)), ("user", .string(person)))
        return made["sha"]?.string ?? ""
    }

    func forcePush(_ files: GitHubStandIn.Files, to branch: String, of repository: String, as person: String) throws -> String {
        let made = try control(
            "push", ("repo", .string(repository)), ("branch", .string(branch)), ("files", self.files(files)), ("user", .string(person)),
            ("from", "main"))
        return made["sha"]?.string ?? ""
    }

    func deleteBranch(_ branch: String, of repository: String) throws {
        try control("push", ("repo", .string(repository)), ("branch", .string(branch)), ("delete", true))
    }

    func open(_ draft: PullDraft) throws -> Int64 {
        let head = draft.fork.map { "\($0.split(separator: "/")[0]):\(draft.branch)" } ?? draft.branch
        let made = try control(
            "pulls", ("repo", .string(draft.repository)), ("head", .string(head)), ("title", .string(draft.title)),
            ("body", .string(draft.body)), ("base", .string(draft.base)), ("user", .string(draft.author)), ("draft", .bool(draft.isDraft)))
        return made["number"]?.integer ?? 0
    }

    private func act(_ action: String, _ number: Int64, _ repository: String, _ more: (String, JSON)? = nil) throws {
        try control(
            "pr", ("repo", .string(repository)), ("number", JSON(number)), ("user", "alice"), ("action", .string(action)),
            (more?.0 ?? "action", more?.1 ?? .string(action)))
    }

    func markReady(_ number: Int64, in repository: String) throws { try act("ready", number, repository) }
    func close(_ number: Int64, in repository: String) throws { try act("close", number, repository) }
    func retarget(_ number: Int64, in repository: String, to base: String) throws {
        try act("edit", number, repository, ("base", .string(base)))
    }

    func comment(_ body: String, on number: Int64, in repository: String, as person: String) throws -> Int64 {
        let made = try control(
            "comment", ("repo", .string(repository)), ("number", JSON(number)), ("body", .string(body)), ("user", .string(person)))
        return made["id"]?.integer ?? 0
    }

    func edit(_ comment: Int64, to body: String, in repository: String, as person: String) throws {
        try control(
            "comment", ("repo", .string(repository)), ("comment_id", JSON(comment)), ("body", .string(body)), ("user", .string(person)))
    }

    func reply(_ body: String, to comment: Int64, on number: Int64, in repository: String, as person: String) throws {
        try control(
            "comment", ("repo", .string(repository)), ("number", JSON(number)), ("body", .string(body)), ("user", .string(person)),
            ("in_reply_to", JSON(comment)))
    }

    func setResolved(_ isResolved: Bool, _ thread: PullPage.Thread, on number: Int64, in repository: String, as person: String) throws {
        try control(
            "thread", ("repo", .string(repository)), ("thread", .string(thread.id)), ("resolved", .bool(isResolved)),
            ("user", .string(person)))
    }

    func press(_ button: String?, of check: PullPage.Check, in repository: String, as person: String) throws {
        if let button {
            try control(
                "check_action", ("repo", .string(repository)), ("check_run_id", JSON(check.id)), ("identifier", .string(button)),
                ("user", .string(person)))
        } else {
            try control("rerequest", ("repo", .string(repository)), ("check_run_id", JSON(check.id)), ("user", .string(person)))
        }
    }

    func setSuspended(_ isSuspended: Bool) throws { try control(isSuspended ? "suspend" : "unsuspend") }

    // MARK: - Reading

    func page(of number: Int64, in repository: String) throws -> PullPage {
        let state = try ask("GET", "/_twin/state?requests=0&repo=\(repository)")
        let place = state["repos"]?[repository]
        guard let pull = place?["pulls"]?.array?.first(where: { $0["number"]?.integer == number }) else {
            throw TestFailure(description: "the twin has no \(repository)#\(number)")
        }
        let remarks = Dictionary(
            (pull["review_comments"]?.array ?? []).map { ($0["id"]?.integer ?? 0, Self.remark($0)) },
            uniquingKeysWith: { first, _ in first })
        let threads = (pull["threads"]?.array ?? []).map { json in
            PullPage.Thread(
                id: json["id"]?.string ?? "", path: json["path"]?.string ?? "",
                line: json["outdated"]?.bool == true ? nil : json["line"]?.integer.map(Int.init),
                isResolved: json["resolved"]?.bool ?? false, isOutdated: json["outdated"]?.bool ?? false,
                remarks: (json["comments"]?.array ?? []).compactMap { $0.integer.flatMap { remarks[$0] } })
        }
        let roots = Set(threads.compactMap { $0.remarks.first?.id })
        let head = pull["head"]?["sha"]?.string ?? ""
        return PullPage(
            number: number, title: pull["title"]?.string ?? "", body: pull["body"]?.string ?? "", head: head,
            isOpen: pull["state"]?.string == "open", labels: (pull["labels"]?.array ?? []).compactMap(\.string),
            reviews: (pull["reviews"]?.array ?? []).map { Self.review($0, roots) }.filter { $0.threadCount > 0 || !$0.body.isEmpty },
            comments: (pull["comments"]?.array ?? []).map(Self.remark), threads: threads,
            checks: (place?["check_runs"]?.array ?? []).filter { $0["head_sha"]?.string == head }.map(Self.check))
    }

    private static func remark(_ json: JSON) -> PullPage.Remark {
        .init(
            id: json["id"]?.integer ?? 0, author: json["user"]?.string ?? "", body: json["body"]?.string ?? "",
            reactions: (json["reactions"]?.array ?? []).compactMap { $0["content"]?.string })
    }

    private static func review(_ json: JSON, _ roots: Set<Int64>) -> PullPage.Review {
        .init(
            id: json["id"]?.integer ?? 0, author: json["user"]?.string ?? "", state: json["state"]?.string ?? "",
            body: json["body"]?.string ?? "", commit: json["commit_id"]?.string ?? "",
            threadCount: (json["comments"]?.array ?? []).count { $0.integer.map(roots.contains) ?? false })
    }

    private static func check(_ json: JSON) -> PullPage.Check {
        .init(
            id: json["id"]?.integer ?? 0, name: json["name"]?.string ?? "", head: json["head_sha"]?.string ?? "",
            status: json["status"]?.string ?? "", conclusion: json["conclusion"]?.string, title: json["output"]?["title"]?.string ?? "",
            summary: json["output"]?["summary"]?.string ?? "", annotationCount: json["annotations"]?.array?.count ?? 0,
            externalID: json["external_id"]?.string ?? "")
    }

    func hasToldAll() throws -> Bool {
        let state = try ask("GET", "/_twin/state?requests=0&repo=none")
        return !(state["deliveries"]?.array ?? []).contains { $0["status"] == nil || $0["status"]?.string == "PENDING" }
    }

    func activityCount() throws -> Int {
        let state = try ask("GET", "/_twin/state?repo=none")
        return (state["requests"]?.array?.count ?? 0) + (state["deliveries"]?.array?.count ?? 0)
    }

    func violations() throws -> [String] { (try ask("GET", "/_twin/violations")["violations"]?.array ?? []).map(\.text) }

    func requestLines() throws -> [String] {
        (try ask("GET", "/_twin/requests?since=0")["requests"]?.array ?? []).map {
            "\($0["method"]?.string ?? "") \($0["path"]?.string ?? "")"
        }
    }
}

/// A port that nobody has at the moment.
private struct FreePort {
    let port: Int

    init() throws {
        let script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let run = try ProcessRun(try TwinWorld.place.get().python, ["-c", script], in: "/")
        guard let port = Int(String(decoding: run.output, as: UTF8.self).filter(\.isNumber)) else {
            throw TestFailure(description: "no port is free: \(run.errors)")
        }
        self.port = port
    }
}
