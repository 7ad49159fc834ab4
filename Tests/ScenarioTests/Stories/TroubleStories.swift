// What goes wrong around a review: things that vanish in its middle, clocks, keys and rights that do not hold, deliveries that get lost.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct TroubleStories {
    /// What vanishes while the first write of a review is held.
    enum Vanishing: String, CaseIterable, Sendable {
        case branch, repository, installation, head, suspension, pull
    }

    @Test(arguments: Vanishing.allCases) func `what vanishes in the middle of a review ends it, and the service goes on`(
        _ kind: Vanishing
    ) async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try world.github.makeRepository("acme/other", Story<StandInWorld>.files, people: ["alice": "write"])
        try story.start()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        // The write that is held gets no answer, and what the review then finds has changed.
        world.github.hold(write: 1, .before)
        try story.open()
        _ = try #require(await world.github.heldWrite(within: .seconds(60)), "\(story.service.log.suffix(4_000))")
        switch kind {
        case .branch: try world.deleteBranch("change", of: story.repository)
        case .repository: try world.github.deleteRepository(story.repository)
        case .installation: try world.github.deleteInstallation()
        case .head: try world.forcePush([("shop/prices.py", "x = 1\n")], to: "change", of: story.repository, as: "alice")
        case .suspension: try world.setSuspended(true)
        case .pull: try world.close(story.number, in: story.repository)
        }
        world.github.release()
        if kind == .installation {
            // It may have been a token alone: the job looks again in a while, and ends when nobody knows the installation.
            try await story.wait(untilLogged: "lets nobody in")
            return try story.end()
        }
        if kind == .suspension {
            try await story.wait(untilLogged: "lets nobody in")
            try world.setSuspended(false)
        }
        try await story.rest()
        if kind == .suspension { #expect(try story.page().reviews.count == 1, "it goes on where it was: \(story.shown)") }
        if kind == .head {
            let page = try story.page()
            #expect(page.threads.isEmpty && page.forgeChecks.map(\.conclusion) == ["success"], "\(page.text)")
        }
        if kind == .pull { #expect(try story.page().reviews.count <= 1, "\(story.shown)") }
        try world.push([("shop/orders.py", .text(Planted.flawedOrders))], to: "change", of: "acme/other", as: "alice")
        let other = try world.open(PullDraft("acme/other", branch: "change", title: "Elsewhere"))
        try await story.rest()
        #expect(try world.page(of: other, in: "acme/other").reviews.count == 1, "\(story.service.log.suffix(4_000))")
        try story.end()
    }

    @Test(arguments: [600, -600]) func `a clock ten minutes off is allowed for`(_ seconds: Int) async throws {
        let world = try StandInWorld()
        world.github.setClock(ahead: .seconds(seconds))
        let story = try Story(world)
        try await story.reviewedShop()
        #expect(try story.page().reviews(by: story.bot).count == 1, "\(story.shown)")
        try story.end()
    }

    @Test func `with a revoked key nothing is done, and it is told where an operator looks`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        world.github.revokeKey()
        try story.makeShop()
        try story.start()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        try story.open()
        try await story.wait(untilLogged: "lets nobody in")
        #expect(world.github.writes.isEmpty)
        #expect(story.service.log.contains("could not be decoded"), "\(story.service.log.suffix(3_000))")
        try story.end()
    }

    @Test func `without a permission the rest is done, and what is missing is told once`() async throws {
        let world = try StandInWorld()
        world.github.take(permission: "checks")
        let story = try Story(world)
        try await story.reviewedShop()
        let page = try story.page()
        #expect(page.reviews(by: story.bot).count == 1 && page.checks.isEmpty, "\(page.text)\n\(story.service.log.suffix(4_000))")
        #expect(story.service.log.contains("checks"), "\(story.service.log.suffix(2_000))")
        try story.end()
    }

    @Test func `tokens that grow old in the middle are made anew`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try await story.reviewedShop()
        world.github.expireTokens()
        world.github.change { $0.options.tokensAreStateless = true }
        try story.push([("shop/orders.py", .text(Planted.mendedOrders))])
        try await story.rest()
        #expect(try story.page().openThreads(by: story.bot).isEmpty, "\(story.shown)")
        try story.end()
    }

    @Test func `deliveries out of order and twice lead to the same page`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        world.github.pauseWebhooks(true)
        world.github.setWeather(DeliveryWeather(double: 3, isOutOfOrder: true))
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        try story.open()
        try story.push([("shop/prices.py", "x = 1\n")])
        world.github.pauseWebhooks(false)
        try await story.rest()
        let page = try story.page()
        #expect(page.reviews(by: story.bot).count == 1 && page.summaries(by: story.bot).count == 1, "\(page.text)")
        #expect(page.forgeChecks.count == 1, "\(page.text)")
        try story.end()
    }

    @Test func `what was lost on its way is found when the service starts again`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        world.github.setWeather(DeliveryWeather(drop: 100))
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        try story.open()
        try await story.rest()
        #expect(try story.page().reviews.isEmpty, "\(story.shown)")
        world.github.setWeather(DeliveryWeather())
        #expect(story.service.end(with: SIGTERM) == 0)
        try story.start()
        try await story.rest { $0.reviews.count == 1 }
        try story.end()
    }

    @Test func `a forged delivery is turned away`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        world.github.setWeather(DeliveryWeather(isForged: true))
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        try story.open()
        try await story.rest()
        #expect(try story.page().reviews.isEmpty)
        #expect(world.github.writes.isEmpty)
        #expect(world.github.state.deliveries.allSatisfy { $0.statusCode == 401 })
        try story.end()
    }

    @Test(arguments: [false, true], [1, 2, 5]) func `of a refused review nothing is lost, and nothing is there twice`(
        _ stays: Bool, _ times: Int
    ) async throws {
        let world = try StandInWorld()
        world.github.change { state in
            state.options.refusedReviewStays = stays
            state.options.reviewsToRefuse = times
        }
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        let names = (0..<4).map { "jobs/job\($0).py" }
        try story.push(names.map { ($0, .text(Planted.flawedJobs)) })
        try story.open()
        try await story.rest()
        let page = try story.page()
        let threads = page.threads(by: story.bot).map(\.path)
        #expect(Set(threads).count == threads.count, "\(page.text)")
        #expect(page.summaries(by: story.bot).count == 1 && page.forgeChecks.map(\.annotationCount) == [4], "\(page.text)")
        let summary = try #require(page.summaries(by: story.bot).first?.body)
        for name in names { #expect(threads.contains(name) || summary.contains(name), "\(name): \(page.text)") }
        // A comment on a file is a review of its own there, without a word.
        let bodies = page.reviews(by: story.bot).map(\.body).filter { !$0.isEmpty }
        #expect(Set(bodies).count == bodies.count, "\(page.text)")
        #expect(world.github.refusals.isEmpty == false)
        try story.end()
    }

    @Test func `long lists come in pages`() async throws {
        let world = try StandInWorld()
        world.github.change { $0.options.pageMax = 3 }
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        story.world.sendWebhooks(toPort: nil)
        try story.open()
        for index in 0..<8 { try story.say("Word \(index)", as: "bob") }
        story.world.sendWebhooks(toPort: story.service.port)
        try story.say("/forge review")
        try await story.rest()
        try story.push([("shop/orders.py", .text(Planted.mendedOrders))])
        try await story.rest()
        let page = try story.page()
        #expect(page.summaries(by: story.bot).count == 1 && page.openThreads(by: story.bot).isEmpty, "\(page.text)")
        try story.end()
    }
}
