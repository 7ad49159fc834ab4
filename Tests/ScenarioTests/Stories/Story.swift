// One story: the real service, told of everything that happens in a world, and what a person sees there when all has come to rest.

import ForgeCore
import ForgeStore
import ForgeSystem
import ForgeTestSupport
import Foundation
import Testing

final class Story<World: GitHubWorld> {
    let world: World
    let service: ServiceUnderTest
    /// The repository it plays in.
    let repository: String
    private(set) var number: Int64 = 0

    /// Everything at its quickest: nobody waits for a person, a burst or a limit that is not in the story.
    static func settings(_ world: World, key: String) -> [String] {
        [
            "api_url: \"\(world.apiURL)\"", "web_url: \"\(world.apiURL)\"", "app_id: \(world.appID)", "private_key_file: \"\(key)\"",
            "write_interval: 0s", "writes_per_minute: 100000", "writes_per_hour: 1000000",
        ]
    }

    static var quick: String {
        "queue: {lease: 15s, heartbeat: 1s, backoff_base: 20ms, backoff_cap: 200ms}\nlog: {level: debug}\n"
    }

    init(_ world: World, more: String = "", named name: String = "shop") throws {
        self.world = world
        repository = "\(world.owner)/\(name)"
        let folder = FileManager.default.temporaryDirectory.appending(path: "forge-story-\(UUID().uuidString).pem")
        try Data(world.privateKeyPEM.utf8).write(to: folder)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path)
        keyPath = folder.path
        service = try ServiceUnderTest(moreSettings: Self.quick + more, github: Self.settings(world, key: keyPath))
    }

    private let keyPath: String

    deinit { try? FileManager.default.removeItem(atPath: keyPath) }  // What stays lies among the temporary files.

    func start() throws {
        try service.start()
        try world.sendWebhooks(toPort: service.port)
    }

    // MARK: - What people do

    /// The shop before anybody changed it.
    static var files: GitHubStandIn.Files {
        [
            ("README.md", "# Shop\n"), (".forge.yml", "version: 1\nreview: {debounce: 0s}\n"),
            ("shop/orders.py", .text(Planted.cleanOrders)),
            ("shop/prices.py", "def round_price(price):\n    return round(price, 2)\n"),
        ]
    }

    func makeShop(_ more: GitHubStandIn.Files = [], people: [String: String] = ["alice": "write", "bob": "write", "mallory": "read"]) throws
    {
        try world.makeRepository(repository, Self.files + more, people: people)
    }

    func push(_ files: GitHubStandIn.Files, to branch: String = "change", as person: String = "alice") throws {
        try world.push(files, to: branch, of: repository, as: person)
    }

    @discardableResult
    func open(_ title: String = "Search orders", body: String = "", branch: String = "change", isDraft: Bool = false, fork: String? = nil)
        throws
        -> Int64
    {
        number = try world.open(
            PullDraft(repository, branch: branch, title: title, body: body, author: "alice", isDraft: isDraft, fork: fork))
        return number
    }

    @discardableResult
    func say(_ body: String, as person: String = "alice") throws -> Int64 {
        try world.comment(body, on: number, in: repository, as: person)
    }

    /// A pull request with one flaw in it, reviewed.
    func reviewedShop() async throws {
        try makeShop()
        try start()
        try push([("shop/orders.py", .text(Planted.flawedOrders))])
        try open()
        try await rest()
    }

    // MARK: - What they see

    func page() throws -> PullPage { try world.page(of: number, in: repository) }

    /// For the message of a failed test.
    var shown: String { (try? page().text) ?? "there is no page" }  // A page that is gone is told like that.

    /// Of the finding whose thread is the first.
    func findingID() throws -> String {
        let page = try page()
        guard let thread = page.threads.first, let id = page.findingID(in: thread) else {
            throw TestFailure(description: "no finding is there: \(page.text)\n\(service.log.suffix(4_000))")
        }
        return id
    }

    /// Waits until nothing is to be told, read or done any more: by looking, and by waiting for something to happen between two looks.
    func rest(within limit: Duration = .seconds(240)) async throws {
        let end = ContinuousClock.now + limit
        try await service.withStore { store in
            var quietAt: Int?
            while true {
                let isLast = ContinuousClock.now >= end
                let count = try self.world.activityCount()
                let open = try await self.unfinished(in: store)
                if open == nil, quietAt == count { return }
                quietAt = open == nil ? count : nil
                if isLast { throw TestFailure(description: "\(open ?? "restless") at the end: \(self.service.log.suffix(6_000))") }
                await self.pause()
            }
        }
    }

    /// For what has no end of its own: until the service said this.
    func wait(untilLogged words: String, within limit: Duration = .seconds(90)) async throws {
        let end = ContinuousClock.now + limit
        while !service.log.contains(words) {
            if ContinuousClock.now >= end { throw TestFailure(description: "it never said '\(words)': \(service.log.suffix(4_000))") }
            await pause()
        }
    }

    /// For what begins by itself, without anything that happened: rests again and again until the page is like this.
    func rest(until isSo: (PullPage) -> Bool, within limit: Duration = .seconds(90)) async throws {
        let end = ContinuousClock.now + limit
        while true {
            let isLast = ContinuousClock.now >= end
            try await rest()
            let page = try page()
            if isSo(page) { return }
            if isLast { throw TestFailure(description: "it never came: \(page.text)\n\(service.log.suffix(4_000))") }
            await pause()
        }
    }

    /// What is still to be done; nil when all is.
    private func unfinished(in store: SQLiteStore) async throws -> String? {
        if try !world.hasToldAll() { return "webhooks are to be sent" }
        if try await !store.pendingDeliveries(after: nil, limit: 1).isEmpty { return "deliveries are pending" }
        let depths = try await store.queueDepths().filter { !$0.state.isFinished && $0.count > 0 }
        return depths.isEmpty ? nil : "\(depths.map { "\($0.count) \($0.kind) \($0.state)" })"
    }

    /// Looking all the time would keep the service from its work.
    private func pause() async {
        await withCheckedContinuation { next in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) { next.resume() }
        }
    }

    /// What Forge said, and that no client should have been turned away for it.
    func end() throws {
        #expect(try world.violations() == [], "\(world.name)")
        #expect(service.end(with: SIGTERM) == 0, "\(service.log.suffix(2_000))")
    }

    var bot: String { world.botLogin }
}

extension PullPage {
    func reviews(by login: String) -> [Review] { reviews.filter { $0.author == login } }
    func comments(by login: String) -> [Remark] { comments.filter { $0.author == login } }
    func summaries(by login: String) -> [Remark] { comments(by: login).filter { $0.body.contains("<!-- forge:summary") } }
    func threads(by login: String) -> [Thread] { threads.filter { $0.remarks.first?.author == login } }
    func openThreads(by login: String) -> [Thread] { threads(by: login).filter { !$0.isResolved } }
    var forgeChecks: [Check] { checks.filter { $0.name == "Forge" } }

    /// The id of a finding, as its thread's hidden line has it.
    func findingID(in thread: Thread) -> String? {
        guard let body = thread.remarks.first?.body, let range = body.range(of: "<!-- forge:finding ") else { return nil }
        let words = body[range.upperBound...].split(separator: " ")
        return words.first { $0.hasPrefix("id=") }.map { String($0.dropFirst(3).prefix { $0 != "," }) }
    }
}

/// Code that the shipped rules have something to say about, and the same without.
enum Planted {
    static let cleanOrders = """
        def find(db, text):
            return db.execute("SELECT * FROM orders WHERE note LIKE ?", (text,)).fetchall()


        def total(orders):
            return sum(order.price for order in orders)

        """
    static let flawedOrders = cleanOrders.replacing(
        #"db.execute("SELECT * FROM orders WHERE note LIKE ?", (text,))"#,
        with: #"db.execute(f"SELECT * FROM orders WHERE note LIKE '%{text}%'")"#)
    /// The flaw is gone by another way than back.
    static let mendedOrders = cleanOrders.replacing("note LIKE ?", with: "note LIKE ? LIMIT 100")
    static let flawedJobs = """
        import subprocess


        def clean(folder):
            subprocess.run(f"rm -r {folder}/tmp", shell=True)

        """
}
