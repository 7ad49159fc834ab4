// `forge rules scan` as a person and a script use it.

import ForgeCore
import ForgeSystem
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct ScanCommandTests {
    private static let key = "plantkey-" + "123456"

    @Test func `findings come as a compiler prints them, and end with 1`() async throws {
        try await ScanRoom.with { room in
            try room.write("first\n  a = \(Self.key)\n", to: "b.txt")
            try room.write("plantword", to: "lib/a/c.py")
            try room.write("plantword", to: "other/c.py")
            let result = try scan(room, [room.tree])
            #expect(result.code == 1)
            #expect(result.output.contains("\(room.tree)/b.txt:2:7: high: A planted key. [planted-key]\n"))
            #expect(result.output.contains("\(room.tree)/lib/a/c.py:1:1: low: A planted word. [planted-python]\n"))
            #expect(!result.output.contains("other/c.py") && !result.output.contains(Self.key))
            #expect(result.errors.contains("2 findings in 3 files"))
        }
    }

    @Test func `nothing found is 0, not everything read is 3, and a path that is not there is 2`() async throws {
        try await ScanRoom.with { room in
            try room.write("clean", to: "a")
            #expect(try scan(room, [room.tree]).code == 0)
            #expect(try scan(room, ["\(room.tree)/missing"]).code == 2)
            #expect(try scan(room, ["--jobs", "0", room.tree]).code == 2)
            try room.tooDeepFolder()
            let partial = try scan(room, [room.tree])
            #expect(partial.code == 3 && partial.errors.contains("could not be read"), "\(partial.errors)")
            try room.write(Self.key, to: "b")
            #expect(try scan(room, [room.tree]).code == 1, "a finding is one, whatever else was not read")
        }
    }

    @Test func `JSON is one document with findings, what was left out, and the totals`() async throws {
        try await ScanRoom.with { room in
            try room.write("é \(Self.key)", to: "a \"quoted\"\n.txt")
            try room.write([0, 1, 2], to: "binary")
            try room.write([0xFF, 0xFE, 0x61, 0x00], to: "wide.txt")
            let result = try scan(room, ["--json", room.tree])
            let document = try JSONParser.parse(Array(result.output.utf8)).value
            #expect(result.code == 1 && document["schema"] == 1)
            guard case .array(let findings)? = document["findings"], case .array(let skipped)? = document["skipped"] else {
                return #expect(Bool(false), "\(result.output)")
            }
            let finding = try #require(findings.first { $0["rule"] == "planted-key" })
            #expect(finding["line"] == 1 && finding["column"] == 4 && finding["start"] == 3 && finding["end"] == 18)
            #expect(finding["path"] == .string("\(room.tree)/a \"quoted\"\\u{a}.txt"))
            #expect(Set(skipped.compactMap { $0["kind"]?.text }) == ["\"binary\"", "\"UTF-16\""])
            #expect(document["summary"]?["files"] == 1 && document["summary"]?["partial"] == false)
        }
    }

    @Test func `a finding is never the secret itself, whatever is asked for`() async throws {
        try await ScanRoom.with { room in
            try room.write("x \(Self.key)", to: "a")
            for words in [[room.tree], ["--json", room.tree], ["--jobs", "1", room.tree]] {
                let result = try scan(room, words)
                #expect(!result.output.contains(Self.key) && !result.errors.contains(Self.key))
            }
        }
    }

    private func scan(_ room: ScanRoom, _ words: [String]) throws -> (code: Int32, output: String, errors: String) {
        let packs = room.folder.path(of: "packs")
        if !Files.exists(packs) {
            try Files.createFolder(packs)
            try Files.write(Array(ScanRoom.pack.utf8), to: "\(packs)/trial.yml")
        }
        let environment = ["XDG_CACHE_HOME": room.folder.path(of: "cache")]
        return try Program.run(["rules", "scan", "--rules-dir", packs] + words, environment: environment)
    }
}
