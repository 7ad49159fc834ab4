// What a search must survive: lines and files without end, patterns made to take for ever, files that shrink while they are read, and whoever
// asked going away.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

struct SearchLimitTests {
    private static let patience = Duration.seconds(20)

    private static func duration(_ work: () async throws -> Void) async rethrows -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        try await work()
        return clock.now - start
    }

    private static let hostile = [
        "long": String(repeating: "a", count: 1_000_000) + "\n",
        "short": String(repeating: "aaaaaaaaaaaaaaaaaaaaaaaaaaaax\n", count: 2_000) + String(repeating: "a", count: 3_000) + "b c\n",
    ]

    @Test(arguments: [
        "(a+)+b", "(a|aa)+$", "(a*)*b", ".*.*.*b", "a.*a.*a.*b", "(?:a?){20}b", "x(a+)+y", "(a+)+\\1b", "(?=(a+)+b)a", "(a*)*\\1\\1b",
        "(a+)+(?!b)c", "[^c]*c[^c]*d", "(.*)(.*)(.*)(.*)(.*)[0-9]",
    ])
    func `a pattern that goes back for ever ends with an answer or an error, and soon`(pattern: String) async throws {
        try await FilesScene.with(FilesScene.allWays[0], Self.hostile) { scene async throws in
            let took = await Self.duration {
                do throws(WorkFileError) {
                    _ = try await scene.files.search(WorkSearch(pattern: pattern))
                } catch {
                    #expect(error.kind == .invalid && error.message.hasPrefix("the pattern takes too many steps on a line of "))
                }
            }
            #expect(took < Self.patience, "\(took)")
        }
    }

    @Test func `a pattern too hard for any line is an error that says so`() async throws {
        try await FilesScene.with(FilesScene.allWays[0], Self.hostile) { scene async throws in
            let error = await failure { _ = try await scene.found(WorkSearch(pattern: "(?:a+)+(?:c|d)", beneath: RepositoryPath("long"))) }
            #expect(
                error?.message == """
                    the pattern takes too many steps on a line of long: make it simpler (no repetition inside a repetition), or look for the \
                    text as it is
                    """)
        }
    }

    @Test(arguments: [("a*b", ["short:2001"]), ("\\w*\\d", []), ("a+b c$", ["short:2001"]), ("^a{2999}", ["long:1", "short:2001"])])
    func `an ordinary one finds what there is on long lines, too`(pattern: String, expected: [String]) async throws {
        try await FilesScene.with(FilesScene.allWays[0], Self.hostile) { scene async throws in
            let found = try await scene.found(WorkSearch(pattern: pattern))
            #expect(found.matches.map { "\($0.path.text):\($0.line)" } == expected)
        }
    }

    @Test func `what begins and ends far apart on a long line is one match`() async throws {
        let text = "begin" + String(repeating: "é-", count: 150_000) + "end;\n" + String(repeating: "x", count: 9_000) + "\n"
        try await FilesScene.with(FilesScene.allWays[0], ["f": text]) { scene async throws in
            for pattern in ["beg[i]n.*e[n]d;$", "^b.*;$", "(?<=beg)in.*end", "é.{1,20}end"] {
                #expect(try await scene.found(WorkSearch(pattern: pattern)).matches.map(\.line) == [1], "\(pattern)")
            }
            // A window's end is not the line's.
            #expect(try await scene.found(WorkSearch(pattern: "^x{4096}$|^x{3000}$")).matches == [])
            #expect(try await scene.found(WorkSearch(pattern: "x$")).matches.map(\.line) == [2])
        }
    }

    @Test func `lines and files larger than what is read at once are searched to their end`() async throws {
        try await FilesScene.with { scene async throws in
            let line = [UInt8](repeating: 0x61, count: 99) + [10]
            var bytes: [UInt8] = []
            for _ in 0..<200_000 { bytes += line }
            bytes += Array("needle at the end".utf8)
            try scene.put("many", bytes)
            try scene.put("one", [UInt8](repeating: 0x61, count: 20_000_000) + Array("needle\nnext needle\n".utf8))
            for pattern in ["needle", "n[e]+dle", "(?<!x)needle"] {
                let found = try await scene.found(WorkSearch(pattern: pattern)).matches
                #expect(found.map { "\($0.path.text):\($0.line)" } == ["many:200001", "one:1", "one:2"], "\(pattern)")
                #expect(
                    found.allSatisfy { $0.text.count < 520 && String(decoding: $0.text, as: UTF8.self).contains("needle") }, "\(pattern)")
            }
            // A line that comes in pieces is one line, however often it matches.
            #expect(try await scene.found(WorkSearch(pattern: "aaa", beneath: RepositoryPath("one"))).matches.map(\.line) == [1])
        }
    }

    @Test func `a file that ends with the buffer is read to its last line`() async throws {
        try await FilesScene.with { scene async throws in
            for size in [256 << 10, (256 << 10) + 1, (256 << 10) - 1, 512 << 10, 8 << 20, (8 << 20) + 1, (8 << 20) - 1] {
                var bytes = [UInt8](repeating: 0x2E, count: size)
                for place in stride(from: 60, to: size - 20, by: 61) { bytes[place] = 10 }
                bytes.replaceSubrange((size - 6)..., with: Array("needle".utf8))
                try scene.put("f", bytes)
                let found = try await scene.found(WorkSearch(pattern: "needle")).matches
                #expect(found.map(\.line) == [1 + bytes.count { $0 == 10 }], "\(size)")
            }
        }
    }

    @Test func `a sparse file of a gigabyte is no text and costs nothing`() async throws {
        try await FilesScene.with(FilesScene.allWays[0], ["sparse": "", "text": "x"]) { scene async throws in
            #expect(unsafe truncate(scene.real("sparse"), 1 << 30) == 0)
            let took = try await Self.duration {
                let found = try await scene.found(WorkSearch(pattern: "x"))
                #expect(found.filesSearched == 1 && found.matches.count == 1)
            }
            #expect(took < .seconds(5))
        }
    }

    @Test func `a file that shrinks and grows while it is read ends nothing`() async throws {
        try await FilesScene.with { scene async throws in
            let long = [UInt8](repeating: 0x61, count: 3_000_000) + [10]
            try scene.put("f", long)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<150 {
                        _ = unsafe truncate(scene.real("f"), 10)
                        try scene.put("f", long)
                        await Task.yield()
                    }
                }
                for _ in 0..<60 { _ = try await scene.found(WorkSearch(pattern: "b")) }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a search that nobody waits for any more ends as cancelled`() async throws {
        try await FilesScene.with { scene async throws in
            for file in 0..<40 { try scene.put("f\(file)", [UInt8](repeating: 0x61, count: 500_000)) }
            let files = scene.files
            let result = await withTaskGroup(of: WorkFileError.Kind?.self) { group in
                group.addTask {
                    do throws(WorkFileError) {
                        while true { _ = try await files.search(WorkSearch(pattern: "(?<!a)b|x$")) }
                    } catch {
                        return error.kind
                    }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(result == .cancelled)
        }
    }

    @Test func `a search that takes too long shows what it has, or says that there is nothing yet`() async throws {
        try await TemporaryFolder.with { folder async throws in
            for file in 0..<200 {
                try Data((file == 0 ? "needle\n" : "x\n").utf8).write(to: URL(filePath: folder.path(of: "f\(1_000 + file)")))
            }
            // Each look at the clock takes a second of its time.
            let now = Mutex<UInt64>(0)
            var options = WorkFolderOptions()
            options.searchThreads = 1
            options.searchNanosecondsMax = 20_000_000_000
            options.nanoseconds = {
                now.withLock {
                    $0 += 1_000_000_000; return $0
                }
            }
            let files = try WorkFolder(folder.path, options: options)
            let found = try await files.search(WorkSearch(pattern: "needle"))
            #expect(found.isCut && found.matches.count == 1 && found.filesSearched < 200)
            let error = await failure { _ = try await files.search(WorkSearch(pattern: "nothing")) }
            #expect(error?.kind == .tooLarge && error?.message.hasPrefix("the search took too long") == true)
        }
    }
}
