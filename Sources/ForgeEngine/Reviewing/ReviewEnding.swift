// How a review ended, in one word and a sentence. Clean, findings, partial, failed and skipped are never confused, and neither is a review
// that nobody needs any more.

package import ForgeCore

package struct ReviewEnding: StepResult, Hashable {
    package enum Word: String, Hashable, Sendable, CaseIterable {
        case clean, findings, partial, failed, skipped
        /// A newer head, or the pull request is gone or closed, or it was reviewed already.
        case superseded, unneeded
    }

    package var word: Word
    package var sentence: String

    package init(_ word: Word, _ sentence: String = "") {
        self.word = word
        self.sentence = sentence
    }

    /// What a look came to: `open` counts what the ledger has open. With nothing open, only what was not read keeps it from being clean.
    package init(_ conclusion: CheckConclusion, unread: Int, open: Int) {
        if unread > 0 || (open == 0 && conclusion != .success) {
            self.init(.partial, unread == 1 ? "one part was not read" : unread > 1 ? "\(unread) parts were not read" : "not all was read")
        } else if conclusion == .success {
            self.init(.clean)
        } else {
            self.init(.findings, "\(open) open")
        }
    }

    package var stepJSON: JSON { ["word": .string(word.rawValue), "sentence": .string(sentence)] }

    package init?(stepJSON: JSON) {
        guard let word = stepJSON["word"]?.string.flatMap(Word.init(rawValue:)), let sentence = stepJSON["sentence"]?.string else {
            return nil
        }
        self.init(word, sentence)
    }

    /// Of a run that is done: whether somebody looked at the change.
    static func isReview(_ run: Run) -> Bool { run.reason?.hasPrefix(Word.skipped.rawValue) != true }

    /// For the run's row.
    package var reason: String { sentence.isEmpty ? word.rawValue : "\(word.rawValue): \(sentence)" }

    package var runState: RunState {
        switch word {
        case .clean, .findings, .partial, .skipped: .done
        case .failed: .failed
        case .superseded: .superseded
        case .unneeded: .cancelled
        }
    }
}
