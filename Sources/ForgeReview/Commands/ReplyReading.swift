// What a person's words under a finding mean, read by rule: a question, a clear dismissal, a dispute, news of a fix, thanks, or something
// else. It must never take a doubt for a dismissal: a finding that is gone by mistake is gone unseen, one that stays costs a person one
// word. So a dismissal is the first thing said, says it in so many words, holds no question, no condition, no "maybe" and no "not" before
// it, and is not taken back by what follows. Everything that only sounds like one is a dispute.
//
// It reads English. Other languages mostly end as "something else", which asks for nothing and changes nothing.

package enum ReplyMeaning: String, Hashable, Sendable, CaseIterable {
    case dismissal, question, dispute, fix, thanks, other
}

package struct ReplyReading: Hashable, Sendable {
    package var meaning: ReplyMeaning
    /// What the person wrote, without quotations and code, on one line.
    package var words: String

    package init(_ text: String) {
        let prose = ReplyProse(text)
        words = prose.words
        meaning = Self.meaning(of: prose)
    }

    private static func meaning(of prose: ReplyProse) -> ReplyMeaning {
        if prose.isQuestion { return .question }
        guard !prose.clauses.isEmpty else { return prose.words.contains(where: ReplyPhrases.thankfulPictures.contains) ? .thanks : .other }
        if prose.clauses.allSatisfy(ReplyPhrases.isThanks) { return .thanks }
        // "Thanks, but …", "No, …": what follows is the matter.
        let matter = prose.clauses.drop { ReplyPhrases.isThanks($0) || ReplyPhrases.isBareNo($0) }
        guard let first = matter.first else { return .dispute }
        if !matter.dropFirst().contains(where: ReplyPhrases.takesBack), ReplyPhrases.isDismissal(first) { return .dismissal }
        if matter.contains(where: ReplyPhrases.refusesDismissal) { return .other }
        if ReplyPhrases.isFix(first) || matter.dropFirst().contains(where: ReplyPhrases.isFix) { return .fix }
        if prose.clauses.contains(where: ReplyPhrases.isDispute) { return .dispute }
        return ReplyPhrases.isThanks(prose.clauses[0]) ? .thanks : .other
    }
}

/// A reply as clauses of words: without what is quoted, hidden, code or an address, in small letters, without greetings.
struct ReplyProse {
    private static let charactersMax = 4000
    private static let clausesMax = 40

    private(set) var words: String
    private(set) var clauses: [[String]] = []
    private(set) var isQuestion: Bool

    init(_ text: String) {
        let lines = Self.plainLines(String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.charactersMax))))
        words = lines.joined(separator: " ")
        // The end of a line ends what it says.
        let lower = lines.joined(separator: " ; ").lowercased()
        isQuestion = false
        var clause: [String] = []
        for word in lower.split(separator: " ") {
            // An address has question marks of its own; whoever is spoken to says nothing about the matter.
            if word.contains("://") || word.hasPrefix("@") { continue }
            if word.first == "(" { end(&clause) }
            if Self.asks(word) { isQuestion = true }
            let bare = Self.bare(word)
            if !bare.isEmpty { clause.append(bare) }
            if bare.isEmpty || word.last.map(Self.enders.contains) == true { end(&clause) }
        }
        end(&clause)
        if let first = clauses.first, ReplyPhrases.opensQuestion(first) { isQuestion = true }
    }

    private static let enders: Set<Character> = [".", ",", ";", ":", "!", "?", ")", "—", "–", "…"]
    private static let trimmings: Set<Character> = ["'", "-", "/"]

    /// A question mark at its end, not one within.
    private static func asks(_ word: Substring) -> Bool {
        word.reversed().prefix { !$0.isLetter && !$0.isNumber }.contains { $0 == "?" || $0 == "？" }
    }

    /// A clause that is only a greeting says nothing, and a greeting before one is none of its words.
    private mutating func end(_ clause: inout [String]) {
        let said = Array(clause.drop { ReplyPhrases.greetings.contains($0) })
        clause = []
        if !said.isEmpty, clauses.count < Self.clausesMax { clauses.append(said) }
    }

    /// Typographic marks become the plain ones; what is around a word goes.
    private static func bare(_ word: Substring) -> String {
        let plain = word.map { $0 == "’" || $0 == "‘" ? "'" : $0 }.filter {
            $0.isLetter || $0.isNumber || $0 == "+" || trimmings.contains($0)
        }
        let end = plain.lastIndex { !trimmings.contains($0) }
        guard let start = plain.firstIndex(where: { !trimmings.contains($0) }), let end else { return "" }
        return String(plain[start...end])
    }

    /// What the person says: no quoted line, no block or span of code, no HTML comment.
    private static func plainLines(_ text: String) -> [String] {
        var kept: [Substring] = []
        var isInCode = false
        for line in text.split(whereSeparator: \.isNewline) {
            let shown = line.drop { $0 == " " || $0 == "\t" }
            if shown.hasPrefix("```") || shown.hasPrefix("~~~") {
                isInCode.toggle()
                continue
            }
            if isInCode || shown.hasPrefix(">") { continue }
            kept.append(shown)
        }
        let said = without("`", "`", in: without("<!--", "-->", in: kept.joined(separator: "\n")))
        return said.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
    }

    /// What stands between the two marks is left out; without the second, all the rest is.
    private static func without(_ opening: String, _ closing: String, in text: String) -> String {
        var out = ""
        var rest = text[...]
        while let start = rest.firstRange(of: opening) {
            out += rest[..<start.lowerBound] + " "
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: closing) else {
                // A lone mark of code hides nothing; an open comment does.
                return opening == "`" ? out + rest : out
            }
            rest = rest[end.upperBound...]
        }
        return out + rest
    }
}
