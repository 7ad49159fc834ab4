// The second half of the demonstration: a pull request on Forge's own code host, with the real git and the commands that a person would type.
// Everything is in a temporary folder, which is removed at the end.

import ForgeCore
import ForgeCrypto
import ForgeStore
import ForgeSystem

final class DemoReview {
    private static let looksMax = 1_200
    private static let pause = Duration.milliseconds(50)
    private static let repository = "demo/shop"

    private let context: CommandContext
    private let service: ScratchService
    /// Of bare repositories, as the service's settings name it.
    private let host: String
    private let folder: GitFolder

    private var clone: String { "\(folder.path)/clone" }

    init(_ context: CommandContext) throws {
        self.context = context
        host = try Files.createTemporaryFolder(prefix: "forge-demo-host-")
        service = try ScratchService(prefix: "forge-demo-", moreSettings: "log: {level: warning}\nlocal_host: {repositories: \(host)}")
        folder = try GitFolder(
            prefix: "forge-demo-review-", author: "Ana", environment: ["PATH": context.environment["PATH"] ?? "/usr/bin:/bin"],
            more: ["USER": "ana", "FORGE_CONFIG": service.settingsPath])
    }

    deinit {
        folder.remove(host)
        folder.remove(service.dataPath)
    }

    /// A mistake and a credential are found, a push mends them, and both threads are resolved.
    func show() async throws {
        try context.print("\nA pull request, on Forge's own code host:\n")
        try service.start(silencesErrors: false)
        try prepare()
        try type("git", ["push", "-q", "origin", "feature"])
        try type("forge", ["pr", "open", "feature", "--title", "List the orders"])
        let first = try await check(after: nil)
        try type("forge", ["pr", "show", "1"])
        try write("shop/orders.py", Self.mended)
        try commit("Mend it")
        try context.print("")
        try type("git", ["push", "-q", "origin", "feature"])
        _ = try await check(after: first)
        try type("forge", ["pr", "show", "1"])
        guard service.stop() == 0 else { throw CommandFailure.failed("the service did not stop as it should") }
    }

    // MARK: The repository

    private static let plain = "def total(items):\n    return sum(items)\n"

    private static let mended = """
        def total(items):
            return sum(items)


        def find(db, text):
            return db.execute("SELECT * FROM orders WHERE note LIKE ?", (text,)).fetchall()

        """

    /// The credential is made here, so that no scanner trips over this program.
    private static func mistaken() throws -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        let key = try RandomBytes.system.generate(count: 16).map { letters[Int($0 & 31)] }
        return """
            KEY = "AK\("IA")\(String(decoding: key, as: UTF8.self))"


            def total(items):
                return sum(items)


            def find(db, text):
                return db.execute(f"SELECT * FROM orders WHERE note LIKE '%{text}%'").fetchall()

            """
    }

    private func prepare() throws {
        let bare = "\(host)/\(Self.repository).git"
        try folder.git("init", "-q", "--bare", "-b", "main", bare)
        try forge("notify", "--install", Self.repository)
        try folder.git("init", "-q", "-b", "main", clone)
        try folder.git("-C", clone, "remote", "add", "origin", bare)
        try write(".forge.yml", "version: 1\nreview: {debounce: 0s}\noutput: {check_fails_on: high}\n")
        try write("shop/orders.py", Self.plain)
        try commit("Start")
        try folder.git("-C", clone, "push", "-q", "origin", "main")
        try folder.git("-C", clone, "checkout", "-q", "-b", "feature")
        try write("shop/orders.py", try Self.mistaken())
        try write("README.md", "# Shop\n")
        try commit("List the orders")
    }

    private func write(_ path: String, _ text: String) throws {
        let place = "\(clone)/\(path)"
        try Files.createFolder(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
        try Files.write(Array(text.utf8), to: place)
    }

    private func commit(_ message: String) throws {
        try folder.git("-C", clone, "add", "-A")
        try folder.git("-C", clone, "commit", "-q", "-m", message)
    }

    // MARK: What a person types

    private func type(_ program: String, _ arguments: [String]) throws {
        let shown = arguments.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
        try context.print("$ \(program) \(shown)")
        let isGit = program == "git"
        let text = try folder.run(isGit ? folder.git : ProcessFacts.executablePath, (isGit ? ["-C", clone] : []) + arguments)
        if !text.isEmpty { try context.print(text) }
    }

    /// The head whose check has ended, another one than `before`.
    private func check(after before: String?) async throws -> String {
        for _ in 0..<Self.looksMax {
            let pull = try JSONParser.parse(try forge("pr", "show", "1", "--json"))
            let hasEnded = pull["checks"]?.array?.contains { $0["conclusion"] != nil } ?? false
            if hasEnded, let head = pull["head"]?.string, head != before { return head }
            try await ContinuousClock().sleep(for: Self.pause)
        }
        throw CommandFailure.failed("the review did not end in time")
    }

    @discardableResult
    private func forge(_ arguments: String...) throws -> String { try folder.run(ProcessFacts.executablePath, arguments) }
}
