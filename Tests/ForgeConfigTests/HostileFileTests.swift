// Files as an enemy would write them, through the front door: each is refused with a place and a sentence, in time that grows with its size
// and no faster, and what is left is the strict floor.
//
// FORGE_FUZZ_ROUNDS=100000 swift test --filter ConfigFuzz takes a hundred thousand files; the ordinary run takes a share.

import ForgeConfig
import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

private func check(_ bytes: [UInt8], _ expected: String) {
    let effective = EffectiveConfig.load([.repository(bytes)])
    let text = effective.problems.map { $0.compilerText(.error, in: nil) }.joined()
    #expect(text == expected + "\n")
    #expect(effective.config.agents.autonomy == .nothing && effective.isFallback)
}

private func check(_ text: String, _ expected: String) { check(Array(text.utf8), expected) }

@Test func `what is no YAML that we read is refused with its place`() {
    check("review:\n\tenabled: true\n", ".forge.yml:2:1: error: a tab cannot indent YAML: use spaces")
    check("review: {}\nreview: {}\n", ".forge.yml:2:1: error: this key is already on line 1")
    check([0x61, 0x3a, 0x20, 0xff], ".forge.yml:1:4: error: bytes that are not UTF-8: save the file as UTF-8")
    check([0xff, 0xfe, 0x61, 0x00], ".forge.yml:1:1: error: this is UTF-16: save the file as UTF-8")
    check(
        [0xef, 0xbb, 0xbf, 0x61],
        ".forge.yml:1:1: error: a byte order mark (BOM) stands before the text: save the file as UTF-8 without one")
    check("a: *b\n", ".forge.yml:1:4: error: no anchor of this alias's name comes before it")
    check("a: &a [*a]\n", ".forge.yml:1:8: error: this alias stands inside the value it stands for")
    check("{}\n---\n{}\n", ".forge.yml:2:1: error: a second document begins here: there may be only one")
    check("review: !!map {}\n", ".forge.yml:1:9: error: a tag, which is not supported here: write the value without it")
    check("? [a]\n: b\n", ".forge.yml:1:3: error: a key is text, not a list or a mapping")
    check("review: \"\\x00\"\n", ".forge.yml:1:9: error: review is not a group of keys: write 'key: value' lines indented below it")
    check(
        "version: '1'\n", ".forge.yml:1:1: error: version is not a whole number: give one from 1 to 1")
}

@Test func `ten megabytes are refused for their size, unread`() {
    let clock = ContinuousClock()
    let huge = [UInt8](repeating: UInt8(ascii: "#"), count: 10 << 20)
    let taken = clock.measure { check(huge, ".forge.yml:1:1: error: 10485760 bytes are more than the 262144 allowed") }
    #expect(taken < .seconds(1))
}

@Test func `aliases count as what they stand for`() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<20 {
        bomb += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    let effective = EffectiveConfig.load([.repository(Array(bomb.utf8))])
    #expect(effective.problems.map(\.what) == ["more than 20000 values"] && effective.problems.first?.line == 5)
    check(String(repeating: "[", count: 100_000), ".forge.yml:1:34: error: more than 32 levels deep")
}

@Test func `a problem in a line of a thousand characters shows what is around it`() {
    let line = "review: {paths: [\(String(repeating: "a, ", count: 60))'!b']}"
    let effective = EffectiveConfig.load([.repository(Array(line.utf8))])
    let text = effective.problems.map { $0.compilerText(.error, in: ConfigText(Array(line.utf8))) }.joined()
    let lines = text.split(separator: "\n")
    guard lines.count == 3, lines.allSatisfy({ $0.count <= 180 }) else {
        Issue.record("\(text)")
        return
    }
    // The caret stands below what is wrong.
    let column = lines[2].distance(from: lines[2].startIndex, to: lines[2].firstIndex(of: "^") ?? lines[2].endIndex)
    #expect(lines[1].dropFirst(column).hasPrefix("'!b'"), "\(text)")
}

@Test func `what hides in a file or its name does not reach the terminal`() {
    let bytes = Array("scope: {max_files: \u{202E}many}".utf8)
    let source = ConfigSource(layer: .repository, file: "a\u{1B}[31m.yml")
    let problems = EffectiveConfig.load([ConfigLayer(source, text: bytes)]).problems
    let text = problems.map { $0.compilerText(.error, in: ConfigText(bytes)) }.joined()
    #expect(!problems.isEmpty && !text.contains("\u{1B}") && !text.contains("\u{202E}"), "\(text)")
}

@Test func `hostile lists and names take time in proportion to their number`() {
    func measure(_ count: Int) -> Duration {
        let names = (0..<count).map { "  rule-\($0): high\n" }.joined()
        let keys = (0..<count).map { "key\($0): 1\n" }.joined()
        let text = Array(("rules:\n severity:\n" + names + keys).utf8)
        let clock = ContinuousClock()
        return (0..<3).map { _ in clock.measure { _ = EffectiveConfig.load([.repository(text)]) } }.min() ?? .zero
    }
    let (small, large) = (measure(1_000), measure(4_000))
    // Four times as much; sixteen times as long would be quadratic.
    #expect(large < small * 10, "\(small), then \(large)")
}

@Suite struct ConfigFuzz {
    private static let rounds = ProcessInfo.processInfo.environment["FORGE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 4_000
    private static let shares = 20

    /// Pieces that mean something to YAML or to us, put where they do not belong.
    private static let pieces = [
        "&a ", "*a", "!!str ", "!x ", "? ", ": ", "- ", "[", "]", "{", "}", "'", "\"", "|\n", ">-\n", "#", "\t", "\n", "\r\n", "---\n",
        "...\n",
        "%YAML 1.1\n", "\u{0}", "\u{FEFF}", "\u{202E}", "\u{85}", "<<: *a\n", "null", "~", "true", "-1", "1e999", ".nan",
        "0x7fffffffffffffff",
        "99999999999999999999", "999999999d", "1TiB", "'!'", "../", "**", "version: 2\n", "review: ", "\\",
    ]

    @Test(arguments: 0..<shares)
    func `a file changed at random is read or refused with a place, whatever stands above it`(share: Int) {
        let texts = [RepositoryConfig.example, Self.dense].map { Array($0.utf8) }
        let floor = ConfigLayer.floor(Array("scope: {max_files: 20}\noutput: {approve: false}\n".utf8), file: "floor.yml")
        for number in 0..<(Self.rounds / Self.shares) {
            let seed = UInt64(share) << 32 | UInt64(number)
            var random = SeededRandom(seed: seed)
            let bytes = Self.mutated(random.element(of: texts), &random)
            let effective = EffectiveConfig.load([floor, .repository(bytes)])
            let isPlaced = effective.problems.allSatisfy { $0.line != nil && $0.source?.layer == .repository }
            let holds = (effective.config.scope.filesMax ?? .max) <= 20 && !effective.config.output.approves
            guard isPlaced && holds else {
                Issue.record("seed \(seed): \(effective.problems)")
                return
            }
        }
    }

    private static func mutated(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = text
        for _ in 0...random.below(6) {
            let at = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0: bytes.insert(contentsOf: Array(random.element(of: pieces).utf8), at: at)
            case 1: bytes.removeSubrange(at..<min(bytes.count, at + random.below(40)))
            case 2: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(200))], at: random.below(bytes.count + 1))
            case 3: bytes = Array(bytes.prefix(at))
            case 4 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
            }
        }
        return bytes
    }

    /// Few lines with much in them, so that a change hits something that counts.
    private static let dense = """
        review: {enabled: true, min_severity: low, paths_ignore: [a, 'b/**'], instructions: [{paths: ['**'], text: "x"}], debounce: 1m}
        commands: {enabled: [fix, review], permissions: {fix: admin}}
        scope: &s {allow: ['**'], deny: [x], max_files: 3, max_bytes: 1MiB}
        agents: {autonomy: branch, triage: {min_events: 2}, test: |
            make
          }
        trackers: [{project: p}]
        rules: {severity: {a: high}, patterns: [{id: a, title: T, severity: low, pattern: x, message: M, matches: [x, {path: y}]}]}
        """
}
