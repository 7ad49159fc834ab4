// Path patterns: the documented cases, what can never match, and the time that hostile ones take.

import Testing

@testable import ForgeCore

struct PathPatternTests {
    private static func contains(_ patterns: [String], _ path: String, isFolder: Bool = false) -> Bool {
        PathPatternList(patterns).contains(RepositoryPath(path), isFolder: isFolder)
    }

    @Test(
        arguments: [
            ("foo", ["foo", "a/foo", "foo/x", "a/foo/b/c"], ["foobar", "a/food"]),
            ("/foo", ["foo", "foo/x"], ["a/foo"]),
            ("doc/frotz", ["doc/frotz", "doc/frotz/x"], ["a/doc/frotz", "doc/frotz2"]),
            ("frotz/", ["frotz/x", "a/frotz/x"], ["frotz", "a/frotz"]),
            ("*.o", ["a.o", "b/a.o", ".o"], ["a.oo", "o"]),
            ("foo/*", ["foo/a", "foo/a/b"], ["foo", "x/foo/a"]),
            ("a/*.c", ["a/x.c", "a/.c"], ["a/b/x.c", "x.c"]),
            ("**/foo", ["foo", "a/foo", "a/b/foo"], ["afoo", "a/foob"]),
            ("**/foo/bar", ["foo/bar", "x/foo/bar"], ["foo/x/bar"]),
            ("abc/**", ["abc/x", "abc/x/y"], ["abc", "x/abc/y"]),
            ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "x/a/b"]),
            ("a**b", ["ab", "axxb", "x/aab"], ["a/b"]),
            ("foo**/bar", ["foo/bar", "foox/bar"], ["foobar", "foo/x/bar"]),
            ("file[0-9]", ["file1"], ["file", "filex", "file10"]),
            ("[!a]x", ["bx"], ["ax", "x"]),
            ("[]-]", ["]", "-"], ["a"]),
            ("a[/]b", [], ["a/b", "a[/]b"]),
            ("\\#x", ["#x"], ["x", "\\#x"]),
            ("\\!x", ["!x"], ["x"]),
            ("x\\ ", ["x "], ["x", "x\\"]),
            ("x   ", ["x"], ["x "]),
            ("x\t", ["x\t"], ["x"]),
            ("x\r", ["x"], ["x\r"]),
            ("*", ["a", "a/b", ".x"], []),
            ("é?", ["é!"], ["é"]),
            ("**//", [], ["a", "a/b", "a/b/c"]),
            ("a/**//", [], ["a/b", "a/b/c"]),
            ("**/", ["a/b", "a/b/c"], ["a"]),
        ] as [(String, [String], [String])])
    func `a pattern takes and leaves what the manual says`(_ pattern: String, _ taken: [String], _ left: [String]) {
        for path in taken { #expect(Self.contains([pattern], path), "\(path)") }
        for path in left { #expect(!Self.contains([pattern], path), "\(path)") }
    }

    @Test func `the last pattern that fits decides, but not inside a folder that is matched`() {
        #expect(!Self.contains(["*.log", "!keep.log"], "keep.log"))
        #expect(Self.contains(["!keep.log", "*.log"], "keep.log"))
        #expect(Self.contains(["logs/", "!logs/keep.log"], "logs/keep.log"))
        #expect(!Self.contains(["logs/*", "!logs/keep.log"], "logs/keep.log"))
        #expect(Self.contains(["/*", "!/foo", "/foo/*", "!/foo/bar"], "foo/x"))
        #expect(!Self.contains(["/*", "!/foo", "/foo/*", "!/foo/bar"], "foo/bar/x"))
    }

    @Test func `a pattern for folders takes a folder itself`() {
        #expect(Self.contains(["frotz/"], "a/frotz", isFolder: true))
        #expect(!Self.contains(["frotz/"], "a/frotz", isFolder: false))
    }

    @Test(arguments: ["", "   ", "# a comment"])
    func `a blank line and a comment are no patterns`(_ line: String) { #expect(PathPattern(line) == nil) }

    @Test(arguments: [
        ("[ab", "has a '[' without its ']'"), ("x\\", "ends in a backslash"), ("[[:word:]]", "names a class that there is not: [:word:]"),
        ("/", "has nothing between two slashes"), ("a//b", "has nothing between two slashes"), ("foo\\/", "ends in a backslash"),
    ])
    func `what can never match is told`(_ pattern: String, _ problem: String) {
        #expect(PathPattern(pattern)?.problem == problem)
        #expect(!Self.contains([pattern], "a") && !Self.contains([pattern], "x"))
    }

    @Test func `bytes that are no text are matched as bytes`() {
        let pattern = PathPattern(line: [0x2A, 0xFF])
        #expect(PathPatternList([pattern].compactMap { $0 }).contains(RepositoryPath(bytes: [0x61, 0xFF])))
    }

    @Test func `hostile patterns take time that grows with their length and the path's, no more`() {
        let path = RepositoryPath((0..<40).map { _ in String(repeating: "a", count: 200) }.joined(separator: "/"))
        let hostile = [
            String(repeating: "**/", count: 40) + "a*a*a*a*a*a*a*a*a*b", String(repeating: "*a", count: 200) + "b",
            String(repeating: "**/a*/", count: 60) + "b", String(repeating: "*?", count: 150) + "[!a]",
        ]
        let took = ContinuousClock().measure {
            for pattern in hostile { #expect(!Self.contains([pattern], path.text)) }
        }
        #expect(took < .seconds(20), "\(took)")
    }
}
