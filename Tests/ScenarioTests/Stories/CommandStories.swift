// `/forge …` in comments: who is answered, with what, how often, and what is only noise.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct CommandStories {
    private func answers(_ story: Story<StandInWorld>) throws -> [PullPage.Remark] {
        try story.page().comments(by: story.bot).filter { $0.body.contains("<!-- forge:answer") }
    }

    @Test func `help, config and explain are answered once each, with a sign that they were heard`() async throws {
        let story = try Story(StandInWorld())
        try await commandsAreAnswered(story)
    }

    @Test func `a stranger's command does nothing but earn a thumb`() async throws {
        let story = try Story(StandInWorld())
        try await strangersCommand(story)
    }

    @Test func `pause holds pushes back until resume, and a review can be asked for meanwhile`() async throws {
        let story = try Story(StandInWorld())
        try await story.reviewedShop()
        try story.say("/forge pause")
        try await story.rest()
        try story.push([("shop/jobs.py", .text(Planted.flawedJobs))])
        try await story.rest()
        #expect(try story.page().reviews(by: story.bot).count == 1, "\(story.shown)")
        #expect(try story.page().forgeChecks.map(\.conclusion) == ["skipped"], "\(story.shown)")
        try story.say("/forge resume")
        try await story.rest()
        let page = try story.page()
        #expect(page.reviews(by: story.bot).count == 2 && page.openThreads(by: story.bot).count == 2, "\(page.text)")
        #expect(page.summaries(by: story.bot).count == 1, "\(page.text)")
        try story.end()
    }

    @Test func `a command that came twice is answered once`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try await story.reviewedShop()
        world.github.setWeather(DeliveryWeather(double: 1))
        try story.say("/forge help")
        try await story.rest()
        #expect(try answers(story).count == 1, "\(story.shown)")
        try story.end()
    }

    @Test func `a command in quotes, in code or written into a comment later is none`() async throws {
        let story = try Story(StandInWorld())
        try await story.reviewedShop()
        try story.say("> /forge help\n\nWhat bob said.")
        try story.say("```\n/forge help\n```")
        try story.say("Have you tried `/forge help`?")
        let comment = try story.say("Looks good.")
        try story.world.edit(comment, to: "/forge help", in: story.repository, as: "alice")
        try await story.rest()
        #expect(try answers(story).isEmpty, "\(story.shown)")
        try story.end()
    }

    @Test func `a comment edited after its command is not carried out as it was`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try await story.reviewedShop()
        let id = try story.findingID()
        world.github.pauseWebhooks(true)
        let comment = try story.say("/forge ignore \(id) fine")
        try story.world.edit(comment, to: "/forge ignore \(id) not fine at all", in: story.repository, as: "mallory")
        world.github.pauseWebhooks(false)
        try await story.rest()
        #expect(try story.page().openThreads(by: story.bot).count == 1, "\(story.shown)")
        try story.end()
    }

    @Test func `an unknown word is answered with the nearest, once`() async throws {
        let story = try Story(StandInWorld())
        try await story.reviewedShop()
        try story.say("/forge reveiw")
        try await story.rest()
        let said = try answers(story)
        #expect(said.count == 1 && said[0].body.contains("review"), "\(story.shown)")
        try story.end()
    }

    @Test func `another bot's command is not heard`() async throws {
        let story = try Story(StandInWorld())
        try await story.reviewedShop()
        try story.say("/forge help", as: "helper[bot]")
        try await story.rest()
        #expect(try answers(story).isEmpty, "\(story.shown)")
        try story.end()
    }

    @Test func `a summary that somebody else wrote is left alone`() async throws {
        let story = try Story(StandInWorld())
        try story.makeShop()
        try story.start()
        try story.push([("shop/orders.py", .text(Planted.flawedOrders))])
        story.world.sendWebhooks(toPort: nil)
        try story.open()
        let fake = "### Forge found nothing\n\nAll is well.\n\n<!-- forge:summary head=0 run=1 -->"
        try story.say(fake, as: "mallory")
        story.world.sendWebhooks(toPort: story.service.port)
        try story.say("/forge review")
        try await story.rest()
        let page = try story.page()
        #expect(page.comments.first?.body == fake, "\(page.text)")
        #expect(page.summaries(by: story.bot).count == 1, "\(page.text)")
        try story.end()
    }

    @Test func `a person's word in a thread is read`() async throws {
        let story = try Story(StandInWorld())
        try await story.reviewedShop()
        let thread = try #require(try story.page().threads.first)
        try story.world.reply("won't fix", to: thread.remarks[0].id, on: story.number, in: story.repository, as: "bob")
        try await story.rest()
        try story.push([("shop/orders.py", .text("# Orders.\n" + Planted.flawedOrders))])
        try await story.rest()
        #expect(try story.page().threads(by: story.bot).count == 1, "\(story.shown)")
        #expect(try story.page().forgeChecks.map(\.conclusion) == ["success"], "\(story.shown)")
        try story.end()
    }

    @Test func `Re-run looks again and says nothing twice`() async throws {
        let story = try Story(StandInWorld())
        try await story.reviewedShop()
        let check = try #require(try story.page().forgeChecks.first)
        try story.world.press(nil, of: check, in: story.repository, as: "bob")
        try await story.rest()
        let page = try story.page()
        #expect(page.reviews(by: story.bot).count == 1 && page.threads(by: story.bot).count == 1, "\(page.text)")
        #expect(page.summaries(by: story.bot).count == 1, "\(page.text)")
        try story.end()
    }

    @Test func `the buttons of a check explain what it found, and dismiss it`() async throws {
        let story = try Story(StandInWorld())
        try await story.reviewedShop()
        let check = try #require(try story.page().forgeChecks.first)
        try story.world.press("explain", of: check, in: story.repository, as: "bob")
        try await story.rest()
        #expect(try answers(story).count == 1, "\(story.shown)")
        try story.world.press("ignore", of: check, in: story.repository, as: "mallory")
        try await story.rest()
        #expect(try story.page().openThreads(by: story.bot).count == 1, "\(story.shown)")
        try story.world.press("ignore", of: check, in: story.repository, as: "bob")
        try await story.rest()
        #expect(try story.page().openThreads(by: story.bot).isEmpty, "\(story.shown)")
        try story.end()
    }

    @Test func `a merge queue gets its check`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try await story.reviewedShop()
        let queue = "gh-readonly-queue/main/pr-1"
        try story.push([("shop/orders.py", .text(Planted.mendedOrders))], to: queue)
        let head = try #require(world.github.tip(of: queue, in: story.repository))
        let base = try #require(world.github.tip(of: "main", in: story.repository))
        let group: JSON = [
            "head_sha": .string(head), "head_ref": .string("refs/heads/\(queue)"), "base_sha": .string(base),
            "base_ref": "refs/heads/main",
        ]
        try world.github.emit("merge_group", "checks_requested", [("merge_group", group)], in: story.repository, as: "alice")
        try await story.rest()
        let checks = world.github.state.repositories[story.repository]?.checks.filter { $0.head == head } ?? []
        #expect(checks.count == 1 && checks.first?.status == "completed", "\(checks)")
        try story.end()
    }

    @Test func `five hundred commands in a minute are answered without a word about limits`() async throws {
        let world = try StandInWorld()
        let story = try Story(world)
        try await story.reviewedShop()
        let count = ProcessInfo.processInfo.environment["FORGE_SOAK"] == nil ? 60 : 500
        for index in 0..<count { try story.say("/forge help \(index)") }
        try await story.rest(within: .seconds(300))
        #expect(try answers(story).count == count)
        try story.end()
    }
}

// MARK: - The same in any world

func commandsAreAnswered<World: GitHubWorld>(_ story: Story<World>) async throws {
    try await story.reviewedShop()
    let id = try story.findingID()
    for (index, words) in ["/forge help", "/forge config", "/forge explain \(id)"].enumerated() {
        try story.say(words, as: "bob")
        try await story.rest()
        let page = try story.page()
        #expect(page.comments(by: story.bot).count { $0.body.contains("<!-- forge:answer") } == index + 1, "\(page.text)")
        #expect(page.comments.last { $0.author == "bob" }?.reactions.isEmpty == false, "\(page.text)")
    }
    #expect(try story.page().comments.last?.body.contains("sql-string-python") == true, "\(story.shown)")
    try story.end()
}

func strangersCommand<World: GitHubWorld>(_ story: Story<World>) async throws {
    try await story.reviewedShop()
    let id = try story.findingID()
    try story.say("/forge ignore \(id) trust me", as: "mallory")
    try await story.rest()
    let page = try story.page()
    #expect(page.openThreads(by: story.bot).count == 1, "\(page.text)")
    #expect(!page.comments(by: story.bot).contains { $0.body.contains("<!-- forge:answer") }, "\(page.text)")
    #expect(page.comments.last?.reactions == ["-1"], "\(page.text)")
    try story.end()
}
