// The third step: text that plays a part it does not have: the turn of another speaker, the tokens that models use between turns, the end of
// the block it stands in. Brackets are broken, lines get a mark in front; the words stay readable. It must not guess what is meant: a bug
// report about a chat template is treated the same, and loses nothing.

struct RoleStep {
    /// In front of a line that begins like a turn of a conversation, or like the end of a block.
    static let lineMark = "⟨text⟩ "
    /// Characters of a token such as `<|im_start|>`.
    static let tokenMax = 48

    private let input: [Unicode.Scalar]
    private let form: ScrubForm
    private var at = 0
    private var output: [Unicode.Scalar] = []
    private var tally: ScrubTally

    static func run(_ input: [Unicode.Scalar], form: ScrubForm, _ tally: inout ScrubTally) -> [Unicode.Scalar] {
        var step = RoleStep(input: input, form: form, tally: tally)
        step.output.reserveCapacity(input.count)
        step.line()
        while step.at < input.count { step.next() }
        tally = step.tally
        return step.output
    }

    private init(input: [Unicode.Scalar], form: ScrubForm, tally: ScrubTally) {
        self.input = input
        self.form = form
        self.tally = tally
    }

    private mutating func next() {
        switch input[at] {
        case "<": angle()
        case "[": bracket()
        case "\n":
            keep()
            line()
        default: keep()
        }
    }

    private mutating func keep() {
        output.append(input[at])
        at += 1
    }

    private mutating func write(_ text: String) { output.append(contentsOf: text.unicodeScalars) }

    // MARK: Tokens

    private mutating func angle() {
        if let end = endOfToken() {
            tally.add(.roleMarker)
            write("‹")
            output.append(contentsOf: input[(at + 1)..<end])
            write("›")
            at = end + 1
        } else if form == .prose, beginsRoleTag() {
            tally.add(.roleMarker)
            write("‹")
            at += 1
        } else {
            keep()
        }
    }

    /// The closing bracket of `<|name|>`, also with the wide bars that some models use.
    private func endOfToken() -> Int? {
        guard at + 1 < input.count, isBar(input[at + 1]) else { return nil }
        var index = at + 2
        while index < input.count, index - at < Self.tokenMax, isTokenCharacter(input[index]) { index += 1 }
        guard index > at + 2, index + 1 < input.count, isBar(input[index]), input[index + 1] == ">" else { return nil }
        return index + 1
    }

    private func isBar(_ scalar: Unicode.Scalar) -> Bool { scalar == "|" || scalar == "\u{FF5C}" }

    private func isTokenCharacter(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || isDigit(scalar) || scalar == "_" || scalar == "-" || scalar == "/" || scalar == ":" || scalar == "\u{2581}"
    }

    private func beginsRoleTag() -> Bool {
        var begin = at + 1
        while begin < input.count, begin - at < 4, input[begin] == "/" || input[begin] == "<" { begin += 1 }
        let name = word(from: begin, alsoIn: "_-:")
        guard !name.isEmpty else { return false }
        let local = name.split(separator: ":").last.map(String.init) ?? name
        return RoleWords.tags.contains(local) || RoleWords.tagPrefixes.contains(where: local.hasPrefix)
    }

    private mutating func bracket() {
        var begin = at + 1
        if begin < input.count, input[begin] == "/" { begin += 1 }
        let name = word(from: begin, alsoIn: "_", lowercased: false)
        let end = begin + name.unicodeScalars.count
        guard RoleWords.bracketTokens.contains(name), end < input.count, input[end] == "]" else { return keep() }
        tally.add(.roleMarker)
        write("⟦")
        output.append(contentsOf: input[(at + 1)..<end])
        write("⟧")
        at = end + 1
    }

    /// The ASCII word that begins at `start`; empty when it is longer than any that matters.
    private func word(from start: Int, alsoIn others: String = "", lowercased: Bool = true) -> String {
        var text = ""
        var index = start
        while index < input.count, isLetter(input[index]) || others.unicodeScalars.contains(input[index]) {
            guard index - start < Self.tokenMax else { return "" }
            text.unicodeScalars.append(input[index])
            index += 1
        }
        return lowercased ? text.lowercased() : text
    }

    // MARK: Lines

    private mutating func line() {
        guard form == .prose else { return }
        if beginsTurn() {
            tally.add(.roleMarker)
            write(Self.lineMark)
        } else if beginsDelimiter() {
            tally.add(.delimiter)
            write(Self.lineMark)
        }
    }

    /// `Human:`, `**System prompt:**`, `### Assistant`, `> [tool result]:`.
    private func beginsTurn() -> Bool {
        var index = at
        var hashes = 0
        while index < input.count, index - at < 16, " \t>*_#-[\"'".unicodeScalars.contains(input[index]) {
            if input[index] == "#" { hashes += 1 }
            index += 1
        }
        var words: [String] = []
        while words.count < 3 {
            let next = word(from: index)
            guard !next.isEmpty else { break }
            words.append(next)
            index += next.count
            guard index + 1 < input.count, input[index] == " " || input[index] == "_", isLetter(input[index + 1]) else { break }
            index += 1
        }
        guard let first = words.first, RoleWords.speakers.contains(first) else { return false }
        guard words.dropFirst().allSatisfy(RoleWords.kinds.contains) else { return false }
        while index < input.count, "*_]\"' \t".unicodeScalars.contains(input[index]) { index += 1 }
        if index < input.count, input[index] == ":" || input[index] == "\u{FF1A}" { return true }
        return hashes > 0 && (index == input.count || input[index] == "\n")
    }

    /// A rule of dashes, or brackets, and a word that says that something ends or begins: `--- END OF LOG`, `]]> end`, `<<<end`.
    private func beginsDelimiter() -> Bool {
        var index = at
        while index < input.count, input[index] == " " || input[index] == "\t" { index += 1 }
        let ruleStart = index
        while index < input.count, "-=*#<>[]_~`\"".unicodeScalars.contains(input[index]) { index += 1 }
        guard index - ruleStart >= 3 else { return false }
        while index < input.count, input[index] == " " { index += 1 }
        return RoleWords.edges.contains(word(from: index))
    }
}

/// Words that only matter at the places where RoleStep looks for them.
enum RoleWords {
    static let speakers: Set<String> = [
        "system", "user", "human", "assistant", "developer", "tool", "function", "ai", "model", "agent", "bot", "instruction",
        "instructions",
    ]
    static let kinds: Set<String> = [
        "prompt", "message", "instruction", "instructions", "result", "results", "output", "response", "call", "note", "notice", "override",
    ]
    static let tags: Set<String> = [
        "system", "sys", "user", "human", "assistant", "developer", "instruction", "instructions", "information", "important", "admin",
        "context", "document", "documents", "untrusted", "trusted", "prompt", "thinking", "invoke", "s", "bos", "eos", "result", "output",
    ]
    static let tagPrefixes = [
        "system_", "system-", "user_", "user-", "tool_", "tool-", "function_", "function-", "untrusted_", "untrusted-", "assistant_",
        "start_of_", "end_of_",
    ]
    static let bracketTokens: Set<String> = [
        "INST", "SYS", "SYSTEM_PROMPT", "AVAILABLE_TOOLS", "TOOL_CALLS", "TOOL_RESULTS", "TOOL_CONTENT", "IMG", "PREFIX", "SUFFIX",
    ]
    static let edges: Set<String> = ["end", "begin", "start", "stop", "eof"]
}
