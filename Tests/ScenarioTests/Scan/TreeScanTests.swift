// What a scan finds in files of every size, that several workers report as one would, and that nothing is lost at the borders of what is read.

import ForgeCore
import ForgeRules
import ForgeSystem
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

@testable import forge

@Suite struct TreeScanTests {
    private static let key = "plantkey-" + "123456"

    /// Around the sizes in which files are read: 64 KiB, 256 KiB, 1 MiB.
    @Test(arguments: [1, 2, 3, 5, 8].map { $0 * 65_536 } + [16 * 65_536, 20 * 65_536, 32 * 65_536, 40 * 65_536])
    func `a key that lies across a border is found, on its line`(border: Int) async throws {
        try await ScanRoom.with { room in
            let scan = FileScan(try RuleSet(ScanRoom.rules()))
            for before in [0, 1, 7, 14, 15] {
                var text = Self.lines(border - before - 1, lineBytes: 64)
                let line = text.count { $0 == UInt8(ascii: "\n") } + 1
                let start = text.count
                text += Array((Self.key + " \n").utf8) + Self.lines(100_000, lineBytes: 64)
                try room.write(text, to: "file")
                let report = scan.report(on: path("\(room.tree)/file"))
                #expect(report.scan.hits.map(\.capture) == [start..<start + Self.key.utf8.count], "\(before) before \(border)")
                #expect(report.scan.hits.first?.lines == line...line && report.byteCount == text.count)
            }
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func `a file in pieces has the findings of the file as a whole`(seed: UInt64) async throws {
        try await ScanRoom.with { room in
            var random = SeededRandom(seed: seed)
            var text: [UInt8] = []
            while text.count < 2_600_000 {
                text += [UInt8](repeating: UInt8(ascii: "x"), count: random.below(random.below(4) == 0 ? 300_000 : 200))
                if random.below(3) == 0 { text += Array((" " + Self.key + " ").utf8) }
                if random.below(3) > 0 { text.append(UInt8(ascii: "\n")) }
            }
            try room.write(text, to: "file")
            let rules = try RuleSet(ScanRoom.rules())
            let whole = RuleScanner(rules).scan(text).hits
            let pieces = FileScan(rules).report(on: path("\(room.tree)/file")).scan.hits
            #expect(whole.count > 3)
            #expect(pieces.map(\.capture) == whole.map(\.capture))
            #expect(pieces.map(\.lines) == whole.map(\.lines) && pieces.map(\.column) == whole.map(\.column))
        }
    }

    @Test func `what is no text is left out, and what is gone is reported`() async throws {
        try await ScanRoom.with { room in
            try room.write(Array(Self.key.utf8) + [0], to: "binary")
            try room.write([0xFF, 0xFE] + Self.key.utf8.flatMap { [$0, 0] }, to: "utf16")
            try room.write("", to: "empty")
            let scan = FileScan(try RuleSet(ScanRoom.rules()))
            func outcome(_ name: String) -> FileReport.Outcome { scan.report(on: path("\(room.tree)/\(name)")).outcome }
            guard case .skipped(.binary) = outcome("binary"), case .skipped(.utf16) = outcome("utf16"), case .scanned = outcome("empty"),
                case .unreadable(let error) = outcome("missing"), case .unreadable = outcome("")
            else { return #expect(Bool(false), "one of them was taken for something else") }
            #expect(error.isMissing)
        }
    }

    @Test func `a file that says it is empty and is not, as in proc, is read`() async throws {
        let scan = FileScan(try RuleSet(ScanRoom.rules()))
        #expect(scan.report(on: path("/proc/self/status")).byteCount > 100)
    }

    @Test(arguments: [1, 2, 8]) func `any number of workers reports the same, in the order of the paths`(workers: Int) async throws {
        try await ScanRoom.with { room in
            for number in 0..<60 {
                let name = "d\(number % 7)/f\(number)"
                // Larger ones first, so that later files are ready earlier.
                try room.write(Self.lines((60 - number) * 9_000, lineBytes: 80) + Array(Self.key.utf8), to: name)
            }
            let seen = Mutex<[String]>([])
            let scan = TreeScan(rules: try RuleSet(ScanRoom.rules()), workers: workers)
            let totals = try await scan.run(try TreeWalk([room.tree])) { report throws(CommandFailure) in
                seen.withLock { $0.append(report.path.inRepository.text) }
            }
            let names = seen.withLock { $0 }
            #expect(names.count == 60 && names == names.sorted())
            #expect(totals.files == 60 && totals.findings == 60 && totals.unreadable == 0)
            #expect(totals.bytes == (0..<60).reduce(0) { $0 + Self.lines((60 - $1) * 9_000, lineBytes: 80).count + Self.key.utf8.count })
        }
    }

    @Test func `a report that cannot be written ends the scan`() async throws {
        try await ScanRoom.with { room in
            for number in 0..<200 { try room.write("x", to: "f\(number)") }
            let count = Mutex(0)
            let scan = TreeScan(rules: try RuleSet(ScanRoom.rules()), workers: 2)
            await #expect(throws: CommandFailure.self) {
                try await scan.run(try TreeWalk([room.tree])) { _ throws(CommandFailure) in
                    count.withLock { $0 += 1 }
                    throw .failed("the pipe is closed")
                }
            }
            #expect(count.withLock { $0 } == 1)
        }
    }

    private func path(_ path: String) -> WalkedPath {
        WalkedPath(bytes: Array(path.utf8), inRepository: RepositoryPath("file"))
    }

    /// So many bytes, in lines.
    private static func lines(_ count: Int, lineBytes: Int) -> [UInt8] {
        (0..<max(0, count)).map { $0 % lineBytes == lineBytes - 1 ? UInt8(ascii: "\n") : UInt8(ascii: "x") }
    }
}
