// YAML gone wrong, in great number. Each text is read, or refused with a place in it; none may end the process, and twice the text must
// not take much more than twice the time.
//
// `FORGE_FUZZ_ROUNDS=1000000 swift test --filter YAMLFuzzTests` takes more texts. A failure names the seed of its batch.

import ForgeTestSupport
import ForgeYAML
import Foundation
import Testing

@Suite struct YAMLFuzzTests {
    private static let batches: UInt64 = 16
    private static let rounds = ProcessInfo.processInfo.environment["FORGE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 100_000

    private static let original = Array(
        """
        version: 1
        review: {enabled: true, max: 10, "a b": 'c'}
        agents:
          - &a 'x'
          - *a
          - |
            text
              more
          - >-
            folded

            text # no comment
          - !!str 1
          - [1, 2.5, ~, {k: v}]
        ? k
        : v

        """.utf8)
    private static let pieces = [
        "&a ", "*a", "!!str ", "!x ", "? ", ": ", "- ", "[", "]", "{", "}", "'", "\"", "|\n", ">-\n", "#", "\t", "\n", "\r\n", "---\n",
        "...\n", "%YAML 1.1\n", "\u{0}", "\u{FEFF}", "\u{85}", "\u{2028}", "<<: *a\n", "\\", ",", "@", "`",
    ]

    @Test(arguments: 0..<batches) func `a text gone wrong is read, or refused with its place`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var readCount = 0
        let rounds = max(1, Self.rounds / Int(Self.batches))
        for _ in 0..<rounds {
            var bytes = Self.original
            for _ in 0...random.below(4) { Self.spoil(&bytes, &random) }
            do throws(YAMLError) {
                _ = try parseYAML(bytes)
                readCount += 1
            } catch {
                // Line ends are of one byte at least, and a text of none has a first line.
                let isPlaced = error.problems.allSatisfy { problem in
                    (1...bytes.count + 1).contains(problem.position.line) && problem.position.column > 0 && !problem.message.isEmpty
                }
                #expect(!error.problems.isEmpty && isPlaced, "\(error) of \(String(decoding: bytes, as: UTF8.self))")
            }
        }
        // A mutator that spoils nothing, or nearly everything, tests little.
        #expect(readCount * 50 > rounds && readCount * 10 < rounds * 9, "\(readCount) of \(rounds) were read")
    }

    private static func spoil(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let at = random.below(bytes.count + 1)
        switch random.below(5) {
        case 0: bytes.insert(contentsOf: Array(random.element(of: pieces).utf8), at: at)
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + random.below(20)))
        case 2: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(80))], at: random.below(bytes.count + 1))
        case 3 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
        }
    }

    @Test(arguments: ["k%: v\n", "- a\n", "- {a: [b, c]}\n", "k%: |\n  text\n", "# comment\n", "- 'quoted \u{E9}'\n", "- &a% x\n- *a%\n"])
    func `twice the text takes about twice the time`(_ piece: String) {
        func measure(_ count: Int) -> Duration {
            let text = Array((0..<count).map { piece.replacingOccurrences(of: "%", with: "\($0)") }.joined().utf8)
            var limits = YAMLLimits()
            limits.nodesMax = .max
            limits.bytesMax = .max
            return (0..<3).map { _ in ContinuousClock().measure { _ = try? parseYAML(text, limits: limits) } }.min() ?? .zero
        }
        let (once, twice) = (measure(4_000), measure(8_000))
        #expect(twice < once * 4 + .milliseconds(50), "\(once), then \(twice)")
    }
}
