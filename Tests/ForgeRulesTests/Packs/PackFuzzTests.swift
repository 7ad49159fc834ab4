// Packs gone wrong, in great number. Each is read, or refused with its reasons and their places; none may end the process.
//
// A run takes a share; `FORGE_FUZZ_ROUNDS=100000 swift test --filter PackFuzzTests` takes more. A failure names the seed of its batch.

import ForgeCore
import ForgeRules
import ForgeTestSupport
import Foundation
import Testing

@Suite struct PackFuzzTests {
    private static let batches: UInt64 = 16
    private static let rounds = ProcessInfo.processInfo.environment["FORGE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 8000

    /// JSON is YAML, too, which the mutator knows how to spoil.
    private static let pack: JSON = [
        "version": 1, "pack": "trial",
        "rules": [
            [
                "id": "first-rule", "title": "First", "severity": "high", "family": "trial", "pattern": "key-([0-9]{6})", "capture": 1,
                "keywords": ["key"], "length": ["min": 6, "max": 6], "entropy": .number("1.5"),
                "allow": ["captures": ["0{6}"], "lines": ["^#"], "words": ["example"], "paths": ["docs/**"]],
                "paths": ["**/*.py"], "paths_ignore": ["gen/**"], "message": "A key.", "fix": "Remove it.",
                "references": ["https://example.com/a"], "matches": [["path": "a.py", "text": "key-{{digits*3}}123456"]],
                "ignores": ["key-12345"],
            ],
            [
                "id": "second-rule", "title": "Second", "severity": "low", "family": "trial", "on": "added", "patterns": ["a+b", "(x)\\1"],
                "confidence": "low", "message": "Twice.", "matches": ["aab"], "ignores": ["b"],
            ],
        ],
    ]

    @Test(arguments: 0..<batches) func `a pack gone wrong is read, or refused with its reasons`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let mutator = BodyMutator(Self.pack)
        for round in 0..<max(1, Self.rounds / Int(Self.batches)) {
            let bytes = mutator.mutated(using: &random)
            let layer = random.element(of: RuleLayer.allCases)
            do throws(PackError) {
                let pack = try PatternPack(yaml: bytes, file: "trial.yml", layer: layer)
                // Compiling and running the examples costs more than reading: a few will do.
                if round % 50 == 0 { _ = try pack.checked() }
            } catch {
                #expect(!error.problems.isEmpty)
                #expect(error.problems.allSatisfy { $0.line > 0 && $0.column > 0 && !$0.message.isEmpty }, "\(error)")
            }
        }
    }
}
