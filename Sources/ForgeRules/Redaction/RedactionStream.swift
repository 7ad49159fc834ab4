// Redaction of a text that comes in pieces: a pipe, a log, a file too large for memory. The output is the same however the text is cut, and
// only little is held back. It must never let the beginning of a credential out before it is sure that it is none.

package struct RedactionStream {
    private let windows: SecretWindows
    private var pending: [UInt8] = []
    private var writer = RedactionWriter()
    /// Where each reading of what is pending begins, so that it goes on as it would have.
    private var starts = [0, 0]

    /// Credentials that are added to the redactor later are not looked for.
    package init(_ redactor: Redactor) { windows = redactor.windows }

    package var redactions: Int { writer.count }

    /// What is certain now.
    package mutating func push(_ piece: [UInt8]) -> [UInt8] {
        guard !windows.isEmpty else { return piece }
        pending.append(contentsOf: piece)
        let found = KnownPlaces(in: pending, windows, isWhole: false, from: starts)
        // A run that ends behind what is read covers at most eleven bytes before it; what is before those is decided.
        let undecided = SecretWindows.width - 1
        guard found.readings.allSatisfy({ $0.bytes.count > 2 * undecided }) else { return [] }
        let decided = found.readings.map { $0.place(of: $0.bytes.count - undecided) }.min() ?? 0
        writer.write(pending, upTo: decided, places(found))
        // A run that covers what is undecided begins at most eleven bytes before it.
        starts = found.readings.map { $0.place(of: $0.lastIndex(at: decided) - undecided) }
        forget(upTo: min(starts[0], starts[1]))
        return take()
    }

    /// The rest.
    package mutating func finish() -> [UInt8] {
        let found = KnownPlaces(in: pending, windows, isWhole: true, from: starts)
        writer.write(pending, upTo: pending.count, places(found))
        forget(upTo: pending.count)
        return take()
    }

    private func places(_ found: KnownPlaces) -> [SecretPlace] {
        found.ranges.map { SecretPlace(range: $0, rule: Redactor.knownRule) }
    }

    private mutating func forget(upTo end: Int) {
        pending.removeSubrange(..<end)
        writer.forget(end)
        starts = starts.map { max(0, $0 - end) }
    }

    private mutating func take() -> [UInt8] {
        defer { writer.output.removeAll(keepingCapacity: true) }
        return writer.output
    }
}
