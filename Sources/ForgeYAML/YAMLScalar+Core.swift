// What a plain scalar means by the core schema of YAML 1.2.2 (section 10.3.2). It must never apply YAML 1.1's readings,
// in which `no` is false, `on` is true, `12:30` is 750 and Norway has no country code.

/// A scalar's meaning.
package enum YAMLCoreValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    /// Also a whole number too large for `int`.
    case float(Double)
    case string(String)
}

extension YAMLScalar {
    package var core: YAMLCoreValue {
        guard style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        default: return wholeNumber ?? fraction ?? .string(text)
        }
    }

    private var wholeNumber: YAMLCoreValue? {
        if text.hasPrefix("0o") { return prefixed(radix: 8) }
        if text.hasPrefix("0x") { return prefixed(radix: 16) }
        var digits = text.utf8[...]
        if let sign = digits.first, isSign(sign) { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return Int(text).map(YAMLCoreValue.int) ?? Double(text).map(YAMLCoreValue.float)
    }

    /// `Int(_:radix:)` would also take a sign here, which the schema does not.
    private func prefixed(radix: Int) -> YAMLCoreValue? {
        let digits = text.dropFirst(2)
        guard let first = digits.utf8.first, !isSign(first) else { return nil }
        return Int(digits, radix: radix).map(YAMLCoreValue.int)
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`; `Double` alone would take `infinity` and `0x1p3`.
    private var fraction: YAMLCoreValue? {
        var rest = text.utf8[...]
        if let sign = rest.first, isSign(sign) { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var decimals = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            decimals = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(1 + decimals.count)
        }
        guard !(whole.isEmpty && decimals.isEmpty), rest.isEmpty || isExponent(rest) else { return nil }
        return Double(text).map(YAMLCoreValue.float)
    }
}

private func isExponent(_ text: Substring.UTF8View) -> Bool {
    guard text.first == UInt8(ascii: "e") || text.first == UInt8(ascii: "E") else { return false }
    var digits = text.dropFirst()
    if let sign = digits.first, isSign(sign) { digits = digits.dropFirst() }
    return !digits.isEmpty && digits.allSatisfy(isDigit)
}

private func isSign(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
}

private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
