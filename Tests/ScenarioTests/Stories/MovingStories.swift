// What moves under a review: the head while its writes go out, and the repository's own name. In the end a person sees one conversation.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct MovingStories {
    @Test(arguments: [(1, HoldMoment.before), (1, .after), (2, .before), (3, .after)])
    func `a head that moves while a review is published is one conversation about the newest`(
        _ write: Int, _ moment: HoldMoment
    ) async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        let old = try #require(world.github.tip(of: "change", in: story.repository))
        world.github.hold(write: write, moment)
        try story.open()
        _ = try #require(await world.github.heldWrite(within: .seconds(60)), "\(story.service.log.suffix(4_000))")
        try story.push([("shop/jobs.py", .text(Planted.flawedJobs))])
        world.github.release()
        try await story.rest()
        let page = try story.page()
        let threads = page.openThreads(by: story.bot).map(\.path).sorted()
        #expect(threads == ["shop/jobs.py", "shop/orders.py"], "\(write) \(moment): \(page.text)")
        #expect(page.threads(by: story.bot).count == 2 && page.summaries(by: story.bot).count == 1, "\(page.text)")
        #expect(page.forgeChecks.map(\.conclusion) == ["neutral"], "\(page.text)")
        let before = try #require(world.github.state.repositories[story.repository]).checks.filter { $0.head == old }
        #expect(before.allSatisfy { $0.status == "completed" } && before.count <= 1, "\(before.map(\.title))")
        try story.end()
    }

    @Test(arguments: [(1, HoldMoment.before), (2, .after)])
    func `renamed in the middle of a review, it is one review, and the next push is compared with it`(
        _ write: Int, _ moment: HoldMoment
    ) async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        world.github.hold(write: write, moment)
        try story.open()
        _ = try #require(await world.github.heldWrite(within: .seconds(60)), "\(story.service.log.suffix(4_000))")
        let renamed = try world.github.rename(story.repository, to: "store")
        world.github.release()
        try await story.rest()
        var page = try world.page(of: story.number, in: renamed)
        #expect(page.reviews(by: story.bot).count == 1 && page.openThreads(by: story.bot).count == 1, "\(page.text)")
        #expect(page.summaries(by: story.bot).count == 1 && page.forgeChecks.map(\.conclusion) == ["neutral"], "\(page.text)")

        try world.push([("shop/orders.py", .text(Planted.mendedOrders))], to: "change", of: renamed, as: "alice")
        try await story.rest()
        page = try world.page(of: story.number, in: renamed)
        #expect(page.threads(by: story.bot).count == 1 && page.openThreads(by: story.bot).isEmpty, "\(page.text)")
        #expect(page.reviews(by: story.bot).count == 1 && page.forgeChecks.map(\.conclusion) == ["success"], "\(page.text)")
        try story.end()
    }
}
