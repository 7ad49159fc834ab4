// What git writes about random pairs of trees, read back: the changes are those of `git diff --raw`, and the hunks make each new file of
// the old one.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

struct PatchGitTests {
    private struct Entry: Hashable {
        var mode: FileMode
        var bytes: [UInt8]
    }

    private typealias Tree = [[UInt8]: Entry]

    private static let names: [[UInt8]] =
        ["a", "b", "b c", "a b/a b", "ä", "x\ny", "t\tq", "q\"", "b\\s", " and ", "b/b", "a/a", " ", "-x", "dev/null", "\u{202E}x", "e\r"]
        .map { Array($0.utf8) } + [[0xFF, 0xFE], [0x2E, 0x2E, 0x2E]]

    private static func path(_ random: inout SeededRandom) -> [UInt8] {
        let folders = ["", "", "d/", "a/", "d/e f/"]
        return Array(random.element(of: folders).utf8) + random.element(of: names)
    }

    private static func line(_ random: inout SeededRandom) -> [UInt8] {
        let texts = ["", "x", "-- a", "++ b", "@@ -1 +1 @@", "diff --git a/x b/x", "\\ No newline", "crlf\r", "\u{FEFF}z", " "]
        return Array("\(random.element(of: texts))\(random.below(3) == 0 ? "\(random.below(50))" : "")".utf8)
    }

    private static func file(_ random: inout SeededRandom) -> Entry {
        if random.below(8) == 0 { return Entry(mode: .symlink, bytes: Array("../\(random.below(9))".utf8)) }
        if random.below(12) == 0 { return Entry(mode: .submodule, bytes: Array(String(repeating: "\(random.below(9))", count: 40).utf8)) }
        var bytes = Array((0..<random.below(40)).map { _ in line(&random) }.joined(separator: [0x0A]))
        if random.below(2) == 0 { bytes.append(0x0A) }
        if random.below(8) == 0 { bytes += [0, 1, 2] }
        if random.below(10) == 0 { bytes += [0xFF, 0xC0, 0x0A] }
        return Entry(mode: random.below(4) == 0 ? .executable : .regular, bytes: bytes)
    }

    private static func changed(_ entry: Entry, _ random: inout SeededRandom) -> Entry {
        if random.below(6) == 0 { return file(&random) }
        guard entry.mode.isFile else { return entry }
        var lines = entry.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        for _ in 0..<random.below(4) {
            let place = random.below(lines.count)
            if random.below(2) == 0 { lines.insert(line(&random), at: place) } else { lines[place] = line(&random) }
        }
        let mode = random.below(5) == 0 ? FileMode.executable : entry.mode
        return Entry(mode: mode, bytes: Array(lines.joined(separator: [0x0A])))
    }

    /// Some of the entries gone, changed, renamed, some new.
    private static func next(_ tree: Tree, _ random: inout SeededRandom) -> Tree {
        var next: Tree = [:]
        for path in tree.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let entry = tree[path] else { continue }
            switch random.below(6) {
            case 0: continue
            case 1: next[Self.path(&random)] = entry
            case 2: next[path] = entry
            default: next[path] = changed(entry, &random)
            }
        }
        for _ in 0..<3 { next[path(&random)] = file(&random) }
        return withoutClashes(next)
    }

    /// A path cannot be a file and a folder.
    private static func withoutClashes(_ tree: Tree) -> Tree {
        tree.filter { path, _ in !tree.keys.contains { $0.starts(with: path + [0x2F]) } }
    }

    private static func fastImport(_ trees: [Tree]) -> [UInt8] {
        var text: [UInt8] = []
        for (number, tree) in trees.enumerated() {
            text += Array("commit refs/heads/t\(number)\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nx\n".utf8)
            for (path, entry) in tree.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                let octal = path.flatMap { byte in
                    let digits = String(byte, radix: 8)
                    return Array(("\\" + String(repeating: "0", count: 3 - digits.count) + digits).utf8)
                }
                let mode = String(entry.mode.rawValue, radix: 8)
                if entry.mode == .submodule {
                    text += Array("M \(mode) ".utf8) + entry.bytes + Array(" \"".utf8) + octal + Array("\"\n".utf8)
                } else {
                    text += Array("M \(mode) inline \"".utf8) + octal + Array("\"\ndata \(entry.bytes.count)\n".utf8) + entry.bytes + [0x0A]
                }
            }
        }
        return text
    }

    /// Kind, ends and modes, as `--raw -z` has them.
    private static func raw(_ output: [UInt8]) -> Set<String> {
        var fields = output.split(separator: 0).map(Array.init)[...]
        var changes: Set<String> = []
        while let head = fields.popFirst() {
            let words = String(decoding: head.dropFirst(), as: UTF8.self).split(separator: " ")
            let status = words[4].prefix(1)
            let old = fields.removeFirst()
            let new = status == "R" || status == "C" ? fields.removeFirst() : old
            let kind = ["A": "added", "D": "deleted", "M": "modified", "R": "renamed", "C": "copied", "T": "type_changed"][status] ?? "?"
            // A patch does not tell the mode of what is only renamed.
            let isPure = words[4].hasSuffix("100") && words[0] == words[1]
            changes.insert("\(kind) \(old) \(new) \(isPure ? "" : "\(words[0]) \(words[1])")")
        }
        return changes
    }

    private static func shown(_ diff: Diff) -> Set<String> {
        Set(
            diff.files.map { file in
                let modes = [file.old, file.new].map { side in
                    side.map { String($0.mode.rawValue, radix: 8) }.map { String(repeating: "0", count: 6 - $0.count) + $0 } ?? "000000"
                }
                let old = file.old?.path.bytes ?? file.path.bytes
                let isPure =
                    (file.kind == .renamed || file.kind == .copied) && file.hunks.isEmpty && file.omitted == nil && modes[0] == modes[1]
                return "\(file.kind.rawValue) \(old) \(file.path.bytes) \(isPure ? "" : "\(modes[0]) \(modes[1])")"
            })
    }

    /// The new file that the hunks make of the old one; nil where they do not fit it.
    private static func applied(_ change: FileChange, to old: [UInt8]) -> [UInt8]? {
        var lines = old.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) + [0x0A] }
        if lines.last == [0x0A] { lines.removeLast() } else if !lines.isEmpty { lines[lines.count - 1].removeLast() }
        var made: [UInt8] = []
        var next = 1
        for hunk in change.hunks {
            let isInsertion = !hunk.lines.contains { $0.kind != .added }
            let start = hunk.oldStart + (isInsertion ? 1 : 0)
            guard start >= next, start - 1 <= lines.count else { return nil }
            made += lines[(next - 1)..<(start - 1)].joined()
            next = start
            for line in hunk.lines {
                let bytes = Array(line.text) + (line.hasLineFeed ? [0x0A] : [])
                if line.kind != .added {
                    guard line.oldNumber == next, next <= lines.count, lines[next - 1] == bytes else { return nil }
                    next += 1
                }
                if line.kind != .removed { made += bytes }
            }
        }
        return made + lines.dropFirst(next - 1).joined()
    }

    private static let forms: [[String]] = [
        ["diff", "-M", "-C"], ["diff", "-M", "--binary", "--no-prefix"], ["diff", "--no-renames", "-U7"], ["diff", "-M", "-R"],
        ["-c", "core.quotePath=false", "diff", "-M", "-C", "--find-copies-harder", "--full-index"],
    ]

    @Test(arguments: UInt64(0)..<6)
    func `git's own text of a change is that change`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var first: Tree = [:]
        for _ in 0..<25 { first[Self.path(&random)] = Self.file(&random) }
        let trees = [Self.withoutClashes(first), Self.next(Self.withoutClashes(first), &random)]
        try await TemporaryFolder.with { folder in
            let git = GitProgram(in: folder.path)
            try git.run(["init", "-q", "--bare"])
            try git.run(["fast-import", "--quiet"], input: Self.fastImport(trees))
            for form in Self.forms {
                // Some options mean a patch, whatever else is asked for.
                let plain = form.filter { $0 != "--binary" && $0 != "-U7" }
                let expected = Self.raw(try git.run(plain + ["--raw", "-z", "--no-abbrev", "t0", "t1"]))
                let patch = try git.run(form + ["t0", "t1"])
                let diff = try PatchText.parse(patch)
                #expect(Self.shown(diff) == expected, "\(form)")
                let (old, new) = form.contains("-R") ? (trees[1], trees[0]) : (trees[0], trees[1])
                for file in diff.files where file.omitted == nil && file.kind != .typeChanged {
                    Self.check(file, old, new, form)
                }
            }
        }
    }

    private static func check(_ file: FileChange, _ old: Tree, _ new: Tree, _ form: [String]) {
        let before = file.old.flatMap { content(old[$0.path.bytes]) } ?? []
        let after = file.new.flatMap { content(new[$0.path.bytes]) } ?? []
        #expect(applied(file, to: before) == after, "\(file.path.shown) with \(form)")
    }

    /// What a diff shows of an entry.
    private static func content(_ entry: Entry?) -> [UInt8]? {
        entry.map { $0.mode == .submodule ? Array("Subproject commit ".utf8) + $0.bytes + [0x0A] : $0.bytes }
    }
}
