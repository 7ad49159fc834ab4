// Takes known credentials out of everything that leaves: log lines, comments, prompts, artifacts. It knows them as they are, so it needs no
// pattern for them and misses none; what is only shaped like a credential is found by the scanner, whose places can be given beside the text.
// It must never give a credential back, neither in a description nor by an answer that tells a known one from an unknown one.

package import ForgeCore
internal import Synchronization

/// A place of a text that is a credential by a rule.
package struct SecretPlace: Hashable, Sendable {
    package var range: Range<Int>
    package var rule: String

    package init(range: Range<Int>, rule: String) {
        self.range = range
        self.rule = rule
    }
}

package struct RedactedText: Hashable, Sendable {
    package var bytes: [UInt8]
    /// How many places were replaced.
    package var redactions: Int
}

/// Safe to share: the service has one, to which tokens are added when they are minted and from which they are taken when they have expired.
package final class Redactor: Sendable {
    /// Stands for the rule when the credential is a known one.
    package static let knownRule = "known-secret"

    private struct State {
        /// How often each was added: two settings may hold the same credential.
        var counts: [[UInt8]: Int] = [:]
        var windows = SecretWindows()
    }

    private let state = Mutex(State())

    package init(_ secrets: [Secret] = []) {
        for secret in secrets { add(secret) }
    }

    package func add(_ secret: Secret) {
        let bytes = secret.reveal()
        state.withLock { state in
            state.counts[bytes, default: 0] += 1
            if state.counts[bytes] == 1 { Self.insert(bytes, into: &state.windows) }
        }
    }

    /// Once for each time it was added.
    package func remove(_ secret: Secret) {
        let bytes = secret.reveal()
        state.withLock { state in
            guard let count = state.counts[bytes] else { return }
            state.counts[bytes] = count > 1 ? count - 1 : nil
            guard count == 1 else { return }
            state.windows = SecretWindows()
            for bytes in state.counts.keys { Self.insert(bytes, into: &state.windows) }
        }
    }

    private static func insert(_ bytes: [UInt8], into windows: inout SecretWindows) {
        for part in SecretForms.secretParts(of: bytes) {
            for form in SecretForms.all(of: part) { windows.insert(form) }
        }
    }

    /// What is known now, for a text that is read in several parts.
    var windows: SecretWindows { state.withLock(\.windows) }

    package func redact(_ text: [UInt8], and places: [SecretPlace] = []) -> RedactedText {
        let places = allPlaces(in: text, and: places)
        guard !places.isEmpty else { return RedactedText(bytes: text, redactions: 0) }
        var writer = RedactionWriter()
        writer.write(text, upTo: text.count, places)
        return RedactedText(bytes: writer.output, redactions: writer.count)
    }

    /// The known ones and those given, in ascending order and apart.
    func allPlaces(in text: [UInt8], and places: [SecretPlace]) -> [SecretPlace] {
        Self.merged(KnownPlaces(in: text, windows).ranges, places)
    }

    package func redact(_ text: String) -> String {
        let redacted = redact(Array(text.utf8))
        return redacted.redactions == 0 ? text : String(decoding: redacted.bytes, as: UTF8.self)
    }

    /// In ascending order, touching ones as one, named for the first; a known one goes before.
    private static func merged(_ known: [Range<Int>], _ places: [SecretPlace]) -> [SecretPlace] {
        let all = known.map { SecretPlace(range: $0, rule: knownRule) } + places.filter { !$0.range.isEmpty }
        var merged: [SecretPlace] = []
        // Sorting keeps the order of equals, so the known one stays in front.
        for place in all.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            if let last = merged.last, place.range.lowerBound <= last.range.upperBound {
                merged[merged.count - 1].range = last.range.lowerBound..<max(last.range.upperBound, place.range.upperBound)
            } else {
                merged.append(place)
            }
        }
        return merged
    }
}

/// Where known credentials are: in the text, and in what it means.
struct KnownPlaces {
    /// Ascending, touching ones as one.
    let ranges: [Range<Int>]
    /// The readings of the text that were searched beside it: with escapes undone, and with gaps alone taken out.
    let readings: [UnmaskedText]

    /// `starts` says where each reading begins.
    init(in text: [UInt8], _ windows: SecretWindows, isWhole: Bool = true, from starts: [Int] = [0, 0]) {
        guard !windows.isEmpty else {
            ranges = []
            readings = []
            return
        }
        let meant = UnmaskedText(text, from: starts[0], isWhole: isWhole)
        // Without an escape the two are the same.
        let isOne = !meant.hasEscapes && starts[0] == starts[1]
        readings = [meant, isOne ? meant : UnmaskedText(text, from: starts[1], isWhole: isWhole, undoing: .gaps)]
        var all = windows.places(in: text)
        for reading in readings.prefix(isOne ? 1 : 2) where !reading.isSame {
            all += windows.places(in: reading.bytes).map { reading.place(of: $0, in: text) }
        }
        var merged: [Range<Int>] = []
        for range in all.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }
}

/// Copies a text with its places replaced, part by part: a place that goes on in the next part is replaced once.
struct RedactionWriter {
    var output: [UInt8] = []
    private(set) var count = 0
    /// Up to here the text has been written; an index into the part.
    private var at = 0
    private var isInside = false

    /// Writes up to `end`; places are ascending and apart.
    mutating func write(_ text: [UInt8], upTo end: Int, _ places: [SecretPlace]) {
        for place in places where place.range.upperBound > at {
            guard place.range.lowerBound < end else { break }
            let begin = max(at, place.range.lowerBound)
            if begin > at {
                output.append(contentsOf: text[at..<begin])
                isInside = false
            }
            if !isInside {
                output.append(contentsOf: "[redacted:\(place.rule)]".utf8)
                count += 1
            }
            at = min(end, place.range.upperBound)
            isInside = true
        }
        guard at < end else { return }
        output.append(contentsOf: text[at..<end])
        at = end
        isInside = false
    }

    /// The part begins `count` bytes later from now on.
    mutating func forget(_ count: Int) { at -= count }
}
