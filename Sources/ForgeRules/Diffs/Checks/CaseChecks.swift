// Tests that a change takes away: whole files, single cases, cases turned into comments, snapshots written anew. A case that was moved, renamed,
// or whose subject went with it is no loss.

internal import ForgeCore

enum CaseChecks {
    static let deletedFiles: ChangeCheck = { view in
        view.files.compactMap { file in
            guard file.isDeleted, file.traits.isTest, file.language.isProgram, !file.isForeign else { return nil }
            let cases = TestSyntax.cases(in: file.old, file.language)
            let lost = cases.filter { !view.addedCases.contains($0.plainName) && !isAboutRemovedCode($0.name, view) }
            // A deleted file whose cases cannot be seen counts by its name.
            let isLoss = cases.isEmpty ? file.change.omitted != nil && TestNames.isTestFile(file) : lost.count * 2 > cases.count
            guard isLoss, !isSubjectDeleted(file, view) else { return nil }
            let count = lost.isEmpty ? "" : " with \(lost.count) test case\(lost.count == 1 ? "" : "s") that no other file takes over"
            return file.hit(message: "The test file is deleted\(count).")
        }
    }

    static let removedCases: ChangeCheck = { view in
        view.tests.flatMap { file -> [ChangeHit] in
            guard !file.isDeleted, !file.isForeign else { return [] }
            let places = lost(file, view).map { (name: $0.name, line: file.newLine(near: $0.line)) }
            return hits(file, places, one: "is removed", many: "are removed")
        }
    }

    private static let hitsMax = 3
    /// Each is looked for in the whole file; beyond this a file is rewritten, and three of its cases are named anyway.
    private static let casesMax = 200

    /// One hit for each case, or a single one where there are many.
    private static func hits(_ file: ChangedFile, _ cases: [(name: String, line: Int?)], one: String, many: String) -> [ChangeHit] {
        guard cases.count > hitsMax else {
            return cases.map { file.hit($0.line.map { $0...$0 }, message: "The test case `\(shortened($0.name))` \(one).") }
        }
        let names = cases.prefix(hitsMax).map { "`\(shortened($0.name))`" }.joined(separator: ", ")
        return [file.hit(cases[0].line.map { $0...$0 }, message: "\(cases.count) test cases \(many): \(names), ….")]
    }

    /// The cases that are gone, without those that another one may be the new name of.
    private static func lost(_ file: ChangedFile, _ view: ChangeView) -> [TestCase] {
        let removed = TestSyntax.cases(in: file.old, file.language).prefix(casesMax).filter {
            !view.addedCases.contains($0.plainName) && !isCommented($0, file) && !isDisabled($0, file)
        }
        var new = TestSyntax.cases(in: file.new, file.language).filter { !view.removedCases.contains($0.plainName) }
        var lost: [TestCase] = []
        for test in removed {
            let hunk = file.old.lines[test.line].hunk
            if let place = new.firstIndex(where: { file.new.lines[$0.line].hunk == hunk }) {
                new.remove(at: place)
            } else {
                lost.append(test)
            }
        }
        // Rewritten elsewhere in the file under other names: as many new ones as there are lost ones, and none is missing.
        let elsewhere = Set(new.map(\.name)).count
        guard lost.count > elsewhere else { return [] }
        return lost.filter { !isAboutRemovedCode($0.name, view) && !isGathered($0, file) }
    }

    /// Still there under a name that no runner starts: a rule of its own tells that.
    private static func isDisabled(_ test: TestCase, _ file: ChangedFile) -> Bool {
        test.name.utf8.count >= 6 && file.new.lines.indices.contains { file.new.lines[$0].isChanged && file.new.text($0).has(test.name) }
    }

    /// Cases made rows of one table, as parametrised tests are: their words stand on added lines.
    private static func isGathered(_ test: TestCase, _ file: ChangedFile) -> Bool {
        let hunk = file.old.lines[test.line].hunk
        let added = file.new.lines.indices.filter { file.new.lines[$0].isChanged && file.new.lines[$0].hunk == hunk }
        return added.contains {
            file.new.text($0).hasAny([
                "parametrize", "arguments:", ".each(", "t.Run(", "@ParameterizedTest", "#[case", "@ValueSource", "subTest(",
            ])
        }
    }

    static let commentedOut: ChangeCheck = { view in
        view.tests.flatMap { file -> [ChangeHit] in
            let places = TestSyntax.cases(in: file.old, file.language).prefix(casesMax).compactMap { test -> (name: String, line: Int?)? in
                guard let line = comment(of: test, file), !view.addedCases.contains(test.plainName) else { return nil }
                return (test.name, file.new.lines[line].number)
            }
            return hits(file, places, one: "is turned into a comment", many: "are turned into comments")
        }
    }

    private static func isCommented(_ test: TestCase, _ file: ChangedFile) -> Bool { comment(of: test, file) != nil }

    private static func comment(of test: TestCase, _ file: ChangedFile) -> Int? {
        let declaration = file.old.text(test.line).trimmed.string
        guard !declaration.isEmpty else { return nil }
        return file.new.lines.indices.first { index in
            file.new.lines[index].isChanged && file.new.isAll(.comment, index) && file.new.text(index).has(declaration)
        }
    }

    /// What the test is named for was removed from the product, too.
    static func isAboutRemovedCode(_ name: String, _ view: ChangeView) -> Bool {
        let wanted = plain(name)
        return view.removedNames.contains { $0.count >= 4 && wanted.contains($0) }
    }

    private static func isSubjectDeleted(_ file: ChangedFile, _ view: ChangeView) -> Bool {
        let stem = TestNames.subject(file)
        return stem.count >= 2 && view.goneStems.contains(stem)
    }

    /// Recorded output that changes together with the code it was recorded from: the new text is what the code does now, right or wrong.
    static let rewrittenSnapshots: ChangeCheck = { view in
        guard view.changesBehaviour else { return [] }
        return view.files.compactMap { file in
            guard file.change.kind == .modified, TestNames.isSnapshot(file.path), file.change.removedCount > 0 || file.change.omitted != nil
            else { return nil }
            return file.hit(file.new.lines.first(where: \.isChanged).map { $0.number...$0.number })
        }
    }

    static func shortened(_ name: String) -> String {
        let shown = RepositoryPath(name).shown
        return shown.count > 80 ? String(shown.prefix(80)) + "…" : shown
    }

    static func plain(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}

/// What the name of a test file says.
enum TestNames {
    static func stem(_ path: RepositoryPath) -> String {
        CaseChecks.plain(path.name.prefix { $0 != UInt8(ascii: ".") }.string)
    }

    /// The name without what makes it a test's: `test_cart.py`, `CartTests.swift`, `cart.spec.ts` are about `cart`.
    static func subject(_ file: ChangedFile) -> String {
        var stem = stem(file.path)
        for ending in ["tests", "test", "specs", "spec", "unittest"] where stem.hasSuffix(ending) {
            stem = String(stem.dropLast(ending.count))
        }
        if stem.hasPrefix("test") { stem = String(stem.dropFirst(4)) }
        return stem
    }

    static func isTestFile(_ file: ChangedFile) -> Bool {
        let name = file.path.nameText.lowercased()
        return name.has("test") || name.has("spec")
    }

    static func isSnapshot(_ path: RepositoryPath) -> Bool {
        let text = path.text
        return [".snap", ".golden", ".approved.txt", ".snapshot"].contains { text.hasSuffix($0) }
            || ["/__snapshots__/", "/__Snapshots__/", "/golden/", "/snapshots/", "/__file_snapshots__/"].contains { text.has($0) }
    }
}
