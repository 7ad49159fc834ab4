// What the program answers to all texts of a table, asked in one go. It must never give an answer that belongs to another text.

import ForgeCore

struct AnswerSheet: Sendable {
    private let answers: [String: JSON]

    /// Asks `forge rules VERB --jsonl`; every text goes under `key`, with itself as its id.
    init(_ verb: String, _ key: String, _ texts: [String], options: [String] = []) throws {
        let input = texts.map { JSON.object([.init("id", .string($0)), .init(key, .string($0))]).text }.joined(separator: "\n")
        let run = try Program.run(["rules", verb, "--jsonl"] + options, input: input)
        var answers: [String: JSON] = [:]
        for line in run.output.split(separator: "\n") {
            let answer = try JSONParser.parse(Array(line.utf8)).value
            if let text = answer["id"]?.string { answers[text] = answer }
        }
        self.answers = answers
    }

    func answer(to text: String) throws -> JSON {
        guard let answer = answers[text] else { throw TestFailure(description: "the program gave no answer") }
        return answer
    }

    /// The text that came back.
    func text(for text: String) throws -> String {
        guard let back = try answer(to: text)["text"]?.string else { throw TestFailure(description: "the answer has no text") }
        return back
    }
}
