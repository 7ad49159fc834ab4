// What the local code host refuses, as others do: pure, and told in a sentence. The limits are GitHub's, so that what is posted here could
// have been posted there.

import ForgeCore

enum ReviewCheck {
    static let bodyCharactersMax = 65_536

    /// Why a review cannot be posted on this diff; nil when it can.
    static func refusal(of review: NewReview, on diff: Diff) -> String? {
        if review.body.isEmpty, review.comments.isEmpty, review.event != .approve { return "the review says nothing" }
        if review.body.isEmpty, review.event == .requestChanges { return "a review that requests changes needs a text" }
        if let reason = refusal(ofText: review.body, called: "the review", mayBeEmpty: true) { return reason }
        let files = Dictionary(diff.files.map { ($0.path, DiffPlaces($0)) }) { first, _ in first }
        for comment in review.comments {
            if let reason = refusal(ofText: comment.body, called: "the comment on \(comment.path.shown)") { return reason }
            guard let places = files[comment.path] else { return "\(comment.path.shown) is no file of the diff" }
            if let reason = places.refusal(of: comment.anchor) { return "\(comment.path.shown): \(reason)" }
        }
        return nil
    }

    static func refusal(ofText text: String, called name: String, mayBeEmpty: Bool = false) -> String? {
        if !mayBeEmpty, text.allSatisfy(\.isWhitespace) { return "\(name) is empty" }
        return text.unicodeScalars.count > bodyCharactersMax ? "\(name) is longer than \(bodyCharactersMax) characters" : nil
    }

    static func refusal(of check: CheckRunContent) -> String? {
        if check.name.isEmpty || check.externalID.isEmpty { return "a check has a name and an external id" }
        for (name, text) in [("summary", check.summary), ("text", check.text ?? "")] {
            if text.utf8.count > 65_535 { return "the check's \(name) is longer than 65535 bytes" }
        }
        if check.title.isEmpty { return "the check has no title" }
        if check.actions.count > 3 { return "a check has at most three actions" }
        for action in check.actions {
            let isLong = action.label.count > 20 || action.identifier.count > 20 || action.description.count > 40
            if isLong { return "the action '\(action.label)' has a label or identifier above 20 characters, or a description above 40" }
        }
        return nil
    }
}

/// The lines of one file that can be commented on.
struct DiffPlaces {
    /// The hunk that each line is in.
    private var right: [Int: Int] = [:]
    private var left: [Int: Int] = [:]

    init(_ change: FileChange) {
        for (number, hunk) in change.hunks.enumerated() {
            for line in hunk.lines {
                if let new = line.newNumber { right[new] = number }
                if let old = line.oldNumber { left[old] = number }
            }
        }
    }

    func refusal(of anchor: ReviewAnchor) -> String? {
        switch anchor {
        case .file: return nil
        case .line(let side, let line): return hunk(side, line) == nil ? "line \(line) is not in the diff" : nil
        case .range(let side, let lines):
            guard lines.count > 1 else { return "a range has two different ends" }
            guard let first = hunk(side, lines.lowerBound) else { return "line \(lines.lowerBound) is not in the diff" }
            guard let last = hunk(side, lines.upperBound) else { return "line \(lines.upperBound) is not in the diff" }
            return first == last ? nil : "lines \(lines.lowerBound) to \(lines.upperBound) are not in one hunk"
        }
    }

    private func hunk(_ side: DiffSide, _ line: Int) -> Int? { side == .right ? right[line] : left[line] }
}
