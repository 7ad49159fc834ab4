// Patterns and database files gone wrong, in great number. None may end the process, hang, or be taken for something it is not.
//
// A run takes a share; `FORGE_FUZZ_ROUNDS=100000 swift test --filter PatternFuzzTests` takes more. A failure names the seed of its batch.

import ForgePatterns
import ForgeTestSupport
import Foundation
import Testing

@Suite struct PatternFuzzTests {
    private static let batches: UInt64 = 20
    private static let rounds = ProcessInfo.processInfo.environment["FORGE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 2000
    private static var roundsInBatch: Int { max(1, rounds / Int(batches)) }

    private static let originals = [
        "gh[pousr]_[A-Za-z0-9]{36}", "(?i)(?:api|secret)[_-]?key\\s*[:=]\\s*['\"]([^'\"]{8,64})['\"]", "-----BEGIN [A-Z ]+ KEY-----",
        "(a|b(c|d{2,5})*)+?\\b", "[[:alpha:]\\]^-]{3,}\\Q(]\\E", "(?<name>x)\\k<name>(?!y)", "^\\s*#\\s*(?:[a-z]+\\.)*$",
        "\\x{41}\\p{L}\\d{1,3}?",
        "(?s).{0,20}(?-s:.)|(?>ab)*+", "\\$\\{[^}]{1,30}\\}",
    ]
    private static let pieces = [
        "(", ")", "[", "]", "{", "}", "{2}", "{0,9}", "{,3}", "{99999}", "*", "+", "?", "|", "^", "$", "\\", "\\Q", "\\E", "(?", "(?:",
        "(?=",
        "(?<!", "(?i)", "(?#", "(*", "[^", "[:", "\\1", "\\x{", "\\p{", "\\b", ".", "a", "é", "\u{0}", "\n", "-", "#", "(?R)", "(?1)",
        "\\K",
    ]

    @Test(arguments: 0..<batches) func `a pattern gone wrong is refused, or ends within its limits`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let scratch = MatchScratch()
        let text = Array("ghp_0aA api_key = 'abcdefgh1' -----BEGIN X KEY----- abccdd ]]-(] xx # a.b. ${HOME} éé A1".utf8) + [0xFF, 0, 0x0A]
        for _ in 0..<Self.roundsInBatch {
            let options = PatternSource.Options(rawValue: UInt32(random.below(16))).union(.allowsEmpty)
            let source = PatternSource(expression(&random), options: options)
            let exact = try? ExactPattern(source, limits: .untrusted)
            let matches = (try? exact?.matches(in: text, countMax: 200, using: scratch)) ?? []
            guard let database = try? PatternDatabase.compile([source], limits: .untrusted) else { continue }
            var hits = PatternHits()
            #expect(PatternScratch(database).scan(text, into: &hits) == .complete)
            let ends = Set(hits.all.flatMap { $0.firstEnd...$0.end })
            // Over characters, the library promises nothing for bytes that are none.
            guard !options.contains(.unicode) else { continue }
            // Of a pattern that may match nothing at all, the library does not tell each empty match.
            let isTold = matches.allSatisfy { $0.range.isEmpty || ends.contains($0.range.upperBound) }
            // Every other disagreement is ours, and fails.
            withKnownIssue("Vectorscan passes over a match: decision 0014", isIntermittent: true) {
                #expect(isTold, "\(source.expression) is matched where the scan sees nothing")
            } when: {
                Self.machineHasFault && Self.isFaulty(source.expression)
            }
        }
    }

    /// With a right checksum around it, so that every reader behind ours sees what is wrong.
    @Test(arguments: 0..<batches) func `a database file gone wrong is refused, or is a database`(seed: UInt64) throws {
        let database = try PatternDatabase.compile(["to(k|c)en[0-9]{4,}", "(a)\\1", "secret"].map { PatternSource($0) })
        let right = database.serialized(key: [1, 2, 3])
        var random = SeededRandom(seed: seed)
        for _ in 0..<Self.roundsInBatch {
            var bytes = right
            for _ in 0...random.below(3) { spoil(&bytes, &random) }
            if random.below(4) > 0 { bytes = SealedBytes.sealed(bytes) }
            guard let read = try? PatternDatabase(serialized: bytes, key: [1, 2, 3]) else { continue }
            // Changed only in what we note beside the automaton, or in bytes that the library leaves unread.
            var hits = PatternHits()
            guard read.mode == .block else { continue }
            #expect(PatternScratch(read).scan(Array("token12345 aa".utf8), into: &hits) == .complete && !hits.all.isEmpty)
        }
    }

    private static let machineHasFault =
        (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains("avx512bw") ?? false  // elsewhere nothing is excused

    /// Begins with one fixed character and a class.
    private static func isFaulty(_ expression: String) -> Bool {
        let rest = expression.hasPrefix("\\") ? expression.dropFirst(2) : expression.dropFirst()
        return expression.first != "(" && expression.first != "[" && rest.first == "["
    }

    private func expression(_ random: inout SeededRandom) -> String {
        var characters = Array(random.element(of: Self.originals))
        for _ in 0...random.below(4) {
            let place = random.below(characters.count + 1)
            switch random.below(3) {
            case 0 where place < characters.count: characters.remove(at: place)
            case 1 where place < characters.count: characters.swapAt(place, random.below(characters.count))
            default: characters.insert(contentsOf: random.element(of: Self.pieces), at: place)
            }
        }
        return String(characters)
    }

    private func spoil(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        // Half of the changes to what stands before the automaton.
        let place = random.below(random.below(2) == 0 ? min(bytes.count, 160) : bytes.count)
        switch random.below(4) {
        case 0: bytes.removeLast(min(bytes.count, random.below(200)))
        case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        case 2: bytes.remove(at: place)
        default: bytes[place] = random.element(of: [0, 1, 0x7F, 0x80, 0xFF, UInt8(truncatingIfNeeded: random.next())])
        }
    }
}
