// Tree to text, in one form for each construct. It exists so that a test can say "what was read is what was written"; nothing runs
// what it prints.

package struct ShellPrinter {
    private let documents: [ShellHereDocument]
    private var out = ""
    private var pending: [Int] = []

    package static func text(of parse: ShellParse) -> String {
        var printer = ShellPrinter(parse.documents)
        printer.script(parse.script)
        return printer.out
    }

    private init(_ documents: [ShellHereDocument]) { self.documents = documents }

    private mutating func line() {
        out += "\n"
        let waiting = pending
        pending = []
        for index in waiting {
            let document = documents[index]
            out += document.raw
            if !document.raw.isEmpty, !document.raw.hasSuffix("\n") { out += "\n" }
            out += document.delimiter + "\n"
        }
    }

    private mutating func script(_ script: ShellScript) {
        for statement in script.statements {
            pipeline(statement.first)
            for link in statement.rest {
                out += link.connector == .and ? " && " : " || "
                pipeline(link.pipeline)
            }
            if statement.isBackground { out += " &" }
            line()
        }
    }

    private mutating func pipeline(_ pipeline: ShellPipeline) {
        if pipeline.isTimed { out += "time " }
        if pipeline.isNegated { out += "! " }
        for (index, command) in pipeline.commands.enumerated() {
            if index > 0 { out += " | " }
            self.command(command)
        }
    }

    private mutating func command(_ command: ShellCommand) {
        body(command.body)
        for redirection in command.redirections { self.redirection(redirection) }
    }

    private mutating func body(_ body: ShellCommandBody) {
        switch body {
        case .simple(let simple): self.simple(simple)
        case .group(let inner): block("{", inner, "}")
        case .subshell(let inner): block("(", inner, ")")
        case .conditional(let branches, let otherwise):
            for (index, branch) in branches.enumerated() {
                block(index == 0 ? "if" : "elif", branch.condition, "")
                block("then", branch.body, "")
            }
            if let otherwise { block("else", otherwise, "") }
            out += "fi"
        case .loop(let isUntil, let condition, let body):
            block(isUntil ? "until" : "while", condition, "")
            block("do", body, "done")
        case .each(let isSelect, let name, let words, let body):
            out += (isSelect ? "select " : "for ") + name
            if let words {
                out += " in"
                for word in words { spaced(word) }
            }
            line()
            block("do", body, "done")
        case .counting(let expression, let body):
            out += "for (("
            parts(expression, isQuoted: false)
            out += "))"
            line()
            block("do", body, "done")
        case .choice(let subject, let arms): choice(subject, arms)
        case .function(let name, let body):
            out += "function \(name) () "
            command(body)
        case .condition(let words):
            out += "[["
            for word in words { spaced(word) }
            out += " ]]"
        case .arithmetic(let expression):
            out += "(("
            parts(expression, isQuoted: false)
            out += "))"
        case .coprocess(let name, let command):
            out += "coproc " + (name.map { $0 + " " } ?? "")
            self.command(command)
        }
    }

    private mutating func choice(_ subject: ShellWord, _ arms: [ShellCaseArm]) {
        out += "case"
        spaced(subject)
        out += " in"
        line()
        for arm in arms {
            out += "("
            for (index, pattern) in arm.patterns.enumerated() {
                if index > 0 { out += "|" }
                spaced(pattern)
            }
            out += ")"
            line()
            script(arm.body)
            out += arm.ending == .leave ? ";;" : arm.ending == .fallThrough ? ";&" : ";;&"
            line()
        }
        out += "esac"
    }

    private mutating func block(_ open: String, _ inner: ShellScript, _ close: String) {
        out += open
        line()
        script(inner)
        out += close
    }

    private mutating func simple(_ simple: ShellSimpleCommand) {
        for (index, assignment) in simple.assignments.enumerated() {
            if index > 0 { out += " " }
            out += assignment.name
            if let index = assignment.subscript_ {
                out += "["
                parts(index, isQuoted: false)
                out += "]"
            }
            out += assignment.isAppending ? "+=" : "="
            parts(assignment.value.parts, isQuoted: false)
        }
        for (index, word) in simple.words.enumerated() {
            if index > 0 || !simple.assignments.isEmpty { out += " " }
            parts(word.parts, isQuoted: false)
        }
    }

    private mutating func redirection(_ redirection: ShellRedirection) {
        out += " " + (redirection.descriptor ?? "") + redirection.operation.rawValue
        switch redirection.target {
        case .word(let word): spaced(word)
        case .document(let index):
            pending.append(index)
            let delimiter = documents[index].delimiter
            out += " " + (documents[index].isQuoted ? "'\(delimiter)'" : delimiter)
        }
    }

    private mutating func spaced(_ word: ShellWord) {
        out += " "
        parts(word.parts, isQuoted: false)
    }

    // MARK: - Words

    private mutating func parts(_ parts: [ShellWordPart], isQuoted: Bool) {
        for part in parts { self.part(part, isQuoted: isQuoted) }
    }

    private mutating func part(_ part: ShellWordPart, isQuoted: Bool) {
        switch part {
        case .literal(let text): out += isQuoted ? escapedInQuotes(text) : text
        case .escaped(let text): out += "\\" + text
        case .single(let text): out += "'\(text)'"
        case .ansi(let text): out += "$'\(text.map(ansi).joined())'"
        case .double(let inner): quoted("\"", inner)
        case .localized(let inner): quoted("$\"", inner)
        case .parameter(let parameter): self.parameter(parameter, isQuoted: isQuoted)
        case .command(let script): substitution("$(", script)
        case .process(let direction, let script): substitution(direction.rawValue + "(", script)
        case .arithmetic(let inner):
            out += "$(("
            parts(inner, isQuoted: false)
            out += "))"
        case .extendedGlob(let mark, let inner):
            out += mark + "("
            parts(inner, isQuoted: false)
            out += ")"
        case .array(let words):
            out += "("
            for word in words { spaced(word) }
            out += ")"
        }
    }

    private mutating func quoted(_ open: String, _ inner: [ShellWordPart]) {
        out += open
        parts(inner, isQuoted: true)
        out += "\""
    }

    private mutating func substitution(_ open: String, _ script: ShellScript) {
        let outer = pending
        pending = []
        // A space keeps `$( (…) )` from reading as arithmetic.
        out += open + " "
        self.script(script)
        out += ")"
        pending = outer
    }

    private mutating func parameter(_ parameter: ShellParameter, isQuoted: Bool) {
        guard parameter.isBraced else {
            out += "$" + parameter.name
            return
        }
        out += "${" + (parameter.isLength ? "#" : "") + (parameter.isIndirect ? "!" : "") + parameter.name
        if let index = parameter.subscript_ {
            out += "["
            parts(index, isQuoted: false)
            out += "]"
        }
        out += parameter.operation ?? ""
        parts(parameter.argument, isQuoted: false)
        out += "}"
    }

    private func escapedInQuotes(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "\\\"$`".contains(character) { escaped += "\\" }
            escaped.append(character)
        }
        return escaped
    }

    private func ansi(_ character: Character) -> String {
        switch character {
        case "\\": "\\\\"
        case "'": "\\'"
        case "\n": "\\n"
        default: String(character)
        }
    }
}
