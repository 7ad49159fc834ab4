// What came of reading a shell text, and the limits of reading. A text that is not understood is a value here, never a guess.

package struct ShellLimits: Sendable {
    /// Linux gives one argument of a program at most 128 KiB (MAX_ARG_STRLEN): more cannot be what `bash -c` is given.
    package var bytesMax = 1 << 17
    package var depthMax = 40
    /// How often `((` may turn out to be two parentheses; each time the text after it is read again.
    package var retriesMax = 16

    package init() {}
}

/// Why a text, or what follows some point of it, is not understood.
package struct ShellSyntaxError: Error, Equatable {
    package var why: String
    package var offset: Int
}

package struct ShellParse: Sendable, Equatable {
    /// The statements up to the first one not understood: a shell runs those before it complains.
    package var script: ShellScript
    package var documents: [ShellHereDocument]
    package var unclear: String?

    /// Reads a text as bash would.
    package init(_ text: String, limits: ShellLimits = ShellLimits()) {
        self.init(Array(text.utf8), limits: limits)
    }

    package init(_ bytes: [UInt8], limits: ShellLimits = ShellLimits()) {
        var parser = ShellParser(bytes, limits: limits)
        self = parser.parseText()
    }

    init(script: ShellScript, documents: [ShellHereDocument], unclear: String?) {
        self.script = script
        self.documents = documents
        self.unclear = unclear
    }
}

extension ShellParse {
    package static func == (first: ShellParse, second: ShellParse) -> Bool {
        first.script == second.script && first.documents == second.documents && first.unclear == second.unclear
    }
}
