// The App's own token: what it claims, how long it is kept, and whose clock it goes by.

import ForgeCore
import ForgeCrypto
import ForgeTestSupport
import Testing

@testable import ForgeGitHub

@Suite struct AppIdentityTests {
    private let clock = TestClock()

    private func claims(_ value: Secret) throws -> JSON {
        let text = String(decoding: value.reveal(), as: UTF8.self)
        #expect(text.hasPrefix("Bearer "))
        let parts = text.dropFirst("Bearer ".count).split(separator: ".")
        #expect(parts.count == 3)
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        #expect(Scene.signer.isValid(try Base64.decode(parts[2], as: .url), for: signed))
        let header = try JSONParser.parse(try Base64.decode(parts[0], as: .url)).value
        #expect(header == ["alg": "RS256", "typ": "JWT"])
        return try JSONParser.parse(try Base64.decode(parts[1], as: .url)).value
    }

    private func identity(_ issuer: String = "Iv1.abc") -> AppIdentity {
        AppIdentity(issuer: issuer, key: Scene.key, wall: clock.wallClock)
    }

    @Test func `a token begins a minute ago and ends within nine minutes`() throws {
        let claims = try claims(identity().authorization().value)
        let now = TestClock.epoch.milliseconds / 1000
        #expect(claims == ["iat": .integer(now - 60), "exp": .integer(now + 540), "iss": "Iv1.abc"])
    }

    @Test func `an App's number is a number in the token`() throws {
        #expect(try claims(identity("12345").authorization().value)["iss"] == 12345)
    }

    @Test func `a token is used again while it has time left, and then no more`() {
        let identity = identity()
        let first = identity.authorization().number
        clock.advance(by: .seconds(419))
        #expect(identity.authorization().number == first)
        clock.advance(by: .seconds(2))
        #expect(identity.authorization().number == first + 1)
    }

    @Test(arguments: [600, -600]) func `GitHub's time is taken over`(seconds: Int64) throws {
        let identity = identity()
        let first = identity.authorization().number
        let server = clock.timestamp + .seconds(seconds)
        #expect(identity.adjust(toServerTime: server))
        #expect(identity.skew == .seconds(seconds))
        let (value, number) = identity.authorization()
        #expect(number == first + 1)
        #expect(try claims(value)["iat"]?.integer == (server.milliseconds / 1000) - 60)
        #expect(!identity.adjust(toServerTime: server), "a second time it changes nothing")
    }

    @Test func `a small difference is no skew`() {
        #expect(!identity().adjust(toServerTime: clock.timestamp + .seconds(4)))
    }

    @Test(arguments: [600, -600, 86_400]) func `a clock that is off costs one more request and no error`(seconds: Int64) async throws {
        let scene = try Scene(skew: .seconds(seconds))
        scene.server.on(
            "GET /app", .json(401, ["message": "'Expiration time' claim ('exp') is too far in the future"]), .json(200, ["id": 42]))
        let (result, waits) = await scene.drive { try await scene.host.app.send(.get("/app")).json }
        #expect(try result.get()["id"] == 42)
        #expect(waits.isEmpty)
        let tokens = scene.server.seen("GET /app").compactMap(\.token)
        #expect(tokens.count == 2 && tokens[0] != tokens[1])
        let second = try claims(Secret(Array("Bearer \(tokens[1])".utf8)))
        #expect(second["iat"]?.integer == (scene.clock.timestamp + .seconds(seconds)).milliseconds / 1000 - 60)
    }

    @Test func `a key that GitHub does not take is said to be that, once`() async throws {
        let scene = try Scene()
        scene.server.on("GET /app", .json(401, ["message": "A JSON web token could not be decoded"]))
        let (error, _) = await scene.failure { try await scene.host.app.send(.get("/app")) }
        #expect(error?.kind == .unauthorized)
        #expect(error?.message == "GitHub does not take the App's key: A JSON web token could not be decoded")
        #expect(scene.server.seen.count == 1)
    }

    /// Else a server whose clock runs away would be asked for ever.
    @Test func `a token is signed anew once for a request`() async throws {
        let scene = try Scene(skew: .seconds(900))
        scene.server.on(
            "GET /app", .json(401, ["message": "no"], ["date: \(httpDate(TestClock.epoch + .seconds(900)))"]),
            .json(401, ["message": "no"], ["date: \(httpDate(TestClock.epoch + .seconds(1900)))"]))
        let (error, _) = await scene.failure { try await scene.host.app.send(.get("/app")) }
        #expect(error?.kind == .unauthorized)
        #expect(scene.server.seen.count == 2)
    }
}
