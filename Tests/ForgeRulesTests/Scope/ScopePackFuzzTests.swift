// Scope packs gone wrong. None may end the process: each is read, or refused with a line of the text.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeRules

struct ScopePackFuzzTests {
    private static let batches: UInt64 = 8
    private static let texts = ProcessInfo.processInfo.environment["FORGE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 20_000

    private static let original = """
        version: 1
        pack: scope
        limits: {max_files: 3, max_bytes: 10}
        rules:
          - id: a
            title: t
            decision: deny
            paths: ['/x/**', "*.y", '!a[b-c]']
            message: m
            matches: [x/a, {path: b.y, mode: symlink, target: ../x}]
            ignores: [y]
          - {id: b, title: t, decision: ask, check: files, message: m, matches: [{path: a, files: 4}], ignores: [{path: a, lines: 2}]}
        """
    private static let strays = [
        "  - {id: c}", "paths: ['[']", "check: nope", "matches: [{diff: x}]", "- a", "  ", "\t", "&a *a", "<<: *b", "'", "{", "]",
        "files: 99999999",
        "lines: -1", "beside: [a]", "links: {a: b}", "!!binary x", "---",
    ]

    @Test(arguments: UInt64(0)..<batches)
    func `a pack gone wrong is read or refused with its line`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let mutator = LineMutator(Array(Self.original.utf8), strays: Self.strays)
        var read = 0
        let rounds = Self.texts / Int(Self.batches)
        for number in 0..<rounds {
            let text = mutator.mutated(using: &random)
            do throws(PackError) {
                let pack = try ScopePack(yaml: text, name: "p")
                read += 1
                if number % 50 == 0 { _ = pack.exampleReport() }
            } catch {
                let lineMax = text.count { $0 == 0x0A || $0 == 0x0D } + 2
                let isLocated = error.problems.allSatisfy { (1...lineMax).contains($0.line) && !$0.message.isEmpty }
                if error.problems.isEmpty || !isLocated {
                    Issue.record("text \(number): \(error)\n\(String(decoding: text, as: UTF8.self))")
                }
            }
        }
        #expect(read * 50 > rounds && read * 10 < rounds * 9, "\(read) of \(rounds) were read")
    }
}
