// Tokens of sessions: what they may do, when they are made, shared, made anew and given back, and what happens when GitHub says no.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeGitHub

@Suite struct InstallationTokenTests {
    private static let pull = "GET /repos/acme/shop/pulls/7"
    private static let revoke = "DELETE /installation/token"

    private func scene() throws -> Scene {
        let scene = try Scene()
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7)))
        return scene
    }

    /// Mints `ghs_1`, `ghs_2`, …
    private func number(_ scene: Scene, lasting: Duration = .seconds(3600)) {
        let count = Kept(0)
        scene.server.on(
            Scene.mintLine,
            .made { _ in
                let number = count.change { count in
                    count += 1
                    return count
                }
                return token("ghs_\(number)", expires: scene.clock.timestamp + lasting)
            })
    }

    // MARK: Made

    private static let granted: [(phase: HostPhase, permissions: JSON)] = [
        (.review, ["checks": "write", "contents": "read", "metadata": "read", "pull_requests": "write"]),
        (.command, ["checks": "write", "contents": "read", "issues": "write", "metadata": "read", "pull_requests": "write"]),
        (.publish, ["contents": "write", "metadata": "read", "pull_requests": "write"]),
    ]

    @Test(arguments: granted) func `a token reaches one repository and one phase`(phase: HostPhase, permissions: JSON) async throws {
        let scene = try scene()
        _ = try await scene.session(phase).pullRequest(7)
        #expect(scene.server.seen(Scene.mintLine).map(\.json) == [["permissions": permissions, "repositories": ["shop"]]])
    }

    @Test func `no phase gets more than the App asks for`() {
        for phase in HostPhase.allCases {
            for (name, level) in AppPermissions.granted(to: phase) {
                #expect(AppPermissions.all.contains { $0.name == name && $0.level >= level }, "\(phase) \(name)")
            }
        }
        for permission in AppPermissions.all {
            let isUsed = HostPhase.allCases.contains { AppPermissions.granted(to: $0)[permission.name] == permission.level }
            // To hear of something takes leave to read it.
            let isHeard = permission.level == .read && AppPermissions.events.contains { $0.needs == permission.name }
            #expect(isUsed || isHeard, "\(permission.name) is asked for in vain")
        }
    }

    @Test func `opening a session asks nothing; the first use makes a token and all others have it`() async throws {
        let scene = try scene()
        let session = scene.session()
        #expect(scene.server.seen.isEmpty)
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 { group.addTask { _ = try await session.pullRequest(7) } }
            try await group.waitForAll()
        }
        #expect(scene.server.seen(Scene.mintLine).count == 1)
        #expect(Set(scene.server.seen(Self.pull).map(\.token)) == ["ghs_one"])
    }

    @Test(arguments: [1, 40, 520, 8_000]) func `a token is of any length and goes out as it came`(length: Int) async throws {
        let scene = try scene()
        let text = "ghs_" + String(repeating: "aB.-_9", count: length / 6 + 1).prefix(length)
        scene.server.on(Scene.mintLine, .made { _ in token(text, expires: scene.clock.timestamp + .seconds(3600)) })
        let session = scene.session()
        _ = try await session.pullRequest(7)
        #expect(scene.server.seen(Self.pull).map(\.token) == [text])
        #expect(try await session.gitRemote().password.map { String(decoding: $0.reveal(), as: UTF8.self) } == text)
    }

    @Test func `git gets the address without the credential`() async throws {
        let scene = try scene()
        let remote = try await scene.session().gitRemote()
        #expect(remote.url == "\(scene.server.url)/acme/shop.git")
        #expect(remote.user == "x-access-token")
        #expect(!"\(remote)".contains("ghs_"))
    }

    // MARK: Anew and back

    @Test func `a token is made anew five minutes before its end`() async throws {
        let scene = try scene()
        number(scene)
        let session = scene.session()
        _ = try await session.pullRequest(7)
        scene.clock.advance(by: .seconds(3_299))
        _ = try await session.pullRequest(7)
        scene.clock.advance(by: .seconds(1))
        _ = try await session.pullRequest(7)
        #expect(scene.server.seen(Self.pull).map(\.token) == ["ghs_1", "ghs_1", "ghs_2"])
    }

    @Test func `its end counts by GitHub's clock`() async throws {
        let scene = try Scene(skew: .seconds(-1_200))
        scene.server.on(Self.pull, .json(200, pullRequestJSON(7)))
        scene.server.on(Scene.mintLine, .made { _ in token("ghs_one", expires: scene.clock.timestamp - .seconds(1_200) + .seconds(3_600)) })
        let session = scene.session()
        _ = try await session.pullRequest(7)
        scene.clock.advance(by: .seconds(3_200))
        _ = try await session.pullRequest(7)
        #expect(scene.server.seen(Scene.mintLine).count == 1)
    }

    @Test func `the end gives back every token that may still be good, each with itself`() async throws {
        let scene = try scene()
        number(scene)
        let session = scene.session()
        _ = try await session.pullRequest(7)
        scene.clock.advance(by: .seconds(3_400))
        _ = try await session.pullRequest(7)
        await session.end()
        #expect(scene.server.seen(Self.revoke).map(\.token) == ["ghs_1", "ghs_2"])
        await session.end()
        #expect(scene.server.seen(Self.revoke).count == 2)
    }

    @Test func `what a cancelled session could not give back, the next one gives back`() async throws {
        let scene = try scene()
        number(scene)
        let cancelled = Task {
            let session = scene.session()
            _ = try await session.pullRequest(7)
            try? await scene.clock.pause(.seconds(60))
            await session.end()
        }
        try await scene.clock.waitForSleepers()
        cancelled.cancel()
        try await cancelled.value
        #expect(scene.server.seen(Self.revoke).isEmpty)
        let next = scene.session()
        _ = try await next.pullRequest(7)
        await next.end()
        #expect(Set(scene.server.seen(Self.revoke).map(\.token)) == ["ghs_1", "ghs_2"])
    }

    @Test func `a session that used nothing gives nothing back`() async throws {
        let scene = try scene()
        await scene.session().end()
        #expect(scene.server.seen.isEmpty)
    }

    @Test(arguments: [401, 403, 404, 500]) func `an end that GitHub does not take is an end all the same`(status: Int) async throws {
        let scene = try scene()
        scene.server.on(Self.revoke, .json(status, ["message": "Bad credentials"]))
        let session = scene.session()
        let (result, waits) = await scene.drive {
            _ = try await session.pullRequest(7)
            await session.end()
        }
        #expect(throws: Never.self) { try result.get() }
        #expect(waits == [])
        #expect(scene.server.seen(Self.revoke).count == 1)
    }

    // MARK: Not taken

    @Test(arguments: [401, 403]) func `a new token that is not known everywhere yet is tried again`(status: Int) async throws {
        let scene = try scene()
        let message = status == 401 ? "Bad credentials" : "Resource not accessible by integration"
        let no = ScriptedAnswer.json(status, ["message": .string(message)], ["x-accepted-github-permissions: pull_requests=read"])
        scene.server.on(Self.pull, no, no, .json(200, pullRequestJSON(7)))
        let (result, waits) = await scene.drive { try await scene.session().pullRequest(7) }
        #expect(try result.get().number == 7)
        #expect(waits == [.seconds(1), .seconds(2)])
        #expect(scene.server.seen(Scene.mintLine).count == 1)
    }

    @Test func `an old token that is refused is made anew, once`() async throws {
        let scene = try scene()
        number(scene)
        let session = scene.session()
        _ = try await session.pullRequest(7)
        scene.clock.advance(by: .seconds(600))
        scene.server.on(Self.pull, .json(401, ["message": "Bad credentials"]), .json(200, pullRequestJSON(7)))
        let (result, waits) = await scene.drive { try await session.pullRequest(7) }
        #expect(try result.get().number == 7)
        #expect(waits == [])
        #expect(scene.server.seen(Self.pull).map(\.token) == ["ghs_1", "ghs_1", "ghs_2"])
    }

    @Test func `a credential that is never taken ends as unauthorized, and soon`() async throws {
        let scene = try scene()
        number(scene)
        scene.server.on(Self.pull, .json(401, ["message": "Bad credentials"]))
        let (error, waits) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == .unauthorized)
        #expect(waits == [.seconds(1), .seconds(2), .seconds(3)])
    }

    @Test(arguments: [
        (404, "Not Found", CodeHostError.Kind.notFound), (403, "This installation has been suspended", .unauthorized),
        (401, "A JSON web token could not be decoded", .unauthorized), (404, "Integration not found", .unauthorized),
        (422, "There is at least one repository that does not exist or is not accessible to the parent installation.", .notFound),
    ]) func `a token that cannot be made says why`(status: Int, message: String, kind: CodeHostError.Kind) async throws {
        let scene = try scene()
        scene.server.on(Scene.mintLine, .json(status, ["message": .string(message)]))
        let (error, waits) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == kind)
        #expect(waits == [])
        #expect(scene.server.seen(Self.pull).isEmpty)
    }

    @Test func `a suspension in the middle is told as that`() async throws {
        let scene = try scene()
        scene.server.on(Self.pull, .json(403, ["message": "This installation has been suspended"]))
        let (error, _) = await scene.failure { try await scene.session().pullRequest(7) }
        #expect(error?.kind == .unauthorized)
        #expect(error?.message.contains("suspended") == true)
    }

    // MARK: Permissions

    private static let installation: JSON = [
        "id": 7, "account": ["login": "acme", "type": "Organization"],
        "html_url": "https://github.com/organizations/acme/settings/installations/7",
        "permissions": ["metadata": "read", "contents": "read", "pull_requests": "write"],
    ]

    @Test func `what the installation does not grant is left out, said once, and missed only where it is needed`() async throws {
        let scene = try scene()
        scene.server.on("GET /app/installations/7", .json(200, Self.installation))
        let refused = ScriptedAnswer.json(422, ["message": "The permissions requested are not granted to this installation."])
        let granted: JSON = ["contents": "read", "metadata": "read", "pull_requests": "write"]
        let given = ScriptedAnswer.made { _ in token("ghs_less", expires: TestClock.epoch + .seconds(3600), permissions: granted) }
        scene.server.on(Scene.mintLine, refused, given, refused, given)
        scene.server.on(
            "POST /repos/acme/shop/check-runs",
            .json(403, ["message": "Resource not accessible by integration"], ["x-accepted-github-permissions: checks=write"]))
        for _ in 0..<2 {
            let session = scene.session()
            #expect(try await session.pullRequest(7).number == 7)
            let (error, waits) = await scene.failure { try await session.createCheckRun(someCheck) }
            #expect(error?.kind == .forbidden(missing: "checks=write"))
            #expect(error?.message.contains("'checks: write'") == true)
            #expect(error?.message.contains("https://github.com/organizations/acme/settings/installations/7") == true)
            #expect(waits == [])
        }
        #expect(scene.log.lines(.warning).count { $0.message == "a permission is missing" } == 1)
        #expect(scene.server.seen("GET /app/installations/7").count == 2, "asked anew where GitHub contradicts what was known")
        #expect(scene.server.seen(Scene.mintLine)[1].json["permissions"] == granted)
    }

    @Test func `a permission that is granted for reading is used for reading`() async throws {
        let scene = try scene()
        var installation = Self.installation.members ?? []
        installation.removeAll { $0.name == "permissions" }
        let granted: JSON = ["metadata": "read", "contents": "read", "pull_requests": "read", "checks": "write"]
        scene.server.on("GET /app/installations/7", .json(200, .object(installation + [.init("permissions", granted)])))
        let refused = ScriptedAnswer.json(422, ["message": "The permissions requested are not granted to this installation."])
        let given = ScriptedAnswer.made { _ in token("ghs_less", expires: TestClock.epoch + .seconds(3600), permissions: granted) }
        scene.server.on(Scene.mintLine, refused, given)
        #expect(try await scene.session().pullRequest(7).number == 7)
        #expect(scene.server.seen(Scene.mintLine)[1].json["permissions"]?["pull_requests"]?.string == "read")
        #expect(scene.log.lines(.warning).count { $0.message == "a permission is missing" } == 1)
    }

    @Test func `a permission that was granted a moment ago is used`() async throws {
        let scene = try scene()
        let less: JSON = ["id": 7, "permissions": ["metadata": "read", "contents": "read", "pull_requests": "write"]]
        let all: JSON = ["id": 7, "permissions": ["metadata": "read", "contents": "read", "pull_requests": "write", "checks": "write"]]
        scene.server.on("GET /app/installations/7", .json(200, less), .json(200, all))
        let refused = ScriptedAnswer.json(422, ["message": "The permissions requested are not granted to this installation."])
        let given = ScriptedAnswer.made { _ in token("ghs_1", expires: TestClock.epoch + .seconds(3600)) }
        scene.server.on(Scene.mintLine, refused, given, refused, given)
        for _ in 0..<2 { #expect(try await scene.session().pullRequest(7).number == 7) }
        let asked = scene.server.seen(Scene.mintLine).map { $0.json["permissions"]?["checks"]?.string }
        #expect(asked == ["write", nil, "write", "write"])
    }

    @Test func `an installation that grants nothing of it is forbidden`() async throws {
        let scene = try scene()
        scene.server.on(
            "GET /app/installations/7", .json(200, ["id": 7, "permissions": [:], "account": ["login": "ann", "type": "User"]]))
        scene.server.on(Scene.mintLine, .json(422, ["message": "The permissions requested are not granted to this installation."]))
        let (error, _) = await scene.failure { try await scene.session(.publish).pullRequest(7) }
        guard case .forbidden(let missing) = error?.kind else { Issue.record("\(String(describing: error))"); return }
        #expect(missing == "contents=write,pull_requests=write")
        #expect(error?.message.contains("\(scene.server.url)/settings/installations/7") == true)
    }

    // MARK: Without an installation in the event

    private static let local = HostPlace(tenant: .local, repository: RepositoryName("acme/shop")!)

    @Test func `a repository's own webhook names no installation; it is looked up, once`() async throws {
        let scene = try scene()
        scene.server.on("GET /repos/acme/shop/installation", .json(200, Self.installation))
        for _ in 0..<3 { _ = try await scene.host.session(Self.local, .review, .work).pullRequest(7) }
        #expect(scene.server.seen("GET /repos/acme/shop/installation").count == 1)
        #expect(scene.server.seen(Scene.mintLine).count == 3)
    }

    @Test func `a repository without the App is none of ours`() async throws {
        let scene = try scene()
        let (error, _) = await scene.failure { try await scene.host.session(Self.local, .review, .work).pullRequest(7) }
        #expect(error?.kind == .notFound)
        #expect(error?.message == "the App is not installed on acme/shop")
    }

    @Test func `an installation that is gone is looked up anew`() async throws {
        let scene = try scene()
        scene.server.on("GET /repos/acme/shop/installation", .json(200, Self.installation))
        scene.server.on(Scene.mintLine, .json(404, ["message": "Not Found"]))
        _ = await scene.failure { try await scene.host.session(Self.local, .review, .work).pullRequest(7) }
        _ = await scene.failure { try await scene.host.session(Self.local, .review, .work).pullRequest(7) }
        #expect(scene.server.seen("GET /repos/acme/shop/installation").count == 2)
    }
}

let someCheck = CheckRunContent(
    head: someHead, state: .completed(.success), title: "Clean", summary: "Nothing found.", externalID: "run-1")
