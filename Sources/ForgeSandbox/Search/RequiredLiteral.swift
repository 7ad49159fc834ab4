// Texts of which every match of an expression holds one, as far as it is plain to see: the longest one of each alternative. It must never name
// one that a match can do without: so whatever is not understood at once ends the look, and nothing is required.

enum RequiredLiteral {
    /// More than these are no quicker to look for than the expression.
    private static let countMax = 6

    /// Empty when there are none that are worth it.
    static func of(_ expression: String, ignoresCase: Bool, isUnicode: Bool) -> [[UInt8]] {
        var reader = RequiredLiteralReader(
            Array(expression.unicodeScalars),
            splits: { scalar in
                // Without regard to letter case a long s is an s and a Kelvin sign a k.
                ignoresCase && isUnicode && (!scalar.isASCII || "kKsS".unicodeScalars.contains(scalar))
            })
        let texts = reader.read()
        guard texts.count <= countMax, texts.allSatisfy({ $0.count >= 2 }) else { return [] }
        return texts.map { Array(String(String.UnicodeScalarView($0)).utf8) }
    }
}

private struct RequiredLiteralReader {
    private let scalars: [Unicode.Scalar]
    private let splits: (Unicode.Scalar) -> Bool
    private var at = 0
    private var run: [Unicode.Scalar] = []
    private var longest: [Unicode.Scalar] = []
    private var alternatives: [[Unicode.Scalar]] = []

    init(_ scalars: [Unicode.Scalar], splits: @escaping (Unicode.Scalar) -> Bool) {
        self.scalars = scalars
        self.splits = splits
    }

    /// The longest text of each alternative; empty when it is not sure.
    mutating func read() -> [[Unicode.Scalar]] {
        while at < scalars.count {
            let scalar = scalars[at]
            at += 1
            switch scalar {
            case "|": endAlternative()
            case ")": return []
            case "(": guard skipGroup() else { return [] }
            case "[": guard skipClass() else { return [] }
            case "\\": guard readEscape() else { return [] }
            case ".", "^", "$": endRun()
            case "*", "?":
                if !run.isEmpty { run.removeLast() }
                endRun()
            case "{": skipCount()
            case "+": endRun()
            default: add(scalar)
            }
        }
        endAlternative()
        return alternatives
    }

    private mutating func endAlternative() {
        endRun()
        alternatives.append(longest)
        longest = []
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        if splits(scalar) { endRun() } else { run.append(scalar) }
    }

    private mutating func endRun() {
        if run.count > longest.count { longest = run }
        run = []
    }

    /// What it repeats may be repeated no times; what is no count is a text that nobody misses.
    private mutating func skipCount() {
        if !run.isEmpty { run.removeLast() }
        endRun()
        while at < scalars.count, scalars[at].properties.numericType != nil || scalars[at] == "," || scalars[at] == "}" {
            at += 1
            if scalars[at - 1] == "}" { return }
        }
    }

    /// A letter or digit behind a backslash has a meaning; of those with more behind them nothing is said.
    private mutating func readEscape() -> Bool {
        guard at < scalars.count else { return false }
        let scalar = scalars[at]
        at += 1
        if "dDwWsSbBAzZhHvVntrfae".unicodeScalars.contains(scalar) {
            endRun()
            return true
        }
        guard !scalar.isASCII || !scalar.properties.isAlphabetic && scalar.properties.numericType == nil else { return false }
        add(scalar)
        return true
    }

    /// Behind `[`; false when it does not end.
    private mutating func skipClass() -> Bool {
        endRun()
        if at < scalars.count, scalars[at] == "^" { at += 1 }
        if at < scalars.count, scalars[at] == "]" { at += 1 }
        while at < scalars.count {
            let scalar = scalars[at]
            at += 1
            switch scalar {
            case "]": return true
            case "\\": at += 1
            case "[" where at < scalars.count && ":.=".unicodeScalars.contains(scalars[at]):
                guard let end = scalars[at...].firstIndex(of: "]") else { return false }
                at = end + 1
            default: break
            }
        }
        return false
    }

    /// Behind `(`; false when it does not end, or changes how what comes after it is read.
    private mutating func skipGroup() -> Bool {
        endRun()
        if at < scalars.count, scalars[at] == "*" { return false }
        if at < scalars.count, scalars[at] == "?" {
            guard at + 1 < scalars.count, ":=!<>P".unicodeScalars.contains(scalars[at + 1]) else { return false }
        }
        while at < scalars.count {
            let scalar = scalars[at]
            at += 1
            switch scalar {
            case ")": return true
            case "(": guard skipGroup() else { return false }
            case "[": guard skipClass() else { return false }
            case "\\":
                guard at < scalars.count, scalars[at] != "Q" else { return false }
                at += 1
            default: break
            }
        }
        return false
    }
}
