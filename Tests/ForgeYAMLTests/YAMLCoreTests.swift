// What plain scalars mean by the core schema of YAML 1.2, and above all what they do not.

import ForgeYAML
import Testing

private func check(_ texts: [String], _ expected: YAMLCoreValue) {
    for text in texts {
        let value = YAMLScalar(text, .plain).core
        #expect(String(describing: value) == String(describing: expected), "\(text)")
        #expect(YAMLScalar(text, .quoted).core == .string(text), "in quotes everything is text")
    }
}

private func checkText(_ texts: [String]) {
    for text in texts { #expect(YAMLScalar(text, .plain).core == .string(text)) }
}

@Test func `null, true and false in their three spellings`() {
    check(["", "~", "null", "Null", "NULL"], .null)
    check(["true", "True", "TRUE"], .bool(true))
    check(["false", "False", "FALSE"], .bool(false))
}

@Test func `words of YAML 1.1 are text`() {
    checkText([
        "no", "No", "NO", "yes", "on", "Off", "y", "n", "tRUE", "nULL", "12:30", "190:20:30", "1_000", "0b101", "2026-01-01", "<<", "=",
    ])
}

@Test func `whole numbers`() {
    check(["0"], .int(0))
    check(["12", "+12", "012", "0o14", "0xC", "0xc"], .int(12))
    check(["-7"], .int(-7))
    check(["9223372036854775807"], .int(.max))
    check(["-9223372036854775808"], .int(.min))
    check(["9223372036854775808"], .float(9_223_372_036_854_775_808))
}

@Test func `fractions`() {
    check(["1.5", "+1.5", "15e-1", "0.15E+1", "1.50"], .float(1.5))
    check(["1.", "1.0", "1e0"], .float(1))
    check(["-.5"], .float(-0.5))
    check([".inf", "+.Inf", ".INF"], .float(.infinity))
    check(["-.inf"], .float(-.infinity))
    check([".nan", ".NaN"], .float(.nan))
}

@Test func `what only looks like a number is text`() {
    checkText([
        "-", "+", ".", "-.", "1e", "e1", ".e1", "1.2.3", "0o8", "0xg", "0x", "0o", "0x-1", "0o+1", "-0x1", "1 2", "infinity", "nan", "inf",
        "0x1p3", "１", "1e+", "--1", "60s", "4GiB",
    ])
}
