// The organisation's file: read from its own repository, binding, remembered, and missed only where it was known.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeTestSupport
import Testing

struct OrganisationLayerTests {
    private static let home = RepositoryName("acme/.github")!
    private let scene = ReviewScene()
    private let own = FakeHistory()

    private func layers() -> OrganisationLayers {
        OrganisationLayers(
            above: [], named: ".github", on: scene.host, scene.mirrors, now: scene.clock.wallClock, log: scene.logged.log)
    }

    /// The organisation's file is this from now on.
    private func write(_ text: String?) {
        let tip = own.tip(of: "refs/heads/main")
        own.point(
            "refs/heads/main", to: own.commit([".forge.yml": text, "README.md": "\(scene.clock.timestamp)"], on: tip.map { [$0] } ?? []))
        scene.mirrors.put(own, as: Self.home)
        if scene.host.repository(Self.home) == nil { scene.host.put(Self.home, own) }
    }

    private func commentsMax(_ layers: OrganisationLayers, in place: HostPlace = ReviewScene.place) async throws -> Int {
        EffectiveConfig.load(try await layers.layers(above: place)).config.review.commentsMax
    }

    @Test func `an organisation's file holds for its repositories, and not for its own`() async throws {
        write("version: 1\nreview: {max_comments: 3}\n")
        let layers = layers()
        #expect(try await commentsMax(layers) == 3)
        #expect(try await commentsMax(layers, in: HostPlace(tenant: ReviewScene.place.tenant, repository: Self.home)) == 10)
        #expect(scene.mirrors.releasedCount == 1 && scene.host.requests.last == "revoke")
    }

    @Test func `it is read once in a while`() async throws {
        let layers = layers()
        write("version: 1\nreview: {max_comments: 3}\n")
        for _ in 0..<5 { #expect(try await commentsMax(layers) == 3) }
        #expect(scene.mirrors.requests.count == 1)
        write("version: 1\nreview: {max_comments: 4}\n")
        scene.clock.advance(by: OrganisationLayers.memory)
        #expect(try await commentsMax(layers) == 4)
        write(nil)
        scene.clock.advance(by: OrganisationLayers.memory)
        #expect(try await commentsMax(layers) == 10)
    }

    @Test func `none is normal, and not asked for again at once`() async throws {
        let layers = layers()
        for _ in 0..<3 { #expect(try await layers.layers(above: ReviewScene.place).isEmpty) }
        #expect(scene.host.requests.count { $0 == "mint" } == 1)
        #expect(scene.logged.lines(.warning).isEmpty)
    }

    @Test func `one that cannot be read holds as it was last; one that was never read lets nothing begin`() async throws {
        write("version: 1\nreview: {max_comments: 3}\n")
        let layers = layers()
        scene.mirrors.failNext(SourceError(.unavailable, "the network"))
        await #expect(throws: SourceError.self) { try await layers.layers(above: ReviewScene.place) }
        #expect(try await commentsMax(layers) == 3)
        scene.clock.advance(by: OrganisationLayers.memory)
        scene.mirrors.failNext(SourceError(.unavailable, "the network"))
        #expect(try await commentsMax(layers) == 3)
        #expect(scene.logged.lines(.warning).count == 1)
    }

    /// From now on, or no longer.
    private func refuse(_ refuses: Bool, byHost: Bool) {
        if byHost {
            scene.host.onCall { call in
                refuses && call.name == "defaultBranch" ? .before(CodeHostError(.forbidden(missing: nil), "not for you")) : nil
            }
        } else if refuses {
            scene.mirrors.failNext(SourceError(.unauthorized, "not for you"))
        }
    }

    @Test(arguments: [true, false]) func `one that may not be seen any more holds as it was last, until it is gone`(_ byHost: Bool)
        async throws
    {
        write("version: 1\nreview: {max_comments: 3}\n")
        let layers = layers()
        #expect(try await commentsMax(layers) == 3)
        for times in 1...2 {
            scene.clock.advance(by: OrganisationLayers.memory)
            refuse(true, byHost: byHost)
            #expect(try await commentsMax(layers) == 3)
            #expect(scene.logged.lines(.warning).count == times)
        }
        refuse(false, byHost: byHost)
        scene.clock.advance(by: OrganisationLayers.memory)
        scene.mirrors.remove(Self.home)
        #expect(try await commentsMax(layers) == 10)
    }

    @Test(arguments: [true, false]) func `one that was never for us to see is none, which is said once`(_ byHost: Bool) async throws {
        write("version: 1\nreview: {max_comments: 3}\n")
        let layers = layers()
        for _ in 0..<3 {
            refuse(true, byHost: byHost)
            #expect(try await commentsMax(layers) == 10)
            scene.clock.advance(by: OrganisationLayers.memory)
        }
        #expect(scene.logged.lines(.warning).count == 1)
        refuse(false, byHost: byHost)
        #expect(try await commentsMax(layers) == 3)
    }
}
