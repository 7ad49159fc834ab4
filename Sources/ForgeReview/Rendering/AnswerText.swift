// What the thread of a finding is told at its end: one sentence, and that it can be closed.

import ForgeCore

enum AnswerText {
    static func answer(_ entry: LedgerEntry, _ ending: EndedFinding.Ending, _ comment: Int64, at head: CommitSHA) -> ThreadAnswer {
        let marker = HiddenMarker(.answer, ["finding": entry.id, "head": head.description])
        return ThreadAnswer(
            finding: entry.id, comment: comment, body: "\(sentence(ending, head))\n\n\(marker.text)", resolves: true)
    }

    /// The host makes a link of a whole SHA.
    private static func sentence(_ ending: EndedFinding.Ending, _ head: CommitSHA) -> String {
        switch ending {
        case .fixed: "Fixed in \(head). Thank you."
        case .leftChange: "As of \(head) this is no longer part of the change."
        case .rewritten: "The line is another one as of \(head), so this is closed."
        case .ruleOff: "This is not looked for here any more, as of \(head)."
        case .accepted(let reason):
            "Accepted in the source as of \(head)"
                + (reason.flatMap { $0.isEmpty ? nil : ": " + FindingText.sentence($0, charactersMax: 300) } ?? ".")
        }
    }
}
