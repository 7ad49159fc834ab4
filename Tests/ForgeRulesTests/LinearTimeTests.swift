// Twice the text may take twice the time, not four times: what reads shell commands and packs is given the shapes that tempt a reader to
// look again and again.

import ForgeCore
import Testing

@testable import ForgeRules

struct LinearTimeTests {
    /// The least of three, so that a busy machine does not look like a slow algorithm.
    private func expectLinear(_ name: String, _ work: @escaping (Int) -> Void) {
        func measure(_ factor: Int) -> Double { (0..<3).map { _ in processorSeconds { work(factor) } }.min() ?? 0 }
        let (once, twice) = (measure(1), measure(2))
        #expect(twice < once * 3 + 0.03, "\(name): \(once) s, then \(twice) s")
    }

    @Test(arguments: [
        "a ", "a;", "a|", "$(a) ", "'a' ", "\"$a\" ", "((", "$((", "`a` ", "<<E ", "{a,", "x=$x$x;", "a\n", "${a:-", "[[ a ]];", "\\",
        "f(){ a;};", "echo {a..z};", "if a;then b;fi;", "*", "~", "#\n", "case x in a) b;; esac;", "<<'E'\nx\nE\n", "a && ", "2>&1 ",
    ])
    func `twice the command takes about twice the time to read`(_ piece: String) {
        var limits = ShellLimits()
        limits.bytesMax = 2_000_000
        let text = Array(String(repeating: piece, count: 40_000 / piece.utf8.count).utf8)
        expectLinear(piece) { factor in _ = ShellParse(Array(repeatElement(text, count: factor).joined()), limits: limits) }
    }

    @Test(arguments: [
        "  - {id: r%, title: t, severity: low, family: f, pattern: 'a%b', message: m, matches: ['a%b'], ignores: [x]}\n",
        "  - {id: r%, title: t, severity: low, family: f, pattern: '(', message: m, matches: [], ignores: x, unknown%: 1}\n", "  - r%\n",
        "  - {id: same, title: t, severity: low, family: f, pattern: ab, message: m, matches: [ab], ignores: [x]}\n",
    ])
    func `twice the rules take about twice the time to read`(_ rule: String) {
        expectLinear(rule) { factor in
            let rules = (0..<400 * factor).map { rule.replacing("%", with: "\($0)") }.joined()
            do throws(PackError) {
                _ = try PatternPack(yaml: Array(("version: 1\npack: trial\nrules:\n" + rules).utf8), file: "p.yml", layer: .operator)
            } catch {
                #expect(!error.problems.isEmpty)
            }
        }
    }
}
