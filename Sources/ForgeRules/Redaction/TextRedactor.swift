// Known credentials and those that the rules find, out of one text. Belongs to one worker, like the scanner inside it. It must never trust the
// rules alone with a credential that is known.

package final class TextRedactor {
    package let known: Redactor
    private let scanner: SecretScanner

    package init(known: Redactor, scanner: SecretScanner) {
        self.known = known
        self.scanner = scanner
    }

    package func redact(_ text: [UInt8]) -> RedactedText { known.redact(text, and: places(in: text)) }

    /// What the rules find, by their names.
    func places(in text: [UInt8]) -> [SecretPlace] {
        scanner.scan(text).hits.map { SecretPlace(range: $0.capture, rule: $0.rule.id) }
    }
}

/// A text of any length in bounded memory. Rules look at blocks that end at a line end, with some of the text before and behind each; where
/// the blocks end depends on the text alone, so the output is the same however the text is cut.
package struct TextRedactionStream {
    /// A block ends at the first line end from here on.
    static let blockMin = 256 << 10
    /// A block without a line end ends here.
    static let blockMax = 512 << 10
    /// What rules see around a block, so that a credential over its edge is found: more than a private key has.
    static let margin = 16 << 10

    private let redactor: TextRedactor
    /// What was written already and is looked at again, up to `contextCount`; then what waits.
    private var pending: [UInt8] = []
    private var contextCount = 0
    private var writer = RedactionWriter()

    package init(_ redactor: TextRedactor) { self.redactor = redactor }

    package var redactions: Int { writer.count }

    package mutating func push(_ piece: [UInt8]) -> [UInt8] {
        pending.append(contentsOf: piece)
        while let end = endOfBlock(), pending.count >= end + Self.margin { write(upTo: end) }
        return take()
    }

    package mutating func finish() -> [UInt8] {
        while let end = endOfBlock(), end < pending.count { write(upTo: end) }
        write(upTo: pending.count)
        return take()
    }

    private func endOfBlock() -> Int? {
        let start = contextCount + Self.blockMin
        guard start < pending.count else { return nil }
        let stop = min(pending.count, contextCount + Self.blockMax)
        if let lineEnd = pending[start..<stop].firstIndex(of: 0x0A) { return lineEnd + 1 }
        return stop == contextCount + Self.blockMax ? stop : nil
    }

    private mutating func write(upTo end: Int) {
        let seen = Array(pending.prefix(end + Self.margin))
        let places = redactor.known.allPlaces(in: seen, and: redactor.places(in: seen))
        writer.write(pending, upTo: end, places)
        let kept = max(0, end - Self.margin)
        pending.removeSubrange(..<kept)
        writer.forget(kept)
        contextCount = end - kept
    }

    private mutating func take() -> [UInt8] {
        defer { writer.output.removeAll(keepingCapacity: true) }
        return writer.output
    }
}
