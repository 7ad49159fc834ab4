// Which findings somebody means: by the first characters of an id, or by the thread the words stand in. A word that only looks like an id
// (`decade`, `facade`, `202611`) is part of a reason where the thread says already what is meant. What can be nothing but an id is never
// taken for the thread's own: whoever mistyped one hears so.

import ForgeCore

enum FindingChoice: Equatable {
    /// The first six characters of an id are enough.
    static let prefixMin = 6

    /// What is left of the words is the reason or the question.
    case some([LedgerEntry], rest: String)
    case ambiguous(String, [LedgerEntry])
    case unknown(String)
    case missing(rest: String)

    init(_ words: String, in state: PullRequestState, thread: [LedgerEntry]) {
        let parts = words.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        let rest = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        guard let word = parts.first.map(Self.bare), Self.isLikeID(word) else {
            self = thread.isEmpty ? .missing(rest: words) : .some(thread, rest: words)
            return
        }
        let matches = state.ledger.values.filter { $0.id.hasPrefix(word) }.sorted { $0.id < $1.id }
        switch matches.count {
        case 1: self = .some(matches, rest: rest)
        case 0 where !thread.isEmpty && Self.mayBeWord(word): self = .some(thread, rest: words)
        case 0: self = .unknown(word)
        default: self = .ambiguous(word, matches)
        }
    }

    /// As people copy it: with a hash before it, marks around it, a colon behind it.
    private static func bare(_ word: Substring) -> String {
        let marks: Set<Character> = ["`", "#", ":", ",", ".", "<", ">", "*", "(", ")"]
        return String(word.drop { marks.contains($0) }.reversed().drop { marks.contains($0) }.reversed()).lowercased()
    }

    /// All letters or all digits, and shorter than an id.
    private static func mayBeWord(_ text: String) -> Bool {
        let digits = text.utf8.count { $0.isDigit }
        return text.utf8.count < FindingID.characterCount && (digits == 0 || digits == text.utf8.count)
    }

    private static func isLikeID(_ word: String) -> Bool {
        (prefixMin...FindingID.characterCount).contains(word.utf8.count) && word.utf8.allSatisfy { $0.hexadecimalValue != nil }
    }
}

extension CommandScene {
    /// The findings that the request's thread is about: by the comment that opened it, and where the ledger does not know that comment yet
    /// by the mark in it.
    func findings(ofThread root: Int64?) -> [LedgerEntry] {
        guard let root else { return [] }
        var marked: Set<String> = []
        if let first = thread?.comments.first, first.id == root, identity.isAuthor(first.author) {
            marked = Set(HiddenMarker(endOf: first.body)?.findings ?? [])
        }
        return state.ledger.values.filter { entry in
            entry.place == .thread(comment: root) || (entry.place == .thread(comment: nil) && marked.contains(entry.id))
        }.sorted(by: isGraver)
    }
}

/// The gravest first, then by place.
func isGraver(_ left: LedgerEntry, _ right: LedgerEntry) -> Bool {
    if left.severity != right.severity { return left.severity > right.severity }
    let paths = (left.path ?? RepositoryPath(bytes: []), right.path ?? RepositoryPath(bytes: []))
    if paths.0 != paths.1 { return paths.0 < paths.1 }
    return (left.line ?? 0, left.id) < (right.line ?? 0, right.id)
}
