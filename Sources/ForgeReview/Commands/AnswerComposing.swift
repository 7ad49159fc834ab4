// The text of an answer: its parts, each under the command it answers, and the hidden mark it is found by. It always fits: a host refuses
// what is too long, and an answer that is refused is asked for again and again.

import ForgeCore

/// The whole text to post; nil when nothing is said. `answers` are the model's, in the order of the questions, already turned into text;
/// nil, or missing, where there is none.
package func answerText(_ outcome: CommandOutcome, answers: [String?] = [], for request: CommandRequest) -> String? {
    guard !outcome.parts.isEmpty else { return nil }
    var given = answers[...]
    var text = ""
    var leftOut = 0
    for part in outcome.parts {
        var body = ""
        switch part.content {
        case .text(let said): body = said
        case .question(let question): body = (given.popFirst() ?? nil) ?? question.fallback
        }
        let block = (part.heading.map { $0 + "\n\n" } ?? "") + body
        // For the mark, and for the sentence about what does not fit.
        guard text.unicodeScalars.count + block.unicodeScalars.count < MarkdownFormat.charactersMax - 300 else {
            leftOut += 1
            continue
        }
        text += (text.isEmpty ? "" : "\n\n") + block
    }
    if leftOut > 0 { text += "\n\n\(counted(leftOut, "more answer")) would not fit here; ask for \(leftOut == 1 ? "it" : "them") alone." }
    return text + "\n\n" + request.marker.text
}
