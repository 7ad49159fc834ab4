// `forge app …` as a person runs it: the real program, a browser played by plain requests, and a GitHub of one App on loopback.

import ForgeCore
import ForgeCrypto
import ForgeServer
import ForgeSystem
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

/// What this GitHub was asked, and what it says. Its answers are the test's to change.
private final class OneAppGitHub: Sendable {
    struct State {
        var asked: [String] = []
        var authorizations: [String] = []
        var answers: [String: (status: Int, json: JSON)] = [:]
        /// Never answered.
        var silent: Set<String> = []
    }

    let state = Mutex(State())
    private let server: HTTPServer
    let port: UInt16

    var url: String { "http://127.0.0.1:\(port)" }
    var asked: [String] { state.withLock { $0.asked } }

    init() throws {
        let gate = Mutex<OneAppGitHub?>(nil)
        let paths = [
            "/app", "/app/hook/config", "/app/hook/deliveries", "/app/installations", "/app-manifests/{code}/conversions", "/users/{login}",
        ]
        let routes = paths.map { path in
            HTTPRoute(path.hasSuffix("conversions") ? .post : .get, path, bodyBytesMax: 1 << 16) { request in
                guard let github = gate.withLock({ $0 }) else { return HTTPResponse(status: 500) }
                return await github.answer(request)
            }
        }
        server = HTTPServer(
            listen: ListenAddress(address: IPAddress(version4: 0x7F00_0001), port: 0), routes: routes,
            dependencies: ServerDependencies(
                log: .silent, metrics: Metrics(), monotonic: { DispatchTime.now().uptimeNanoseconds }, requestIDs: { "request" }))
        port = try server.start()
        gate.withLock { $0 = self }
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let line = "\(request.method.rawValue) \(request.path)"
        let (answer, isSilent) = state.withLock { state in
            state.asked.append(line)
            state.authorizations.append(request.header("authorization") ?? "")
            return (state.answers[line], state.silent.contains(line))
        }
        // Until the client is gone.
        if isSilent { for await _ in AsyncStream<Void>.makeStream().stream {} }
        guard let answer else { return HTTPResponse(status: 404, json: ["message": "Not Found"]) }
        return HTTPResponse(status: answer.status, json: answer.json)
    }

    func say(_ line: String, _ json: JSON, status: Int = 200) { state.withLock { $0.answers[line] = (status, json) } }

    func stop() async { await server.stop(within: .seconds(1)) }
}

@Suite struct AppCommandTests {
    private static let permissions: JSON = [
        "metadata": "read", "contents": "write", "pull_requests": "write", "issues": "write", "checks": "write", "merge_queues": "read",
    ]
    private static let events: JSON = [
        "pull_request", "pull_request_review", "pull_request_review_comment", "issue_comment", "issues", "check_run", "check_suite",
        "merge_group", "repository",
    ]
    /// Made once: it costs more than a test.
    private static let pem = pemText(RSAPrivateKey.generate().exported())

    private static func pemText(_ der: [UInt8]) -> String {
        let text = Base64.encode(der)
        var lines: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        return "-----BEGIN RSA " + "PRIVATE KEY-----\n" + lines.joined(separator: "\n") + "\n-----END RSA " + "PRIVATE KEY-----\n"
    }

    private func healthyGitHub() throws -> OneAppGitHub {
        let github = try OneAppGitHub()
        github.say(
            "GET /app",
            [
                "id": 7, "slug": "forge-acme", "name": "Forge acme", "html_url": .string("\(github.url)/apps/forge-acme"),
                "owner": ["login": "acme", "type": "Organization"], "permissions": Self.permissions, "events": Self.events,
            ])
        github.say(
            "GET /app/hook/config",
            ["url": "https://forge.example.com/webhooks/github", "content_type": "json", "insecure_ssl": "0", "secret": "********"])
        github.say(
            "GET /app/hook/deliveries",
            [
                [
                    "id": 9_007_199_254_740_995, "guid": "a", "event": "ping", "action": .null, "delivered_at": "2026-11-20T10:00:00Z",
                    "status": "OK", "status_code": 200,
                ]
            ])
        github.say(
            "GET /app/installations",
            [
                [
                    "id": 70, "account": ["login": "acme"], "repository_selection": "all", "suspended_at": .null,
                    "permissions": Self.permissions,
                ]
            ])
        return github
    }

    private func settings(_ folder: TemporaryFolder, _ github: OneAppGitHub) throws -> String {
        let key = folder.path(of: "key.pem")
        let secret = folder.path(of: "hook-secret")
        for (path, text) in [(key, Self.pem), (secret, ServiceUnderTest.secret)] {
            try Data(text.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        let path = folder.path(of: "server.yml")
        let text = """
            public_url: https://forge.example.com
            data: \(folder.path(of: "data"))
            github: {api_url: "\(github.url)", web_url: "\(github.url)", app_id: 7, private_key_file: \(key), webhook_secrets_file: \(secret)}
            """
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    // MARK: status

    @Test func `the status of an App that is well is told, and needs nobody`() async throws {
        try await TemporaryFolder.with { folder in
            let github = try healthyGitHub()
            let config = try settings(folder, github)
            let run = try Program.run(["app", "status", "--config", config])
            #expect(run.code == 0, "\(run.output)\(run.errors)")
            for part in ["fine     app: forge-acme (7) of acme", "fine     permissions: complete", "ping", "acme (70, all repositories)"] {
                #expect(run.output.contains(part), "\(part) in \(run.output)")
            }
            let json = try JSONParser.parse(try Program.run(["app", "status", "--json", "--config", config]).output)
            #expect(json["schema"]?.integer == 1)
            #expect(json["deliveries"]?[0]?["id"]?.integer == 9_007_199_254_740_995)
            #expect(abs(json["clock_skew_ms"]?.integer ?? 99_999) < 5_000)
            #expect(json["webhook"]?["url"] == json["webhook"]?["expected"])
            #expect(json["findings"]?.array?.allSatisfy { $0["state"]?.string == "fine" } == true)
            let tokens = github.state.withLock { $0.authorizations }
            #expect(tokens.allSatisfy { $0.hasPrefix("Bearer ") && $0.split(separator: ".").count == 3 })
            await github.stop()
        }
    }

    @Test func `what needs a person ends with 1, what cannot be asked with 3 or 2`() async throws {
        try await TemporaryFolder.with { folder in
            let github = try healthyGitHub()
            let config = try settings(folder, github)
            github.say("GET /app/installations", [])
            let nowhere = try Program.run(["app", "status", "--config", config])
            #expect(nowhere.code == 1)
            #expect(nowhere.output.contains("wrong    installations: the App is installed nowhere"))
            #expect(nowhere.output.contains("→ install it at \(github.url)/apps/forge-acme/installations/new"))
            github.say("GET /app", ["message": "A JSON web token could not be decoded"], status: 401)
            let refused = try Program.run(["app", "status", "--config", config])
            #expect(refused.code == 1)
            #expect(refused.errors.contains("is it the key of App 7, was it revoked, and is the clock right?"))
            let without = try Program.run(["app", "status"], environment: ["FORGE_DATA": folder.path])
            #expect(without.code == 2)
            #expect(without.errors.contains("begin with forge app manifest"))
            await github.stop()
            #expect(try Program.run(["app", "status", "--config", config]).code == 3)
        }
    }

    @Test func `libcurl asks the environment for nothing: this machine is reached past a proxy that is not there`() async throws {
        try await TemporaryFolder.with { folder in
            let github = try healthyGitHub()
            let config = try settings(folder, github)
            let dead = "http://127.0.0.1:1"
            let run = try Program.run(
                ["app", "status", "--config", config],
                environment: ["http_proxy": dead, "https_proxy": dead, "ALL_PROXY": dead, "SSL_CERT_FILE": "/nonexistent"])
            #expect(run.code == 0, "\(run.errors)")
            let wrong = try Program.run(["app", "status", "--config", config], environment: ["https_proxy": "ftp://user:word@proxy"])
            #expect(wrong.code == 2)
            #expect(wrong.errors == "forge: https_proxy is no address of a proxy, such as http://proxy.example.com:3128\n")
            await github.stop()
        }
    }

    @Test func `a recording holds every exchange and no credential, also when the program is killed`() async throws {
        try await TemporaryFolder.with { folder in
            let github = try healthyGitHub()
            let config = try settings(folder, github)
            let recording = folder.path(of: "exchanges.har")
            #expect(try Program.run(["app", "status", "--config", config], environment: ["FORGE_HAR": recording]).code == 0)
            let text = try String(contentsOfFile: recording, encoding: .utf8)
            let entries = try #require(try JSONParser.parse(text)["log"]?["entries"]?.array)
            #expect(entries.map { $0["response"]?["status"]?.integer } == [200, 200, 200, 200])
            #expect(!text.contains("eyJ"))
            #expect(try FileManager.default.attributesOfItem(atPath: recording)[.posixPermissions] as? Int == 0o600)

            github.state.withLock { _ = $0.silent.insert("GET /app/hook/deliveries") }
            let process = Process()
            process.executableURL = URL(filePath: Program.path)
            process.arguments = ["app", "status", "--config", config]
            process.environment = ["FORGE_HAR": recording]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            let before = github.asked.count
            try process.runAlone()
            while github.asked.count < before + 3 { await Task.yield() }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let rest = try JSONParser.parse(String(contentsOfFile: recording, encoding: .utf8))["log"]?["entries"]?.array
            #expect((1...2).contains(rest?.count ?? 0), "what was answered, but perhaps the last")
            await github.stop()
        }
    }

    // MARK: manifest

    /// A run of `forge app manifest --json` that waits for a browser.
    private final class Setup {
        let process = Process()
        let page: String
        private let output = Pipe()
        private var reader: LineReader
        let errors: String

        init(_ folder: TemporaryFolder, _ github: OneAppGitHub, _ more: [String] = [], environment: [String: String] = [:]) throws {
            process.executableURL = URL(filePath: Program.path)
            process.arguments = ["app", "manifest", "--json", "--folder", folder.path(of: "keys")] + more
            process.environment = environment.merging([
                "FORGE_PUBLIC_URL": "https://forge.example.com", "FORGE_GITHUB_API_URL": github.url, "FORGE_GITHUB_WEB_URL": github.url,
                "FORGE_DATA": folder.path,
            ]) { own, _ in own }
            errors = folder.path(of: "errors")
            try Data().write(to: URL(filePath: errors))
            process.standardOutput = output
            process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
            process.standardInput = FileHandle.nullDevice
            try process.runAlone()
            reader = LineReader(descriptor: output.fileHandleForReading.fileDescriptor)
            let line = try reader.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
            guard let url = try JSONParser.parse(line)["url"]?.string else { throw TestFailure(description: "no address: \(line)") }
            page = url
        }

        deinit { if process.isRunning { process.terminate() } }

        func lastLine() throws -> String? { try reader.next().map { String(decoding: $0, as: UTF8.self) } }

        func end() -> Int32 {
            process.waitUntilExit()
            return process.terminationStatus
        }

        /// One request of the browser.
        func get(_ url: String) throws -> (status: Int, head: String, body: String) {
            let rest = url.dropFirst("http://127.0.0.1:".count)
            let port = Int(rest.prefix { $0 != "/" }) ?? 0
            let target = rest.drop { $0 != "/" }
            let request = "GET \(target) HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
            return try ServiceUnderTest.parts(of: LocalSocket.exchange(host: "127.0.0.1", port: port, request: Array(request.utf8)))
        }
    }

    private func value(_ text: String, between start: String, and end: String) -> String {
        let rest = text.components(separatedBy: start).dropFirst().first ?? ""
        return (rest.components(separatedBy: end).first ?? "").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
            .replacing("&amp;", with: "&")
    }

    @Test func `the App is made by one click, and its credentials are in files only their owner reads`() async throws {
        try await TemporaryFolder.with { folder in
            let github = try OneAppGitHub()
            let secrets = ["client-" + String(repeating: "c", count: 30), "hook-" + String(repeating: "w", count: 30)]
            github.say(
                "POST /app-manifests/code1/conversions",
                [
                    "id": 7, "slug": "forge-acme", "name": "Forge acme", "client_id": "Iv1.abc", "client_secret": .string(secrets[0]),
                    "webhook_secret": .string(secrets[1]), "pem": .string(Self.pem), "html_url": .string("\(github.url)/apps/forge-acme"),
                ], status: 201)
            github.say("GET /users/forge-acme[bot]", ["id": 4242, "login": "forge-acme[bot]"])
            let recording = folder.path(of: "exchanges.har")
            let setup = try Setup(folder, github, ["--organization", "acme"], environment: ["FORGE_HAR": recording])

            let page = try setup.get(setup.page)
            #expect(page.status == 200)
            let form = value(page.body, between: "action=\"", and: "\"")
            #expect(form.hasPrefix("\(github.url)/organizations/acme/settings/apps/new?state="))
            let manifest = try JSONParser.parse(value(page.body, between: "name=\"manifest\" value=\"", and: "\""))
            #expect(manifest["hook_attributes"]?["url"]?.string == "https://forge.example.com/webhooks/github")
            #expect(manifest["default_permissions"] == Self.permissions)
            #expect(manifest["default_events"] == Self.events)
            #expect(manifest["redirect_url"]?.string == setup.page + "/created")
            let state = String(form.split(separator: "=").last ?? "")

            let address = setup.page
            let strangers = [
                (address.dropLast(3) + "000", 404), (address.dropLast(64) + "created?code=code1&state=\(state)", 404),
                (address + "/created", 400),
                (address + "/created?code=code1", 400), (address + "/created?code=code1&state=" + state.dropLast() + "0x", 400),
                (address + "/created?code=../../app&state=\(state)", 400),
            ]
            for (url, status) in strangers { #expect(try setup.get(String(url)).status == status, "\(url)") }
            #expect(github.asked == [], "nothing was taken to GitHub")

            let done = try setup.get(address + "/created?code=code1&state=\(state)")
            #expect(done.status == 200)
            #expect(done.body.contains("\(github.url)/apps/forge-acme/installations/new"))
            let last = try JSONParser.parse(try #require(try setup.lastLine()))
            #expect(setup.end() == 0)
            let keys = folder.path(of: "keys")
            #expect(
                last["settings"]?.text
                    == #"{"github":{"api_url":"\#(github.url)","web_url":"\#(github.url)","app_id":7,"client_id":"Iv1.abc","bot_user_id":4242,"#
                    + #""private_key_file":"\#(keys)/app.pem","webhook_secrets_file":"\#(keys)/webhook-secrets"}}"#)
            for (name, content) in [("app.pem", Self.pem), ("webhook-secrets", secrets[1] + "\n"), ("client-secret", secrets[0] + "\n")] {
                #expect(try String(contentsOfFile: "\(keys)/\(name)", encoding: .utf8) == content)
                #expect(try FileManager.default.attributesOfItem(atPath: "\(keys)/\(name)")[.posixPermissions] as? Int == 0o600)
            }
            let shown =
                try page.body + done.body + last.text + String(contentsOfFile: setup.errors, encoding: .utf8)
                + String(contentsOfFile: recording, encoding: .utf8)
            for secret in secrets + [String(Self.pem.split(separator: "\n")[3])] { #expect(!shown.contains(secret)) }
            #expect(try !String(contentsOfFile: recording, encoding: .utf8).contains("code1"))
            #expect(github.asked.filter { $0.hasPrefix("POST") }.count == 1)

            // The lines work as they stand: the key can be read, and this GitHub only knows nothing of the App.
            let settings = folder.path(of: "made.yml")
            try Data(JSON.object((last["settings"]?.members ?? []) + [.init("data", .string(folder.path))]).text.utf8).write(
                to: URL(filePath: settings))
            #expect(try Program.run(["app", "status", "--config", settings]).errors.contains("begin with") == false)
            await github.stop()
        }
    }

    @Test func `an answer that GitHub does not know ends it, one that it has no time for may be brought again`() async throws {
        try await TemporaryFolder.with { folder in
            let github = try OneAppGitHub()
            github.say("POST /app-manifests/code1/conversions", ["message": "later"], status: 503)
            let setup = try Setup(folder, github)
            let page = try setup.get(setup.page)
            let state = value(page.body, between: "?state=", and: "\"")
            let busy = try setup.get(setup.page + "/created?code=code1&state=\(state)")
            #expect(busy.status == 502)
            #expect(busy.body.contains("Load this page again"))
            github.say("POST /app-manifests/code1/conversions", ["message": "Not Found"], status: 404)
            #expect(try setup.get(setup.page + "/created?code=code1&state=\(state)").status == 502)
            #expect(setup.end() == 3)
            #expect(try String(contentsOfFile: setup.errors, encoding: .utf8).contains("GitHub does not know the code"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "keys")) == [])
            await github.stop()
        }
    }

    @Test func `a key that is there is never overwritten, and a service nobody reaches gets no App`() async throws {
        try await TemporaryFolder.with { folder in
            try Data("mine".utf8).write(to: URL(filePath: folder.path(of: "app.pem")))
            let environment = ["FORGE_PUBLIC_URL": "https://forge.example.com", "FORGE_DATA": folder.path]
            let taken = try Program.run(["app", "manifest", "--folder", folder.path], environment: environment)
            #expect(taken.code == 1)
            #expect(taken.errors.contains("app.pem is there already, and is not overwritten"))
            #expect(try String(contentsOfFile: folder.path(of: "app.pem"), encoding: .utf8) == "mine")
            let unreachable = try Program.run(
                ["app", "manifest", "--folder", folder.path(of: "x")], environment: ["FORGE_DATA": folder.path])
            #expect(unreachable.code == 2)
            #expect(unreachable.errors.contains("public_url is not set"))
            for words in [
                ["--organization", "a/b"], ["--name", String(repeating: "n", count: 35)], ["--within", "2h"], ["--port", "70000"],
            ] {
                let run = try Program.run(["app", "manifest", "--folder", folder.path(of: "y")] + words, environment: environment)
                #expect(run.code == 2, "\(words): \(run.errors)")
            }
        }
    }

    @Test func `it ends by itself when the time is over, and when it is asked to`() async throws {
        try await TemporaryFolder.with { folder in
            let github = try OneAppGitHub()
            let short = try Setup(folder, github, ["--within", "1s"])
            #expect(short.end() == 1)
            #expect(try String(contentsOfFile: short.errors, encoding: .utf8).contains("no App was made within 1s"))
            let stopped = try Setup(folder, github)
            stopped.process.terminate()
            #expect(stopped.end() == 1)
            await github.stop()
        }
    }
}
