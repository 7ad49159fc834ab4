// A pull request from its opening to its last look, as a person at its page sees it.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct FirstReviewStories {
    @Test func `a flaw is found, fixed and thanked for`() async throws {
        let story = try Story(StandInWorld())
        try await flawIsFoundAndFixed(story)
    }

    @Test func `a clean change is told by the check alone`() async throws {
        let story = try Story(StandInWorld())
        try await cleanChange(story)
    }

    @Test func `a dismissed finding stays away`() async throws {
        let story = try Story(StandInWorld())
        try await dismissedStaysAway(story)
    }

    @Test func `after a force-push nothing is said twice`() async throws {
        let story = try Story(StandInWorld())
        try await forcePush(story)
    }

    @Test func `a fork is reviewed like a branch`() async throws {
        let story = try Story(StandInWorld())
        try await fork(story)
    }

    @Test func `a draft waits until it is ready`() async throws {
        let story = try Story(StandInWorld())
        try await draft(story)
    }

    @Test func `a broken configuration is one comment, and goes away with its cause`() async throws {
        let story = try Story(StandInWorld())
        try await configProblem(story)
    }

    @Test func `a file that is generated and ignored is left out once`() async throws {
        let story = try Story(StandInWorld())
        try story.makeShop([
            (".forge.yml", "version: 1\nreview: {debounce: 0s, paths_ignore: [\"made/**\"]}\n"),
            (".gitattributes", "made/** linguist-generated\n"),
        ])
        try story.start()
        try story.push([("shop/prices.py", "x = 1\n"), ("made/a.py", "a = 1\n"), ("made/b.py", "b = 1\n")])
        try story.open()
        try await story.rest()
        let check = try #require(try story.page().forgeChecks.first)
        #expect(check.summary.contains("Read: 1 file, all of it; 2 files left out by the configuration."), "\(check.summary)")
        try story.end()
    }

    @Test func `a file of settings that cannot be used is a finding before it is merged`() async throws {
        let story = try Story(StandInWorld())
        try story.makeShop()
        try story.start()
        try story.push([(".forge.yml", "version: 1\nreview: {debounce: 0s, max_comments: many}\n")])
        try story.open()
        try await story.rest()
        let page = try story.page()
        #expect(page.threads.map(\.path) == [".forge.yml"] && page.threads.map(\.line) == [2], "\(page.text)")
        #expect(page.threads.first?.remarks.first?.body.contains("review.max\\_comments is not a whole number") == true, "\(page.text)")
        #expect(page.forgeChecks.map(\.conclusion) == ["neutral"], "\(page.text)")
        try story.push([(".forge.yml", "version: 1\nreview: {debounce: 0s, max_comments: 3}\n")])
        try await story.rest()
        let after = try story.page()
        #expect(after.openThreads(by: story.bot).isEmpty && after.forgeChecks.map(\.conclusion) == ["success"], "\(after.text)")
        try story.end()
    }

    @Test func `what another program's check says of lines is told like any finding`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try story.makeShop([(".forge.yml", "version: 1\nreview: {debounce: 0s, check_runs: [lint]}\n")])
        try story.start()
        try story.push([("shop/prices.py", "x = 1\ny = 2\n")])
        let head = try #require(world.github.tip(of: "change", in: story.repository))
        try world.github.check(
            "lint", at: head, in: story.repository, saying: [("shop/prices.py", 2, "y is not used"), ("README.md", 1, "old")])
        try story.open()
        try await story.rest()
        let page = try story.page()
        #expect(page.threads.map { "\($0.path):\($0.line ?? 0)" } == ["shop/prices.py:2"], "\(page.text)")
        #expect(page.threads.first?.remarks.first?.body.contains("reported by `lint`") == true, "\(page.text)")
        try story.end()
    }

    @Test func `a change of base is looked at against the new base`() async throws {
        let story = try Story(StandInWorld())
        try story.makeShop()
        try story.start()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))], to: "release")
        try story.push([("shop/orders.py", .text(Planted.flawedOrders)), ("shop/jobs.py", .text(Planted.flawedJobs))])
        try story.open()
        try await story.rest()
        #expect(try story.page().openThreads(by: story.bot).count == 2, "\(story.shown)")
        try story.world.retarget(story.number, in: story.repository, to: "release")
        try await story.rest()
        // The release branch is no default branch, so nobody asked for reviews there; the check of the head stays as it was.
        #expect(try story.page().reviews(by: story.bot).count == 1, "\(story.shown)")
        try story.end()
    }

    @Test func `an empty pull request has nothing to be said about`() async throws {
        let story = try Story(StandInWorld())
        try story.makeShop()
        try story.start()
        try story.push([])
        try story.open("Nothing at all")
        try await story.rest()
        let page = try story.page()
        #expect(page.reviews.isEmpty && page.comments.isEmpty && page.forgeChecks.count == 1, "\(page.text)")
        try story.end()
    }

    @Test func `first and second look stay within their requests`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        /// Since the last time.
        var count = 0
        func asked() -> [String] {
            let lines = world.requestLines()
            defer { count = lines.count }
            return lines[count...].filter { !$0.contains("/git-upload-pack") && !$0.contains("/info/refs") }
        }
        // What is asked once in the life of a process is not a review's.
        try await story.reviewedShop()
        _ = asked()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))], to: "other")
        try story.open(branch: "other")
        try await story.rest()
        let first = asked()
        #expect(first.count <= 9, "\(first.joined(separator: "\n"))")
        try story.push([("shop/orders.py", .text(Planted.flawedOrders + "# More.\n"))], to: "other")
        try await story.rest()
        let second = asked()
        #expect(second.count <= 7, "\(second.joined(separator: "\n"))")
        print("requests to GitHub: \(first.count) for a first review, \(second.count) for an incremental one")
        try story.end()
    }
}

// MARK: - The same in any world

func flawIsFoundAndFixed<World: GitHubWorld>(_ story: Story<World>) async throws {
    try await story.reviewedShop()
    var page = try story.page()
    #expect(page.reviews(by: story.bot).count == 1, "\(page.text)")
    #expect(page.openThreads(by: story.bot).map { "\($0.path):\($0.line ?? 0)" } == ["shop/orders.py:2"], "\(page.text)")
    #expect(page.summaries(by: story.bot).count == 1 && page.comments.count == 1, "\(page.text)")
    #expect(page.forgeChecks.map(\.conclusion) == ["neutral"], "\(page.text)")

    try story.push([("shop/orders.py", .text(Planted.mendedOrders))])
    try await story.rest()
    page = try story.page()
    #expect(page.reviews(by: story.bot).count == 1, "no second review: \(page.text)")
    #expect(page.openThreads(by: story.bot).isEmpty, "\(page.text)")
    #expect(page.threads.first?.remarks.last?.body.contains("Fixed in \(page.head)") == true, "\(page.text)")
    #expect(page.summaries(by: story.bot).count == 1 && page.comments.count == 1, "\(page.text)")
    #expect(page.forgeChecks.map(\.conclusion) == ["success"], "\(page.text)")
    try story.end()
}

func cleanChange<World: GitHubWorld>(_ story: Story<World>) async throws {
    try story.makeShop()
    try story.start()
    try story.push([("shop/prices.py", "def round_price(price):\n    return round(price, 3)\n")])
    try story.open("Round prices finer")
    try await story.rest()
    let page = try story.page()
    #expect(page.reviews.isEmpty && page.comments.isEmpty, "\(page.text)")
    #expect(page.forgeChecks.map(\.conclusion) == ["success"], "\(page.text)")
    try story.end()
}

func dismissedStaysAway<World: GitHubWorld>(_ story: Story<World>) async throws {
    try await story.reviewedShop()
    let id = try story.findingID()
    try story.say("/forge ignore \(id) only administrators may search", as: "bob")
    try await story.rest()
    #expect(try story.page().openThreads(by: story.bot).isEmpty, "\(story.shown)")

    let moved = "# Orders and what they cost.\n" + Planted.flawedOrders
    try story.push([("shop/orders.py", .text(moved))])
    try await story.rest()
    let page = try story.page()
    #expect(page.threads(by: story.bot).count == 1 && page.openThreads(by: story.bot).isEmpty, "\(page.text)")
    #expect(page.reviews(by: story.bot).count == 1, "\(page.text)")
    #expect(page.forgeChecks.map(\.conclusion) == ["success"], "\(page.text)")
    try story.end()
}

func forcePush<World: GitHubWorld>(_ story: Story<World>) async throws {
    try await story.reviewedShop()
    let shifted = "# Moved down by a line.\n" + Planted.flawedOrders
    try story.world.forcePush([("shop/orders.py", .text(shifted))], to: "change", of: story.repository, as: "alice")
    try await story.rest()
    let page = try story.page()
    #expect(page.reviews(by: story.bot).count == 1 && page.threads(by: story.bot).count == 1, "\(page.text)")
    #expect(page.summaries(by: story.bot).count == 1 && page.forgeChecks.count == 1, "\(page.text)")
    try story.end()
}

func fork<World: GitHubWorld>(_ story: Story<World>) async throws {
    try story.makeShop()
    try story.start()
    let fork = try story.world.fork(story.repository, by: "carol")
    try story.world.push([("shop/orders.py", .text(Planted.flawedOrders))], to: "change", of: fork, as: "carol")
    try story.open(fork: fork)
    try await story.rest()
    let page = try story.page()
    #expect(page.openThreads(by: story.bot).count == 1 && page.forgeChecks.count == 1, "\(page.text)")
    try story.end()
}

func draft<World: GitHubWorld>(_ story: Story<World>) async throws {
    try story.makeShop()
    try story.start()
    try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
    try story.open(isDraft: true)
    try await story.rest()
    let before = try story.page()
    #expect(before.reviews.isEmpty && before.comments.isEmpty, "\(before.text)")
    try story.world.markReady(story.number, in: story.repository)
    try await story.rest()
    let page = try story.page()
    #expect(page.reviews(by: story.bot).count == 1 && page.openThreads(by: story.bot).count == 1, "\(page.text)")
    try story.end()
}

func configProblem<World: GitHubWorld>(_ story: Story<World>) async throws {
    try story.makeShop()
    try story.start()
    try story.push([(".forge.yml", "version: 1\nreview: {debounce: 0s, min_sevrity: high}\n")], to: "main")
    try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
    try story.open()
    try await story.rest()
    var page = try story.page()
    let problems = { (page: PullPage) in page.comments(by: story.bot).filter { $0.body.contains("<!-- forge:config") } }
    #expect(problems(page).count == 1 && problems(page)[0].body.contains(".forge.yml:2"), "\(page.comments)")
    #expect(page.openThreads(by: story.bot).count == 1, "it blocks nothing: \(page.text)")

    try story.push([(".forge.yml", "version: 1\nreview: {debounce: 0s, min_severity: high}\n")], to: "main")
    // Asked for: a push would wait as long as the broken file, which said nothing, let it.
    try story.say("/forge review", as: "bob")
    try await story.rest()
    page = try story.page()
    #expect(problems(page).count == 1 && problems(page)[0].body.contains("in order now"), "\(page.text)")
    try story.end()
}
