// What a model is shown of a change: every file gets its share, and what is left out is named.

import ForgeCore
import ForgeCrew
import Testing

@Suite struct ReviewPackingTests {
    private func file(_ name: String, added: Int, width: Int = 20) -> FileChange {
        let lines = (1...max(1, added)).map { number in
            DiffLine(.added, old: nil, new: number, text: Array(String(repeating: "x", count: width).utf8)[...])
        }
        return FileChange(
            kind: .added, old: nil, new: FileSide(path: RepositoryPath(name)), hunks: [Hunk(oldStart: 0, newStart: 1, lines: lines)])
    }

    @Test func `a small change is one part that shows each line with its number`() {
        let packed = pack(Diff(files: [file("a.swift", added: 2, width: 3)]), leavingOut: [], limits: PackingLimits())
        #expect(packed.parts.map(\.text) == ["=== a.swift (+2 -0, new)\n@@ \n     1 + xxx\n     2 + xxx\n"])
        #expect(packed.manifest.full == [RepositoryPath("a.swift")])
        #expect(packed.manifest.partial.isEmpty && packed.manifest.none.isEmpty)
    }

    @Test func `every file of a large change is read, none wholly at the others' cost`() {
        var limits = PackingLimits()
        limits.callBytesMax = 4_000
        limits.callsMax = 2
        let diff = Diff(files: (0..<6).map { file("dir\($0)/long.py", added: 400) } + [file("zz/short.py", added: 3)])
        let packed = pack(diff, leavingOut: [], limits: limits)
        let seen = Set(packed.manifest.full + packed.manifest.partial.map(\.path) + packed.manifest.none.map(\.path))
        #expect(seen == Set(diff.files.map(\.path)))
        #expect(packed.manifest.full == [RepositoryPath("zz/short.py")])
        #expect(packed.manifest.partial.count == 6)
        #expect(packed.parts.count <= 2)
        #expect(packed.parts.allSatisfy { $0.text.utf8.count <= limits.callBytesMax })
    }

    @Test func `no part is larger than a call, and no file is in two lists`() {
        for seed in 0..<200 {
            var limits = PackingLimits()
            limits.callBytesMax = 500 + seed * 37
            limits.callsMax = 1 + seed % 4
            limits.filesMax = 1 + seed % 30
            let diff = Diff(files: (0..<(seed % 40)).map { file("f\($0)", added: 1 + ($0 * seed) % 90) })
            let packed = pack(diff, leavingOut: [], limits: limits)
            let all = packed.manifest.full + packed.manifest.partial.map(\.path) + packed.manifest.none.map(\.path)
            #expect(Set(all).count == all.count && all.count == diff.files.count)
            #expect(packed.parts.count <= limits.callsMax)
            #expect(packed.parts.allSatisfy { $0.text.utf8.count <= limits.callBytesMax })
            #expect(Set(packed.parts.flatMap(\.paths)) == Set(packed.manifest.full + packed.manifest.partial.map(\.path)))
        }
    }

    @Test func `a line of a million characters is cut, and says so`() {
        let packed = pack(Diff(files: [file("one.js", added: 1, width: 1_000_000)]), leavingOut: [], limits: PackingLimits())
        #expect(packed.parts.count == 1)
        #expect(packed.parts[0].text.utf8.count < 1_000)
        #expect(packed.parts[0].text.contains("bytes more)"))
        #expect(packed.manifest.full.isEmpty && packed.manifest.partial.map(\.reason) == ["a line is too long"])
    }

    @Test func `files without lines to read are no gap, files too large to read are`() {
        var binary = file("image.png", added: 1)
        binary.hunks = []
        binary.omitted = .binary
        var huge = file("dump.sql", added: 1)
        huge.hunks = []
        huge.omitted = .tooLarge(byteCount: 100_000_000)
        let packed = pack(Diff(files: [binary, huge]), leavingOut: [], limits: PackingLimits())
        #expect(packed.parts.isEmpty && packed.manifest.full.isEmpty)
        #expect(packed.manifest.none.map(\.path) == [RepositoryPath("dump.sql")])
    }
}
