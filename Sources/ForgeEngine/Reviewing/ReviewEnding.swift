// How a review ended, in one word and a sentence. Clean, findings, partial, failed and skipped are never confused, and neither is a review
// that nobody needs any more.

package import ForgeCore
package import ForgeReview

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

    /// What the rules, the tools and the model left.
    package init(of report: ReviewReport) {
        switch report.outcome {
        case .clean: self.init(.clean)
        case .findings: self.init(.findings, "\(report.open.count) open")
        case .partial: self.init(.partial, "\(report.coverage.unread.count) parts were not read")
        }
    }

    package var stepJSON: JSON { ["word": .string(word.rawValue), "sentence": .string(sentence)] }

    package init?(stepJSON: JSON) {
        guard let word = stepJSON["word"]?.string.flatMap(Word.init(rawValue:)), let sentence = stepJSON["sentence"]?.string else {
            return nil
        }
        self.init(word, sentence)
    }

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
