// What a shell text says, as a tree: statements, pipelines, commands and their redirections. It must never decide what a command would
// do, and must never drop anything that runs: whatever executes has a place here.

/// A list of statements: a whole text, or what stands between `{ }`, `( )`, `do done`, `$( )`.
package struct ShellScript: Sendable, Equatable {
    package var statements: [ShellStatement] = []

    package init(_ statements: [ShellStatement] = []) { self.statements = statements }
}

/// Pipelines joined by `&&` and `||`, perhaps sent to the background.
package struct ShellStatement: Sendable, Equatable {
    package enum Connector: Sendable, Equatable { case and, or }

    package struct Link: Sendable, Equatable {
        package var connector: Connector
        package var pipeline: ShellPipeline
    }

    package var first: ShellPipeline
    package var rest: [Link] = []
    package var isBackground = false
}

package struct ShellPipeline: Sendable, Equatable {
    package var isNegated = false
    package var isTimed = false
    package var commands: [ShellCommand] = []
}

package struct ShellCommand: Sendable, Equatable {
    package var body: ShellCommandBody
    package var redirections: [ShellRedirection] = []
}

package indirect enum ShellCommandBody: Sendable, Equatable {
    case simple(ShellSimpleCommand)
    case group(ShellScript)
    case subshell(ShellScript)
    case conditional([ShellBranch], otherwise: ShellScript?)
    case loop(isUntil: Bool, condition: ShellScript, body: ShellScript)
    /// `for name in words`; nil words are the positional parameters. `select` differs only in who chooses.
    case each(isSelect: Bool, name: String, words: [ShellWord]?, body: ShellScript)
    /// `for (( a; b; c ))`, the three expressions as one text.
    case counting([ShellWordPart], body: ShellScript)
    case choice(ShellWord, [ShellCaseArm])
    case function(name: String, body: ShellCommand)
    /// `[[ … ]]`
    case condition([ShellWord])
    /// `(( … ))`
    case arithmetic([ShellWordPart])
    case coprocess(name: String?, ShellCommand)
}

package struct ShellBranch: Sendable, Equatable {
    package var condition: ShellScript
    package var body: ShellScript
}

package struct ShellCaseArm: Sendable, Equatable {
    package enum Ending: Sendable, Equatable { case leave, fallThrough, testNext }

    package var patterns: [ShellWord]
    package var body: ShellScript
    package var ending: Ending
}

package struct ShellSimpleCommand: Sendable, Equatable {
    package var assignments: [ShellAssignment] = []
    package var words: [ShellWord] = []
}

/// `name=value`, `name[subscript]+=value`, `name=(elements)`.
package struct ShellAssignment: Sendable, Equatable {
    package var name: String
    package var subscript_: [ShellWordPart]?
    package var isAppending: Bool
    package var value: ShellWord
}

package struct ShellRedirection: Sendable, Equatable {
    package enum Operator: String, Sendable, Equatable, CaseIterable {
        case read = "<"
        case write = ">"
        case append = ">>"
        case clobber = ">|"
        case readWrite = "<>"
        case duplicateInput = "<&"
        case duplicateOutput = ">&"
        case writeBoth = "&>"
        case appendBoth = "&>>"
        case hereDocument = "<<"
        case hereDocumentWithoutTabs = "<<-"
        case hereString = "<<<"
    }

    package enum Target: Sendable, Equatable {
        case word(ShellWord)
        /// An index into `ShellParse.documents`: the body comes lines later than its redirection.
        case document(Int)
    }

    /// `2` of `2>`, or `name` of `{name}>`; nil is the operator's own.
    package var descriptor: String?
    package var operation: Operator
    package var target: Target
}

/// The body of a here-document.
package struct ShellHereDocument: Sendable, Equatable {
    package var delimiter: String
    /// A quoted delimiter: nothing in the body is expanded.
    package var isQuoted: Bool
    package var stripsTabs: Bool
    package var raw: String
    package var parts: [ShellWordPart]
}
