// After the first round only what is new is commented on. The histories are made by chance: pushes, rebases, merges of the base branch, moved
// lines and files, dismissals; and whatever happens, nobody is told twice, nobody is told late, and nothing is lost.

import ForgeCore
import ForgeReview
import ForgeTestSupport
import Testing

@Suite struct ConvergenceTests {
    private let first = plannedChange([newFile("a.py", "one", "two")])

    private func found(_ line: Int, _ snippet: String, _ rule: String = "r", path: String = "a.py") -> Finding {
        finding(rule, path, line, family: rule, snippet: snippet)
    }

    /// The second look, after `first`.
    private func second(_ change: PlannedChange, _ settings: PlanSettings = PlanSettings()) -> ReviewPlan {
        var story = PullRequestStory()
        story.look(first)
        return planReview(change, story.state, settings)
    }

    @Test func `a finding on a line that was looked at is told in the summary, not on the line`() {
        let plan = second(plannedChange([newFile("a.py", "one", "two")], [found(2, "two")], head: sha("b")))
        #expect(plan.review == nil)
        #expect(plan.summary().body?.contains("| high | Something is wrong.") == true)
        #expect(plan.checkRun()?.annotations.count == 1)
        #expect(plan.conclusion == .neutral)
    }

    @Test func `a finding on a new line is a comment`() {
        let plan = second(plannedChange([newFile("a.py", "one", "new", "two")], [found(2, "new"), found(3, "two", "s")], head: sha("b")))
        #expect(places(plan.review) == ["a.py RIGHT 2"])
    }

    @Test func `one more of a line that was there is new`() {
        let plan = second(plannedChange([newFile("a.py", "one", "two", "two")], [found(2, "two"), found(3, "two")], head: sha("b")))
        #expect(places(plan.review) == ["a.py RIGHT 3"])
    }

    @Test func `what stands beside a line that was removed just now is new`() {
        var story = PullRequestStory()
        story.look(plannedChange([modified("a.py", "@4", [" a", "-b", "+c", " d", " e"])]))
        let change = plannedChange(
            [modified("a.py", "@4", [" a", "-b", "+c", " d", "-e", " f"])], [found(6, "d"), found(4, "a", "s")], head: sha("b"))
        #expect(places(planReview(change, story.state, PlanSettings()).review) == ["a.py RIGHT 6"])
    }

    @Test func `a finding about a file is new when the file is`() {
        let about = finding("large", "b.bin", nil)
        func binary(_ size: Int) -> FileChange {
            FileChange(kind: .added, old: nil, new: FileSide(path: RepositoryPath("b.bin"), byteCount: size), omitted: .binary)
        }
        var story = PullRequestStory()
        story.look(plannedChange([binary(10)]))
        #expect(planReview(plannedChange([binary(10)], [about], head: sha("b")), story.state, PlanSettings()).review == nil)
        #expect(places(planReview(plannedChange([binary(11)], [about], head: sha("b")), story.state, PlanSettings()).review) == ["b.bin"])
    }

    @Test func `asked for everything, what has no comment yet gets one`() {
        let change = plannedChange([newFile("a.py", "one", "two")], [found(2, "two")], head: sha("b"))
        #expect(places(second(change, settings { $0.scope = .full }).review) == ["a.py RIGHT 2"])
        var story = PullRequestStory()
        story.look(change)
        story.look(plannedChange([newFile("a.py", "one", "two")], [found(2, "two")], head: sha("c")), settings { $0.scope = .full })
        #expect(story.comments.count == 1)
    }

    @Test func `what a model reads for the first time is new to it`() {
        var model = found(2, "two", "bug")
        model.source = .role("reviewer")
        let change = plannedChange([newFile("a.py", "one", "two")], [model], head: sha("b")) {
            $0.model = ModelReading(name: "m", full: [RepositoryPath("a.py")])
        }
        var story = PullRequestStory()
        story.look(first)
        story.look(change)
        #expect(story.comments.count == 1)
        var again = model
        again.rule = "other"
        #expect(
            planReview(plannedChange([newFile("a.py", "one", "two")], [again], head: sha("c")), story.state, PlanSettings()).review == nil)
    }

    @Test func `what was seen is short, and reads back as it was written`() throws {
        let odd = RepositoryPath(bytes: [0x62, 0xFF])
        var file = newFile("b", "x")
        file.new?.path = odd
        var story = PullRequestStory()
        story.look(plannedChange([newFile("a.py", "one", "two"), file]))
        let seen = try #require(story.state.reviewed?.linesSeen)
        #expect(
            seen.text == """
                {"version":1,"files":[{"path":"a.py","lines":"yW4LQq1Tm_P8wSk701sz53og"},{"path_base64":"Yv8=","lines":"yW4LQq1T9YZQnCYt"}]}
                """)
        let read = try JSONParser.parse(seen.text)
        story.state.reviewed?.linesSeen = read
        let plan = planReview(
            plannedChange([newFile("a.py", "one", "two"), file], [found(1, "one")], head: sha("b")), story.state, PlanSettings())
        #expect(plan.review == nil)
    }

    @Test func `what cannot be read counts as not seen, and still nobody is told twice`() {
        var story = PullRequestStory()
        story.look(plannedChange([newFile("a.py", "one")], [found(1, "one")]))
        for broken: JSON in [nil, "x", ["version": 2], ["version": 1, "files": [["path": "a.py", "lines": "!!!"]]]] {
            story.state.reviewed?.linesSeen = broken
            let change = plannedChange([newFile("a.py", "one", "two")], [found(1, "one"), found(2, "two")], head: sha("b"))
            #expect(places(planReview(change, story.state, PlanSettings()).review) == ["a.py RIGHT 2"])
        }
    }

    @Test func `the lines of the longest files are not kept one by one`() throws {
        func file(_ path: String, _ count: Int, _ word: String = "line") -> FileChange {
            modified(path, "@0", (0..<count).map { "+\(word) \($0)" }, kind: .added)
        }
        var story = PullRequestStory()
        story.look(plannedChange([file("long", 60_000), file("short", 100)]))
        #expect(try #require(story.state.reviewed?.linesSeen.text.utf8.count) < 2_000)
        let changed = plannedChange(
            [file("long", 60_001), file("short", 101)], [found(60_001, "line 60000", path: "long"), found(101, "line 100", path: "short")],
            head: sha("b"))
        let plan = planReview(changed, story.state, PlanSettings())
        #expect(places(plan.review) == ["short RIGHT 101"])
        #expect(plan.summary().body?.contains("[`long:60001`]") == true)
    }

    // MARK: Histories by chance

    @Test(arguments: UInt64(0)..<120)
    func `nobody is told twice, or late, and nothing is lost`(seed: UInt64) {
        var history = RandomHistory(seed: seed)
        var story = PullRequestStory()
        /// Ids that were commented on and have not ended since.
        var told: Set<String> = []
        var linesBefore: [String: [String: Int]] = [:]
        for round in 0..<8 {
            if round > 0 { history.advance() }
            let change = history.change(round: round)
            let isFirst = story.state.reviewed == nil
            let state = story.state
            let plan = story.look(change, settings { $0.commentsMax = history.commentsMax })
            for comment in plan.review?.comments ?? [] {
                for id in comment.findings {
                    let wasEnded = state.ledger[id].map { $0.state != .open } ?? false
                    #expect(!told.contains(id) || wasEnded, "told twice: \(id), round \(round), seed \(seed)")
                    told.insert(id)
                    #expect(
                        state.ledger[id].map { if case .dismissed = $0.state { false } else { true } } ?? true, "dismissed, seed \(seed)")
                }
                guard !isFirst, comment.findings.allSatisfy({ state.ledger[$0] == nil }) else { continue }
                #expect(
                    history.isNew(comment, since: linesBefore),
                    "on a line seen before: \(places(plan.review)), round \(round), seed \(seed)")
            }
            expectNothingLost(plan, story, change, seed)
            for id in told where story.state.ledger[id].map({ $0.state != .open }) ?? true { told.remove(id) }
            linesBefore = history.lines
            if history.dismisses, let id = story.state.ledger.values.filter({ $0.state == .open }).map(\.id).min() { story.dismiss(id) }
        }
        // The same content again: nobody hears anything.
        let again = planReview(history.change(round: 99), story.state, PlanSettings())
        #expect(again.review == nil && again.answers.isEmpty, "seed \(seed)")
    }

    /// Every open finding is in the check run, and in the ledger unless it was dismissed.
    private func expectNothingLost(_ plan: ReviewPlan, _ story: PullRequestStory, _ change: PlannedChange, _ seed: UInt64) {
        let text = plan.checkRun()?.text ?? ""
        let open = story.state.ledger.values.filter { $0.state == .open && $0.lastSeen == change.pull.head }
        let dismissed = story.state.ledger.values.filter { if case .dismissed = $0.state { true } else { false } }
        #expect(open.allSatisfy { text.contains("`\($0.id)`") }, "seed \(seed)")
        let found = change.report.open.count
        #expect(open.count <= found && open.count + dismissed.count >= found, "seed \(seed)")
    }
}

/// A few files with lines good and bad that people work on.
private struct RandomHistory {
    private var random: SeededRandom
    private var files: [String: [String]] = [:]
    private var next = 0
    let commentsMax: Int

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        commentsMax = [50, 50, 3][Int(seed % 3)]
        for _ in 0..<3 { addFile() }
    }

    var dismisses: Bool { mutating get { random.below(3) == 0 } }

    /// How often each line is in each file.
    var lines: [String: [String: Int]] { files.mapValues { lines in Dictionary(lines.map { (Self.bare($0), 1) }, uniquingKeysWith: +) } }

    private static func bare(_ line: String) -> String { line.filter { $0 != " " } }

    private mutating func line() -> String {
        next += 1
        // Some lines are equal to others.
        return random.below(3) == 0 ? "bad(\(random.below(6)))" : random.below(4) == 0 ? "}" : "good \(next)"
    }

    private mutating func addFile() {
        next += 1
        files["f\(next).py"] = (0..<4 + random.below(12)).map { _ in line() }
    }

    mutating func advance() {
        for _ in 0..<random.below(4) {
            guard let path = files.keys.sorted().isEmpty ? nil : random.element(of: files.keys.sorted()), var lines = files[path] else {
                return addFile()
            }
            let at = random.below(lines.count + 1)
            switch random.below(9) {
            case 0: addFile()
            case 1: lines.insert(line(), at: at)
            case 2 where lines.count > 3: lines.remove(at: min(at, lines.count - 1))
            case 3 where !lines.isEmpty: lines[min(at, lines.count - 1)] = "    " + lines[min(at, lines.count - 1)]
            case 4: lines.shuffle(using: &random)
            case 5:
                // Moved to another name, whole.
                next += 1
                files[path] = nil
                files["g\(next).py"] = lines
                continue
            case 6 where files.count > 1:
                files[path] = nil
                continue
            case 7: lines += (0..<5).map { _ in self.line() }
            default: break
            }
            files[path] = lines
        }
    }

    /// All files are new to the base branch; where that stands differs each time.
    func change(round: Int) -> PlannedChange {
        let head = commit(String(repeating: "0", count: 36) + String(1_000 + round))
        var found: [Finding] = []
        let changes = files.sorted { $0.key < $1.key }.map { path, lines in
            for (index, line) in lines.enumerated() where line.contains("bad(") {
                found.append(finding("r", path, index + 1, snippet: line))
            }
            return modified(path, "@0", lines.map { "+" + $0 }, kind: .added)
        }
        return plannedChange(changes, found, head: head)
    }

    /// The comment's line is there more often than before, or its file is new. A file under another name counts as new here only when no
    /// file vanished that it could be.
    func isNew(_ comment: PlannedComment, since before: [String: [String: Int]]) -> Bool {
        let path = comment.path.text
        guard case .line(_, let number) = comment.anchor, let now = lines[path], let all = files[path] else { return false }
        let line = Self.bare(all[number - 1])
        if let known = before[path] { return now[line, default: 0] > known[line, default: 0] }
        let vanished = before.filter { files[$0.key] == nil }
        return !vanished.contains { $0.value == now }
    }
}
