// The parser: what is read is what was written, and nothing crashes it or keeps it for ever.

import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeRules

struct ShellParserTests {
    static let texts: [String] = [
        "ls -la", "a=1 b='x y' cmd \"q $c ${d:-e}\" $(f g) `h`", "a | b |& c", "! a && b || c; d & e", "(a; b) > f 2>&1", "{ a; b; } < f",
        "if a; then b; elif c; then d; else e; fi", "while a; do b; done", "until a; do b; done", "for x in 1 2 3; do echo $x; done",
        "for x; do y; done", "for ((i=0;i<3;i++)); do a; done", "select x in a b; do c; done", "case $x in a|b) c;; (d) e;& *) f;;& esac",
        "f() { a; }", "function f { a; }", "function f() (a)", "[[ -n $x && ( $y == z* || $q =~ ^a(b|c)$ ) ]]", "(( a = b + 1 ))",
        "coproc a", "coproc N { a; }",
        "cat <<E\nx $y\nE", "cat <<'E'\nx $y\nE", "cat <<-E | b\n\tx\n\tE\nc", "cat <<A <<B\n1\nA\n2\nB", "cat <<< \"x y\"",
        "a >b >>c >|d <>e <&3 >&- 2>f &>g &>>h {v}>i",
        "a <(b) >(c)", "echo $'a\\n\\x41' $\"b\"", "echo ${#a} ${!b} ${c[1]} ${d[@]} ${e##*/} ${f//a/b} ${g:1:2} ${h^^}",
        "echo $((1 + (2 * 3)))", "echo $( (a) )", "((a); b)",
        "echo a\\ b \\; 'c' \"d\\\"e\"", "a # comment\nb", "a\\\nb", "x=(1 2 'a b') y[2]=3 z+=4", "declare -a q=(1 2)",
        "echo {a,b}{1..3} *.c [a-z]? ~ ~u/x", "echo @(a|b) !(c)",
        "time -p a", "a;\n\nb\n", "echo \"$(echo \"$(echo x)\")\"", "echo \"${a:-\"$(b)\"}\"", "a && {\nb\n}", "echo 'multi\nline'",
        "a=$b c", "\\ls", "echo \"`echo \\`a\\``\"", "! ! a", "if ! a; then b; fi > c",
    ]

    @Test(arguments: texts) func `what is read is what was written`(_ text: String) {
        let first = ShellParse(text)
        #expect(first.unclear == nil)
        let second = ShellParse(ShellPrinter.text(of: first))
        #expect(second.unclear == nil)
        #expect(ShellPrinter.text(of: second) == ShellPrinter.text(of: first))
        #expect(second.script == first.script)
    }

    @Test(arguments: [
        "echo 'a", "echo \"a", "echo $(a", "echo `a", "if a; then b", "for", "while a; do b", "case x in", "a )", "( a", "{ a", "a ||",
        "a |", "| a", "&& a", "; a", "a ;; b", "echo ${", "echo ${a", "fi", "done", "then",
        "f( a", "a (b)", "[[ a", "x=(1", "for x in a; b", "case x in a b;; esac", "echo ${a!b}", "echo $'a", "<", "a > ",
    ])
    func `what cannot be read is said to be unclear, and is never safe`(_ text: String) {
        #expect(ShellParse(text).unclear != nil)
        #expect(ShellPack.isNotSafe(text))
    }

    @Test func `what stands before a mistake is kept`() {
        #expect(ShellParse("rm -rf /\nfi").script.statements.count == 1)
        expect(.catastrophic, "rm -rf /\nfi")
        expect(.catastrophic, "rm -rf / )")
    }

    @Test func `nesting has a limit`() {
        for (open, close) in [
            ("$(", ")"), ("(", ")"), ("{ ", "; }"), ("\"$(", ")\""), ("${a:-", "}"), ("((", "))"), ("<(", ")"), ("if ", "; fi"),
            ("a=(", ")"), ("[[ ", " ]]"),
        ] {
            let text = "echo " + String(repeating: open, count: 5000) + "a" + String(repeating: close, count: 5000)
            #expect(ShellPack.isNotSafe(text), "\(open)")
        }
    }
}

struct ShellFuzzTests {
    private static let alphabet = Array("ab \t\n\r;&|<>(){}[]$`'\"\\#!~*?=+-,.:/%^@0189_é".utf8) + [0, 0xFF, 0xC3]

    /// A few in the ordinary run, as many texts as are asked for in `make fuzz`.
    private static let seeds: ClosedRange<UInt64> = {
        let rounds = ProcessInfo.processInfo.environment["FORGE_FUZZ_ROUNDS"].flatMap { UInt64($0) } ?? 4000
        return 1...max(1, rounds / 400)
    }()

    @Test(arguments: seeds) func `random bytes never crash it`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<400 {
            let bytes = (0..<Int(random.next() % 80)).map { _ in Self.alphabet[Int(random.next() % UInt64(Self.alphabet.count))] }
            _ = ShellParse(bytes)
            _ = ShippedPack.classifier.classify(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: seeds) func `mutated commands never crash it, and those that are read are read again`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<400 {
            var bytes = Array(ShellParserTests.texts[Int(random.next() % UInt64(ShellParserTests.texts.count))].utf8)
            for _ in 0..<(1 + random.next() % 4) {
                let at = Int(random.next() % UInt64(bytes.count + 1))
                if random.next() % 2 == 0, at < bytes.count {
                    bytes.remove(at: at)
                } else {
                    bytes.insert(Self.alphabet[Int(random.next() % 45)], at: at)
                }
            }
            let parse = ShellParse(bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            let verdict = ShippedPack.classifier.classify(text)
            #expect(parse.unclear == nil || verdict.tier != .safe, "\(text)")
        }
    }

    @Test(arguments: [
        "a ", "a;", "a|", "$(a) ", "'a' ", "\"$a\" ", "((", "$((", "`a` ", "<<E ", "{a,", "x=$x$x;", "a\n", "${a:-", "[[ a ]];", "\\",
        "f(){ a;};", "echo {a..z};", "if a;then b;fi;", "*", "~", "#\n", "case x in a) b;; esac;",
    ])
    func `a long text is read and judged to its end`(_ piece: String) {
        var limits = ShellLimits()
        limits.bytesMax = 2_000_000
        _ = ShellParse(Array(String(repeating: piece, count: 400_000 / piece.utf8.count).utf8), limits: limits)
        // Ends at all: what a text makes of itself has bounds.
        _ = ShippedPack.classifier.classify(String(repeating: piece, count: 30_000 / piece.utf8.count))
    }
}

enum ShellPack {
    static func isNotSafe(_ text: String) -> Bool { ShippedPack.classifier.classify(text).tier != .safe }
}
