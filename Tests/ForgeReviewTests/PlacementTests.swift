// Where a comment hangs: only on what the change shows, the nearest place to what it is about, and a suggestion only where it is exact.

import ForgeCore
import ForgeReview
import Testing

@Suite struct PlacementTests {
    private func found(
        _ lines: ClosedRange<Int>?, in path: String = "a.py", suggestion: Suggestion? = nil, rule: String = "sql-from-text",
        family: String = "injection", severity: FindingSeverity = .high
    ) -> Finding {
        var finding = finding(rule, path, nil, severity, family: family)
        finding.lines = lines
        finding.suggestion = suggestion
        return finding
    }

    private func review(_ files: [FileChange], _ found: Finding..., change: (inout PlanSettings) -> Void = { _ in }) -> PlannedReview? {
        planReview(plannedChange(files, found), PullRequestState(key: pullKey), settings(change)).review
    }

    /// New lines 10 to 13: context, added, added, context.
    private let hunk = modified("a.py", "@10", [" one", "-old", "+two", "+three", " four"])

    @Test(arguments: [
        (11...11, "a.py RIGHT 11"), (11...12, "a.py RIGHT 11-12"), (10...13, "a.py RIGHT 10-13"), (13...13, "a.py RIGHT 13"),
        // Partly outside: the first added line that it is about.
        (5...12, "a.py RIGHT 11"), (13...20, "a.py RIGHT 13"),
        // Outside: the file.
        (5...9, "a.py"), (14...14, "a.py"),
    ])
    func `lines of the hunk, else the file`(lines: ClosedRange<Int>, place: String) {
        #expect(places(review([hunk], found(lines))) == [place])
    }

    @Test func `both ends of a range lie in one hunk`() {
        var file = modified("a.py", "@1", ["+one"])
        file.hunks += modified("a.py", "@50", ["+fifty", "+more"]).hunks
        #expect(places(review([file], found(1...50))) == ["a.py RIGHT 1"])
        #expect(places(review([file], found(50...51))) == ["a.py RIGHT 50-51"])
    }

    @Test func `hunks in any order`() {
        var file = modified("a.py", "@50", ["+fifty"])
        file.hunks += modified("a.py", "@1", ["+one"]).hunks
        #expect(places(review([file], found(1...1))) == ["a.py RIGHT 1"])
    }

    @Test func `a file without lines takes a comment on itself, and one that is not in the change takes none`() {
        let binary = FileChange(kind: .added, old: nil, new: FileSide(path: RepositoryPath("a.bin")), omitted: .binary)
        #expect(places(review([binary], found(nil, in: "a.bin"))) == ["a.bin"])
        #expect(places(review([binary], found(3...3, in: "a.bin"))) == ["a.bin"])
        #expect(places(review([binary], found(nil, in: "b.bin"))) == [])
        var odd = binary
        odd.new?.path = RepositoryPath(bytes: [0x61, 0xFF])
        var about = found(nil, in: "a")
        about.path = odd.path
        #expect(places(review([odd], about)) == [], "no host can be told that name")
    }

    @Test func `a deleted file shows its old lines`() {
        let deleted = modified("a.py", "@1", ["-one", "-two"], kind: .deleted)
        #expect(places(review([deleted], found(2...2))) == ["a.py LEFT 2"])
        #expect(places(review([deleted], found(nil))) == ["a.py"])
    }

    @Test func `a renamed file is commented under its new name`() {
        let renamed = modified("b.py", "@1", [" one", "+two"], kind: .renamed, from: "a.py")
        #expect(places(review([renamed], found(2...2, in: "b.py"))) == ["b.py RIGHT 2"])
    }

    @Test func `comments on files are few, since a host takes each alone`() {
        let files = (1...9).map { FileChange(kind: .added, old: nil, new: FileSide(path: RepositoryPath("\($0).bin")), omitted: .binary) }
        let found = (1...9).map { self.found(nil, in: "\($0).bin") }
        #expect(planReview(plannedChange(files, found), PullRequestState(key: pullKey), settings()).review?.comments.count == 3)
    }

    @Test func `several findings on one line are one comment, the gravest first`() throws {
        let review = review(
            [hunk], found(11...11, rule: "a", family: "x", severity: .medium), found(11...11, rule: "b", family: "y", severity: .critical))
        #expect(places(review) == ["a.py RIGHT 11"])
        let body = try #require(review?.comments[0].body)
        let ids = try #require(review?.comments[0].findings)
        #expect(ids.count == 2)
        #expect(HiddenMarker(endOf: body)?.findings == ids)
        let critical = try #require(body.firstRange(of: "**Critical:**")?.lowerBound)
        let medium = try #require(body.firstRange(of: "**Medium:**")?.lowerBound)
        #expect(critical < medium)
    }

    @Test func `the gravest get the comments there are`() {
        let file = newFile("a.py", "1", "2", "3")
        let review = review(
            [file], found(1...1, severity: .medium), found(2...2, severity: .critical), found(3...3, severity: .high)
        ) { $0.commentsMax = 2 }
        #expect(places(review) == ["a.py RIGHT 2", "a.py RIGHT 3"])
        #expect(review?.body == "Forge found 2 things: 1 critical, 1 high. 1 more new one is in the summary.")
    }

    @Test func `what is less grave, an opinion, or not wanted inline is no comment`() {
        var opinion = found(1...1)
        opinion.evidence = .opinion
        let file = newFile("a.py", "1")
        #expect(review([file], found(1...1, severity: .low)) == nil)
        #expect(review([file], opinion) == nil)
        #expect(review([file], found(1...1)) { $0.showsInline = false } == nil)
        #expect(review([file], found(1...1)) { $0.commentsMax = 0 } == nil)
    }

    // MARK: Suggestions

    private func suggestion(_ lines: ClosedRange<Int>, _ text: String, at found: ClosedRange<Int> = 11...11) -> (String?, String?) {
        let review = review([hunk], self.found(found, suggestion: Suggestion(lines: lines, text: text)))
        let body = review?.comments.first?.body ?? ""
        let fence = body.firstRange(of: "suggestion\n").map { body[$0.upperBound...] }
        return (places(review).first, fence.map { String($0.prefix { $0 != "`" }) })
    }

    @Test func `a suggestion hangs on exactly the lines that it replaces`() {
        #expect(suggestion(11...11, "TWO") == ("a.py RIGHT 11", "TWO\n"))
        #expect(suggestion(11...12, "TWO\nTHREE") == ("a.py RIGHT 11-12", "TWO\nTHREE\n"))
        #expect(suggestion(11...12, "") == ("a.py RIGHT 11-12", "\n"))
        #expect(suggestion(11...11, "TWO\n") == ("a.py RIGHT 11", "TWO\n"))
    }

    @Test(arguments: [
        (11...11, "two"), (11...12, "two\nthree"), (11...14, "x"), (9...11, "x"), (14...14, "x"), (11...11, "a\u{202E}b"), (12...12, "x"),
    ])
    func `and is left out where it is not exact`(lines: ClosedRange<Int>, text: String) {
        let (place, shown) = suggestion(lines, text)
        #expect(place == "a.py RIGHT 11")
        #expect(shown == nil)
    }

    @Test func `a file with other line ends, or a line that is no text, gets none`() {
        for line in ["two\r".utf8.map { $0 }, [0xFF]] {
            var file = newFile("a.py", "two")
            file.hunks[0].lines[0].text = ArraySlice(line)
            let review = review([file], found(1...1, suggestion: Suggestion(lines: 1...1, text: "TWO")))
            #expect(places(review) == ["a.py RIGHT 1"])
            #expect(review?.comments.first?.body.contains("```suggestion") == false)
        }
    }

    @Test func `its fence is longer than any inside`() throws {
        let review = review([hunk], found(11...11, suggestion: Suggestion(lines: 11...11, text: "````\n@octocat")))
        let comment = try #require(review?.comments.first)
        #expect(comment.body.contains("\n`````suggestion\n````\n@octocat\n`````\n"))
        #expect(!comment.movableBody.contains("suggestion"), "elsewhere it would replace another line")
        #expect(review.map { places($0) } == ["a.py RIGHT 11"])
    }

    @Test func `one comment offers one suggestion`() {
        var other = found(11...11, suggestion: Suggestion(lines: 11...11, text: "B"), family: "y", severity: .medium)
        other.rule = "other"
        let review = review([hunk], found(11...11, suggestion: Suggestion(lines: 11...11, text: "A")), other)
        #expect(review?.comments.count == 1)
        #expect(review?.comments.first?.body.split(separator: "\n").count { $0 == "```suggestion" } == 1)
    }

    @Test func `switched off there are none`() {
        let review = review([hunk], found(11...11, suggestion: Suggestion(lines: 11...11, text: "A"))) { $0.suggestsChanges = false }
        #expect(review?.comments.first?.body.contains("suggestion") == false)
    }
}
