// Our reading of path patterns against git's own: random lists of patterns, random paths, and for each path the line that decides.
//
// One process answers for all of them: each list is the `.gitignore` of a folder of its own.

import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeCore

struct PathPatternGitTests {
    private struct Question: Sendable {
        var list: Int
        var path: String
        var isFolder: Bool
    }

    /// What `check-ignore` says for each question: the number of the line that decides.
    private static func answers(_ lists: [[String]], _ questions: [Question], settings: [String] = []) async throws -> [Int?] {
        try await TemporaryFolder.with { folder in
            let git = GitProgram(in: folder.path)
            try git.run(["init", "-q"])
            for (number, list) in lists.enumerated() {
                try FileManager.default.createDirectory(atPath: folder.path(of: "s\(number)"), withIntermediateDirectories: false)
                try Data((list.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: folder.path(of: "s\(number)/.gitignore")))
            }
            for question in questions where question.isFolder {
                try FileManager.default.createDirectory(
                    atPath: folder.path(of: "s\(question.list)/\(question.path)"), withIntermediateDirectories: true)
            }
            let input = Array(questions.map { "s\($0.list)/\($0.path)\0" }.joined().utf8)
            let output = try git.run(
                settings + ["check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"], input: input, codes: [0, 1])
            let fields = output.split(separator: 0, omittingEmptySubsequences: false)
            return questions.indices.map { Int(String(decoding: fields[$0 * 4 + 1], as: UTF8.self)).map { $0 - 1 } }
        }
    }

    private static let names = ["a", "b", "ab", "B", "a.b", "abab", "!b", "#", "a b", "é", "[a]", "a\\", ".a", "b-", "bbb"]
    private static let pieces = [
        "a", "b", "A", "ab", "*", "**", "?", "/", "/", ".", "[ab]", "[!a]", "[^b-]", "[a-]", "[]a]", "[[:alpha:]]", "[[:nope:]]",
        "[[:upper:]x]",
        "[b-a]", "[a", "\\a", "\\*", "\\", "\\/", "!", "#", " ", "\\ ", "é", "**/", "/**", "***", "[/]", "[\\]a]", "[a-\\z]", "[[:a]",
    ]

    private static func pattern(_ random: inout SeededRandom) -> String {
        var text = random.below(5) == 0 ? "!" : ""
        for _ in 0...random.below(5) { text += random.element(of: pieces) }
        return text
    }

    private static func path(_ random: inout SeededRandom) -> String {
        (0...random.below(4)).map { _ in random.element(of: names) }.joined(separator: "/")
    }

    /// git before 2.52 takes the letters off that a pattern begins with, and then reads `a**/b` like `**/b` behind them: its manual says that
    /// such stars are ordinary ones, and so do we.
    private static func readsDifferently(_ pattern: String) -> Bool {
        let body = pattern.hasPrefix("!") ? pattern.dropFirst() : pattern[...]
        let plain = body.prefix { !"*?[\\".contains($0) }
        let last = plain.last
        return last != nil && last != "/" && body.dropFirst(plain.count).hasPrefix("**")
    }

    @Test(arguments: UInt64(0)..<4)
    func `the line that decides is the one that git names`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var lists: [[String]] = []
        var questions: [Question] = []
        for number in 0..<250 {
            lists.append((0...random.below(4)).map { _ in Self.pattern(&random) }.filter { !Self.readsDifferently($0) })
            for _ in 0..<12 {
                questions.append(Question(list: number, path: Self.path(&random), isFolder: random.below(3) == 0))
            }
        }
        // What is a folder in one of a list's questions is one in all of them.
        let folders = Set(
            questions.filter(\.isFolder).flatMap { question in
                let parts = question.path.split(separator: "/")
                return parts.indices.map { "\(question.list)/" + parts[...$0].joined(separator: "/") }
            })
        for index in questions.indices where folders.contains("\(questions[index].list)/\(questions[index].path)") {
            questions[index].isFolder = true
        }
        let answers = try await Self.answers(lists, questions)
        var matched = 0
        for (question, answer) in zip(questions, answers) {
            let ours = Self.decidingLine(lists[question.list], question, ignoresCase: false)
            #expect(ours == answer, "\(question.path.debugDescription), folder \(question.isFolder), of \(lists[question.list])")
            matched += answer == nil ? 0 : 1
        }
        #expect(matched > questions.count / 10 && matched < questions.count * 9 / 10, "\(matched) of \(questions.count) matched")
    }

    /// The list's own numbers leave out blank lines and comments, git's do not.
    private static func decidingLine(_ list: [String], _ question: Question, ignoresCase: Bool) -> Int? {
        let lines = list.indices.filter { PathPattern(list[$0]) != nil }
        return PathPatternList(list, ignoresCase: ignoresCase)
            .decidingIndex(RepositoryPath(question.path), isFolder: question.isFolder).map { lines[$0] }
    }

    @Test func `without regard to letter case, too`() async throws {
        var random = SeededRandom(seed: 99)
        let pieces = ["a", "B", "AB", "*", "?", "/", "**/", "[ab]", "[!a]", "[[:upper:]]", "[[:lower:]]", "[a-c]"]
        var lists: [[String]] = []
        var questions: [Question] = []
        for number in 0..<200 {
            lists.append([(0...random.below(4)).map { _ in random.element(of: pieces) }.joined()].filter { !Self.readsDifferently($0) })
            for _ in 0..<8 {
                let path = (0...random.below(3)).map { _ in random.element(of: ["a", "A", "b", "Ab", "aB", "C"]) }.joined(separator: "/")
                questions.append(Question(list: number, path: path, isFolder: false))
            }
        }
        let answers = try await Self.answers(lists, questions, settings: ["-c", "core.ignoreCase=true"])
        for (question, answer) in zip(questions, answers) {
            let ours = Self.decidingLine(lists[question.list], question, ignoresCase: true)
            #expect(ours == answer, "\(question.path) of \(lists[question.list])")
        }
    }
}
