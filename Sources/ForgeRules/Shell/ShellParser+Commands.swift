// Compound commands: groups, conditionals, loops, cases, functions, conditions. It must never take a word for a keyword anywhere but
// where a command begins.

extension ShellParser {
    mutating func command() throws(ShellSyntaxError) -> ShellCommand {
        try enter()
        defer { leave() }
        skipBlanks()
        guard let byte else { throw problem("a command is missing") }
        if let body = try compound(byte) {
            return ShellCommand(body: body, redirections: try redirections())
        }
        return try simpleCommand()
    }

    private mutating func redirections() throws(ShellSyntaxError) -> [ShellRedirection] {
        var found: [ShellRedirection] = []
        while true {
            skipBlanks()
            guard let next = try redirection() else { return found }
            found.append(next)
        }
    }

    private mutating func compound(_ byte: UInt8) throws(ShellSyntaxError) -> ShellCommandBody? {
        switch byte {
        case Byte.openParenthesis:
            return try parenthesis()
        case Byte.openBrace where endsWord(at + 1):
            at += 1
            let script = try list(until: .brace)
            at += 1
            return .group(script)
        case Byte.exclamation where self.byte(ahead: 1) == Byte.openParenthesis:
            at += 1
            return try parenthesis()
        case Byte.openBracket where isNext("[[") && endsWord(at + 2):
            at += 2
            return .condition(try conditionWords())
        default:
            guard let word = peekWord() else { return nil }
            return try keyword(word)
        }
    }

    private mutating func parenthesis() throws(ShellSyntaxError) -> ShellCommandBody {
        if isNext("(("), let parts = try arithmeticIfClosed() { return .arithmetic(parts) }
        at += 1
        let script = try list(until: .parenthesis)
        at += 1
        return .subshell(script)
    }

    private mutating func keyword(_ word: String) throws(ShellSyntaxError) -> ShellCommandBody? {
        switch word {
        case "if":
            at += 2
            return try conditional()
        case "while", "until":
            at += 5
            let condition = try list(until: .words(["do"]))
            return .loop(isUntil: word == "until", condition: condition, body: try doBody())
        case "for":
            at += 3
            return try forLoop()
        case "select":
            at += 6
            return try each(isSelect: true)
        case "case":
            at += 4
            return try choice()
        case "function":
            at += 8
            return try namedFunction()
        case "coproc":
            at += 6
            return try coprocess()
        case "then", "do", "done", "fi", "elif", "else", "esac", "in":
            if word == "in" { return nil }
            throw problem("'\(word)' where a command should be")
        default:
            return nil
        }
    }

    private mutating func conditional() throws(ShellSyntaxError) -> ShellCommandBody {
        var branches: [ShellBranch] = []
        while true {
            let condition = try list(until: .words(["then"]))
            try takeWord("then")
            let body = try list(until: .words(["elif", "else", "fi"]))
            branches.append(ShellBranch(condition: condition, body: body))
            switch peekWord() {
            case "elif": at += 4
            case "else":
                at += 4
                let otherwise = try list(until: .words(["fi"]))
                try takeWord("fi")
                return .conditional(branches, otherwise: otherwise)
            default:
                try takeWord("fi")
                return .conditional(branches, otherwise: nil)
            }
        }
    }

    private mutating func doBody() throws(ShellSyntaxError) -> ShellScript {
        skipLines()
        if byte == Byte.openBrace, endsWord(at + 1) {
            at += 1
            let body = try list(until: .brace)
            at += 1
            return body
        }
        try takeWord("do")
        let body = try list(until: .words(["done"]))
        try takeWord("done")
        return body
    }

    private mutating func forLoop() throws(ShellSyntaxError) -> ShellCommandBody {
        skipBlanks()
        guard isNext("((") else { return try each(isSelect: false) }
        guard let parts = try arithmeticIfClosed() else { throw problem("'for ((' has no end") }
        skipBlanks()
        if byte == Byte.semicolon { at += 1 }
        return .counting(parts, body: try doBody())
    }

    private mutating func each(isSelect: Bool) throws(ShellSyntaxError) -> ShellCommandBody {
        skipBlanks()
        guard let name = try word().plain else { throw problem("a loop needs the name of its variable") }
        skipLines()
        var words: [ShellWord]?
        if peekWord() == "in" {
            at += 2
            words = try wordsToEndOfLine()
        }
        skipBlanks()
        if byte == Byte.semicolon { at += 1 }
        return .each(isSelect: isSelect, name: name, words: words, body: try doBody())
    }

    private mutating func wordsToEndOfLine() throws(ShellSyntaxError) -> [ShellWord] {
        var words: [ShellWord] = []
        while true {
            skipBlanks()
            guard let byte, byte != Byte.newline, byte != Byte.semicolon else { return words }
            words.append(try word())
        }
    }

    private mutating func choice() throws(ShellSyntaxError) -> ShellCommandBody {
        skipBlanks()
        let subject = try word()
        try takeWord("in")
        var arms: [ShellCaseArm] = []
        while true {
            skipLines()
            if peekWord() == "esac" {
                at += 4
                return .choice(subject, arms)
            }
            arms.append(try arm())
        }
    }

    private mutating func arm() throws(ShellSyntaxError) -> ShellCaseArm {
        _ = take("(")
        var patterns: [ShellWord] = []
        while true {
            skipBlanks()
            patterns.append(try word())
            skipBlanks()
            if take("|") { continue }
            guard take(")") else { throw problem("')' is missing after a pattern") }
            break
        }
        let body = try list(until: .arm)
        var ending = ShellCaseArm.Ending.leave
        if take(";;&") { ending = .testNext } else if take(";&") { ending = .fallThrough } else { _ = take(";;") }
        return ShellCaseArm(patterns: patterns, body: body, ending: ending)
    }

    private mutating func namedFunction() throws(ShellSyntaxError) -> ShellCommandBody {
        skipBlanks()
        guard let name = try word().plain else { throw problem("a function needs a name") }
        skipBlanks()
        if take("(") {
            skipBlanks()
            guard take(")") else { throw problem("')' is missing after a function's name") }
        }
        skipLines()
        return .function(name: name, body: try command())
    }

    private mutating func coprocess() throws(ShellSyntaxError) -> ShellCommandBody {
        skipBlanks()
        let start = at
        // A name counts as one only before a compound command.
        if let first = byte, Byte.isNameStart(first), peekWord().map(isKeyword) != true {
            let name = try word().plain
            skipBlanks()
            if let name, byte == Byte.openBrace || byte == Byte.openParenthesis { return .coprocess(name: name, try command()) }
            at = start
        }
        return .coprocess(name: nil, try command())
    }

    private func isKeyword(_ word: String) -> Bool {
        ["if", "while", "until", "for", "case", "select", "function"].contains(word)
    }

    /// What stands between `[[` and `]]`: words, with the operators among them as words of their own.
    private mutating func conditionWords() throws(ShellSyntaxError) -> [ShellWord] {
        var words: [ShellWord] = []
        while true {
            skipLines()
            guard let byte else { throw problem("'[[' has no end") }
            if isNext("]]"), endsWord(at + 2) {
                at += 2
                return words
            }
            switch byte {
            case Byte.openParenthesis, Byte.closeParenthesis, Byte.less, Byte.greater:
                at += 1
                words.append(ShellWord([.literal(String(UnicodeScalar(byte)))]))
            case Byte.ampersand, Byte.pipe:
                guard self.byte(ahead: 1) == byte else { throw problem("a single operator inside '[['") }
                at += 2
                words.append(ShellWord([.literal(byte == Byte.pipe ? "||" : "&&")]))
            case Byte.semicolon:
                throw problem("';' inside '[['")
            default:
                words.append(try word(isPattern: words.last?.plain == "=~"))
            }
        }
    }
}
