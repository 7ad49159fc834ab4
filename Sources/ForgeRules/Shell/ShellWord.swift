// One word of a shell text, its quoting kept as parts: what it expands to is decided later, by who knows the variables. It must never
// lose the difference between quoted and unquoted: `rm "*"` and `rm *` are two commands.

package struct ShellWord: Sendable, Equatable {
    package var parts: [ShellWordPart]

    package init(_ parts: [ShellWordPart]) { self.parts = parts }

    /// The word when it is one piece of unquoted text, as keywords and names are.
    package var plain: String? {
        guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
        return text
    }
}

package indirect enum ShellWordPart: Sendable, Equatable {
    /// Text as it stands: unquoted at the top of a word (globs, braces and a tilde are live), quoted inside `double`.
    case literal(String)
    /// The character after a backslash.
    case escaped(String)
    case single(String)
    case double([ShellWordPart])
    /// `$"…"`, translated by the locale, which for Forge is the text itself.
    case localized([ShellWordPart])
    /// `$'…'`, decoded.
    case ansi(String)
    case parameter(ShellParameter)
    /// `$( )`, backticks, `${ ; }`.
    case command(ShellScript)
    case arithmetic([ShellWordPart])
    case process(ShellProcessDirection, ShellScript)
    /// `@(a|b)`: the operator and the alternatives as one text.
    case extendedGlob(String, [ShellWordPart])
    /// `(a b c)` after `name=`.
    case array([ShellWord])
}

package enum ShellProcessDirection: String, Sendable, Equatable {
    case input = "<"
    case output = ">"
}

/// `$name`, `${name}`, `${#name}`, `${!name}`, `${name[subscript]operator argument}`.
package struct ShellParameter: Sendable, Equatable {
    package var name: String
    package var isBraced = false
    package var isLength = false
    package var isIndirect = false
    package var subscript_: [ShellWordPart]?
    /// `:-`, `##`, `//`, `:`, `^^`, `@`, … ; nil without one.
    package var operation: String?
    package var argument: [ShellWordPart] = []
}
