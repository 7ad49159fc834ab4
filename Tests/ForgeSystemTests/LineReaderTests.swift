// Lines as they were written, however the bytes arrive.

import ForgeTestSupport
import Testing

@testable import ForgeSystem

@Suite struct LineReaderTests {
    private func lines(_ pieces: [String], bytesMax: Int = 1 << 20) throws -> [String] {
        try withPipe(filledWith: pieces.map { Array($0.utf8) }) { descriptor in
            var reader = LineReader(descriptor: descriptor, bytesMax: bytesMax)
            var lines: [String] = []
            while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
            #expect(try reader.next() == nil, "the end stays the end")
            return lines
        }
    }

    @Test(
        arguments: [
            ([], []), ([""], []), (["a\n"], ["a"]), (["a"], ["a"]), (["\n"], [""]), (["\n\n"], ["", ""]), (["a\nb"], ["a", "b"]),
            (["a\n", "b\n"], ["a", "b"]), (["a", "b\nc", "\n"], ["ab", "c"]), (["a\r\nb"], ["a\r", "b"]),
            (["nul \u{0} in it\n"], ["nul \u{0} in it"]),
        ] as [([String], [String])])
    func `a newline ends a line, and a last line needs none`(_ pieces: [String], _ expected: [String]) throws {
        #expect(try lines(pieces) == expected)
    }

    @Test(arguments: UInt64(0)..<40)
    func `reads that are cut anywhere give the same lines`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let expected = (0..<60).map { index in
            String(repeating: "é\(index)", count: random.below(index % 10 == 0 ? 20_000 : 40))
        }
        let whole = Array(expected.joined(separator: "\n").utf8) + (seed % 2 == 0 ? [0x0A] : [])
        var pieces: [[UInt8]] = []
        var at = 0
        while at < whole.count {
            let end = min(whole.count, at + 1 + random.below(random.below(4) == 0 ? 100_000 : 50))
            pieces.append(Array(whole[at..<end]))
            at = end
        }
        let read = try withPipe(filledWith: pieces) { descriptor in
            var reader = LineReader(descriptor: descriptor)
            var lines: [String] = []
            while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
            return lines
        }
        let isLastLost = seed % 2 == 1 && expected.last?.isEmpty == true
        #expect(read == (isLastLost ? Array(expected.dropLast()) : expected))
    }

    @Test func `a line of many reads is whole`() throws {
        let long = String(repeating: "x", count: 300_000)
        #expect(try lines([long + "\n" + "short\n" + long]) == [long, "short", long])
    }

    @Test(arguments: ["", "\n", "\nmore\n"])
    func `a line may be as long as the bound and no longer`(_ end: String) throws {
        let fits = String(repeating: "x", count: 100_000)
        #expect(try lines([fits + end], bytesMax: 100_000).first == fits)
        let error = #expect(throws: SystemError.self) { try lines([fits + "x" + end], bytesMax: 100_000) }
        #expect(error?.message == "longer than 100000 bytes")
    }

    @Test func `a short line within one read is bound, too`() {
        #expect(throws: SystemError.self) { try lines(["ok\ntoo long\n"], bytesMax: 3) }
    }

    @Test func `a descriptor that cannot be read is an error`() {
        var reader = LineReader(descriptor: -1)
        #expect(throws: SystemError.self) { try reader.next() }
    }
}
