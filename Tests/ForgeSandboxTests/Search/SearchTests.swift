// A search through the port, over real files: which lines it finds, in which order, and how they are shown; and against ripgrep, where there is
// one.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

struct SearchTests {
    private static func lines(_ texts: [String: String], _ search: WorkSearch) async throws -> [String] {
        try await FilesScene.with(FilesScene.allWays[0], texts) { scene async throws in
            try await scene.found(search).matches.map { "\($0.path.text):\($0.line):\(String(decoding: $0.text, as: UTF8.self))" }
        }
    }

    @Test func `lines are found in the order of the paths, each once, without their ends`() async throws {
        let texts = ["b/x": "one\ntwo one one\r\n\none", "b.txt": "one\n", "a": "none\n", "c": "two\n"]
        let all = ["a:1:none", "b.txt:1:one", "b/x:1:one", "b/x:2:two one one", "b/x:4:one"]
        #expect(try await Self.lines(texts, WorkSearch(pattern: "one", isLiteral: true)) == all)
        #expect(try await Self.lines(texts, WorkSearch(pattern: "one")) == all)
        #expect(try await Self.lines(texts, WorkSearch(pattern: "^one$")) == ["b.txt:1:one", "b/x:1:one", "b/x:4:one"])
        #expect(try await Self.lines(texts, WorkSearch(pattern: "(one|none)$", globs: ["a", "b.txt"])) == ["a:1:none", "b.txt:1:one"])
        #expect(try await Self.lines(texts, WorkSearch(pattern: "ONE", ignoresCase: true, beneath: RepositoryPath("b/x"))).count == 3)
        #expect(try await Self.lines(texts, WorkSearch(pattern: "ONE")) == [])
    }

    @Test(
        arguments: [
            // Pattern, text, the lines that match.
            ("a.c", "abc\naéc\na\nc\nac", [1, 2]), ("[^x]y", "éy\nxy\ny", [1]), ("\\w+\\s\\w+", "a b\na\nb\n", [1]),
            ("foo\\s", "foo\nfoo \nxfoo\tx", [2, 3]), ("\\bin\\b", "in\nint\nprint in", [1, 3]), ("x*", "\na\nxx", [1, 2, 3]),
            ("^$", "a\n\nb\n\n", [2, 4]), ("(?<=a)b", "ab\ncb\naab", [1, 3]), ("(\\w)\\1", "ab\naab\nxx", [2, 3]),
            ("(?i)straSSe", "strasse\nSTRASSE\nstra", [1, 2]), ("a{2,3}b", "ab\naab\naaaab", [2, 3]), ("ab?c", "ac\nabc\nabbc", [1, 2]),
            ("colou?r", "color\ncolour\ncolouur", [1, 2]), ("x+y", "y\nxy\nxxy", [2, 3]), ("(foo)?bar", "bar\nfoobar\nfoo", [1, 2]),
            ("[]a]b", "]b\nab\nb", [1, 2]), ("a\\.b", "a.b\naxb", [1]), ("\\x41", "A\na", [1]), ("[[:digit:]]+z", "1z\nz", [1]),
            ("foo|bar.*baz", "foo\nbar\nbarbaz", [1, 3]), ("a\\/b", "a/b\na\\/b", [1]), ("\\d{2}\\-", "12-\n1-", [1]),
            ("(?!ab)[a-c]b", "ab\ncb", [2]), ("é+", "éé\ne", [1]), ("a\\tb", "a\tb\na b", [1]), ("{x}", "{x}\nx", [1]),
            ("a{x}", "a{x}\na", [1]), ("end\\z", "end\nend x", [1]), ("\\Astart", "x start\nstart", [2]),
        ] as [(String, String, [Int])])
    func `an expression means what it says, line by line`(pattern: String, text: String, expected: [Int]) async throws {
        let found = try await FilesScene.with(FilesScene.allWays[0], ["f": text]) { scene async throws in
            try await scene.found(WorkSearch(pattern: pattern)).matches.map(\.line)
        }
        #expect(found == expected)
    }

    @Test func `a file that may not be read is counted, not passed over`() async throws {
        // No process, not even root's, may read its own memory from nowhere on.
        let memory = try WorkFolder("/proc/\(getpid())")
        let found = try await memory.search(WorkSearch(pattern: "x", beneath: RepositoryPath("mem")))
        #expect(found.matches.isEmpty && found.filesSearched == 0 && found.filesUnread == 1)
        try await FilesScene.with(FilesScene.allWays[0], ["a": "one\n", "b": "one\n"]) { scene async throws in
            #expect(unsafe chmod(scene.real("b"), 0) == 0)
            let found = try await scene.found(WorkSearch(pattern: "one"))
            #expect(found.filesUnread == (getuid() == 0 ? 0 : 1) && found.filesSearched + found.filesUnread == 2)
        }
    }

    @Test func `a text is no expression, and letter case is left to the one who asks`() async throws {
        let texts = ["f": "a.c\nabc\nA.C\n$(x)[y]*\nGRÖSSE\ngrösse\n"]
        func found(_ pattern: String, _ ignoresCase: Bool = false) async throws -> [Int] {
            try await FilesScene.with(FilesScene.allWays[0], texts) { scene async throws in
                try await scene.found(WorkSearch(pattern: pattern, isLiteral: true, ignoresCase: ignoresCase)).matches.map(\.line)
            }
        }
        #expect(try await found("a.c") == [1])
        #expect(try await found("A.c", true) == [1, 3])
        #expect(try await found("$(x)[y]*") == [4])
        #expect(try await found("\\Q") == [])
        #expect(try await found("größe") == [])
        #expect(try await found("Grösse", true) == [5, 6])
    }

    @Test func `what is no text, ignored or left out by globs is not searched`() async throws {
        let texts = [
            ".gitignore": "out/\n*.log\n", "out/a": "x", "a.log": "x", "src/a.ts": "x", "src/a.tsx": "x", "src/a.js": "x", "test/a.ts": "x",
            ".github/w.yml": "x", "zero": "x\0", "late": String(repeating: "y\n", count: 5_000) + "x\0",
        ]
        try await FilesScene.with(FilesScene.allWays[0], texts) { scene async throws in
            func found(_ globs: [String], includesIgnored: Bool = false) async throws -> [String] {
                try await scene.found(WorkSearch(pattern: "x", isLiteral: true, globs: globs, includesIgnored: includesIgnored))
                    .matches.map(\.path.text)
            }
            #expect(try await found([]) == [".github/w.yml", "late", "src/a.js", "src/a.ts", "src/a.tsx", "test/a.ts"])
            #expect(try await found(["*.{ts,tsx}"]) == ["src/a.ts", "src/a.tsx", "test/a.ts"])
            #expect(try await found(["*.ts", "!test/"]) == ["src/a.ts"])
            #expect(try await found(["/src/", "!*.js"]) == ["src/a.ts", "src/a.tsx"])
            #expect(try await found(["*.log"]) == [])
            #expect(try await found(["*.log", "out/"], includesIgnored: true) == ["a.log", "out/a"])
            let named = try await scene.found(WorkSearch(pattern: "x", beneath: RepositoryPath("out")))
            #expect(named.matches.map(\.path.text) == ["out/a"])
        }
    }

    @Test func `the first matches are the same whoever finds them, and it is said that there are more`() async throws {
        var texts: [String: String] = [:]
        for file in 0..<300 { texts["d\(file % 7)/f\(file)"] = String(repeating: "x\ny\n", count: 1 + file % 5) }
        try await FilesScene.with(FilesScene.allWays[0], texts) { scene async throws in
            let all = try await scene.found(WorkSearch(pattern: "x", matchesMax: 100_000))
            #expect(!all.isCut && all.filesSearched == 300 && all.matches.count == (0..<300).reduce(0) { $0 + 1 + $1 % 5 })
            #expect(all.matches == all.matches.sorted { ($0.path, $0.line) < ($1.path, $1.line) })
            for matchesMax in [0, 1, 2, 10, 299, all.matches.count - 1] {
                let first = try await scene.found(WorkSearch(pattern: "x", matchesMax: matchesMax))
                #expect(first.matches == Array(all.matches.prefix(matchesMax)) && first.isCut)
                let again = try await scene.found(WorkSearch(pattern: "x", matchesMax: matchesMax))
                #expect(first == again)
            }
            #expect(try await scene.found(WorkSearch(pattern: "x", matchesMax: all.matches.count)) == all)
        }
    }

    @Test func `a long line is cut with the match in sight, and never within a letter`() async throws {
        let long = String(repeating: "é", count: 250_000) + "needle" + String(repeating: "ü", count: 250_000)
        for pattern in ["needle", "n\\w+?le", "nee(?=dle)"] {
            let found = try await Self.lines(["f": "a\n\(long)\nb needle\n"], WorkSearch(pattern: pattern))
            #expect(found.count == 2 && found.last == "f:3:b needle")
            let text = try #require(found.first)
            #expect(text.hasPrefix("f:2:…é") && text.hasSuffix("ü…") && text.contains("needle") && text.utf8.count < 520)
            #expect(!text.unicodeScalars.contains("\u{FFFD}"))
        }
        let atStart = try await Self.lines(["f": "needle" + long], WorkSearch(pattern: "needle"))
        #expect(atStart.first?.hasPrefix("f:1:needleé") == true && atStart.first?.hasSuffix("…") == true)
    }

    @Test func `a pattern that cannot be read is said to be so`() async throws {
        try await FilesScene.with(FilesScene.allWays[0], ["f": "x"]) { scene async throws in
            for pattern in ["", "(", "[a", "a\nb", "*", "(?<n", String(repeating: "a", count: 9_000), "((a{500}){500}){500}"] {
                let error = await failure { _ = try await scene.found(WorkSearch(pattern: pattern)) }
                #expect(error?.kind == .invalid && error?.message.hasPrefix("the pattern ") == true, "\(pattern.prefix(20))")
            }
            let glob = await failure { _ = try await scene.found(WorkSearch(pattern: "x", globs: ["[a"])) }
            #expect(glob?.kind == .invalid && glob?.message == "the glob [a has a '[' without its ']': write it anew")
            let place = await failure { _ = try await scene.found(WorkSearch(pattern: "x", beneath: RepositoryPath("g"))) }
            #expect(place?.kind == .notFound)
        }
    }

    @Test func `braces in globs stand for each of their words`() async throws {
        let texts = ["a.b": "x", "a.c": "x", "{b}": "x", "a{b,c}": "x"]
        func found(_ glob: String) async throws -> [String] {
            try await Self.lines(texts, WorkSearch(pattern: "x", globs: [glob])).map { String($0.prefix { $0 != ":" }) }
        }
        #expect(try await found("{a.b,a.c}") == ["a.b", "a.c"])
        #expect(try await found("a.{b,c,}") == ["a.b", "a.c"])
        #expect(try await found("{b}") == ["{b}"])
        #expect(try await found("a\\{b,c}") == ["a{b,c}"])
        let many = String(repeating: "{a,b}", count: 30)
        try await FilesScene.with { scene async throws in
            let error = await failure { _ = try await scene.found(WorkSearch(pattern: "x", globs: [many])) }
            #expect(error?.kind == .invalid)
        }
    }
}
