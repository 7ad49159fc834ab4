// Every fault at every write, and the service killed at every write, before and after it: in the end there is one review, one summary, one
// check run, and nothing is missing.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct FaultStories {
    /// Each costs half a minute, most of it waiting as Forge has to: an ordinary run takes one of each sort, `make soak` all.
    static let faults: [WireFault.Kind] =
        [.status(500), .resetAfter, .secondaryLimit(retryAfter: 1)]
        + (isSoak
            ? [
                .html(502), .statusAfter(502), .resetBefore, .truncated, .badJSON, .tooManyRequests(retryAfter: 1),
                .primaryLimit(seconds: 1),
            ] : [])
    private static let isSoak = ProcessInfo.processInfo.environment["FORGE_SOAK"] != nil

    /// As it is to be after a first look at a flaw.
    private func checkFirst(_ page: PullPage, _ bot: String, _ what: String) {
        #expect(page.reviews(by: bot).count == 1, "\(what): \(page.text)")
        #expect(page.threads(by: bot).count == 1, "\(what): \(page.text)")
        #expect(page.summaries(by: bot).count == 1, "\(what): \(page.text)")
        #expect(page.forgeChecks.map(\.conclusion) == ["neutral"], "\(what): \(page.text)")
    }

    /// And after the flaw was fixed.
    private func checkSecond(_ page: PullPage, _ bot: String, _ what: String) {
        #expect(page.reviews(by: bot).count == 1, "\(what): \(page.text)")
        #expect(page.threads(by: bot).count == 1 && page.openThreads(by: bot).isEmpty, "\(what): \(page.text)")
        #expect(page.threads.first?.remarks.count == 2, "\(what): \(page.text)")
        #expect(page.summaries(by: bot).count == 1, "\(what): \(page.text)")
        #expect(page.forgeChecks.map(\.conclusion) == ["success"], "\(what): \(page.text)")
    }

    @Test(.timeLimit(.minutes(10)), arguments: faults) func `a fault at any write leaves no trace`(_ kind: WireFault.Kind) async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        let writes = "^(POST|PATCH|PUT|DELETE) /(repos|graphql)"
        // A first look writes a review, a summary and a check run; a second one asks for threads, answers one and resolves it before that.
        for index in 0..<5 {
            let branch = "change\(index)"
            try story.push([("shop/orders.py", .text(Planted.flawedOrders))], to: branch)
            if index < 3 { world.github.fail(writes, kind, skip: index) }
            try story.open(branch: branch)
            try await story.rest()
            #expect(!world.github.hasFaultsLeft, "write \(index + 1) of a first look")
            checkFirst(try story.page(), story.bot, "\(kind) at write \(index + 1) of a first look")

            world.github.fail(writes, kind, skip: index)
            try story.push([("shop/orders.py", .text(Planted.mendedOrders))], to: branch)
            try await story.rest()
            #expect(!world.github.hasFaultsLeft, "write \(index + 1) of a second look")
            checkSecond(try story.page(), story.bot, "\(kind) at write \(index + 1) of a second look")
        }
        try story.end()
    }

    @Test(.timeLimit(.minutes(10)), arguments: HoldMoment.allCases) func `killed at any write, it ends as if nothing had been`(
        _ moment: HoldMoment
    ) async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        for number in 1...8 {
            let branch = "change\(number)"
            try story.push([("shop/orders.py", .text(Planted.flawedOrders))], to: branch)
            let wasHeld = try await killed(story, at: number, moment) { try story.open(branch: branch) }
            checkFirst(try story.page(), story.bot, "killed \(moment) write \(number) of a first look")
            let wasHeldAgain = try await killed(story, at: number, moment) {
                try story.push([("shop/orders.py", .text(Planted.mendedOrders))], to: branch)
            }
            checkSecond(try story.page(), story.bot, "killed \(moment) write \(number) of a second look")
            #expect(wasHeld == (number <= 3) && wasHeldAgain == (number <= 4), "write \(number)")
            if !wasHeld, !wasHeldAgain { break }
        }
        try story.end()
    }

    /// True when there was such a write.
    private func killed(
        _ story: Story<StandInWorld>, at number: Int, _ moment: HoldMoment, _ begin: () throws -> Void
    ) async throws -> Bool {
        let github = story.world.github
        github.hold(write: number, moment)
        try begin()
        // A look that has fewer writes comes to rest.
        async let held = github.heldWrite(within: .seconds(60))
        while !(try await isAtRest(story)), github.heldLine == nil {}
        let isHeld = github.heldLine != nil
        if isHeld { story.service.end(with: SIGKILL) }
        github.release()
        _ = await held
        if isHeld { try story.start() }
        try await story.rest()
        return isHeld
    }

    private func isAtRest(_ story: Story<StandInWorld>) async throws -> Bool {
        do {
            try await story.rest(within: .milliseconds(200))
            return true
        } catch is TestFailure {
            return false
        }
    }

    @Test func `a stale answer to a look for what may be done is looked at again`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop()
        try story.start()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        world.github.fail("^GET /repos/acme/shop/pulls/1$", .notFound)
        try story.open()
        try await story.rest()
        checkFirst(try story.page(), story.bot, "404 right after the event")
        try story.end()
    }
}
