// A ticket's second key: a digest of where in our own code it happened. Line numbers are left out, since every edit above moves them;
// library frames too, since they are the same for a thousand errors. The first key is the tracker's own issue id.

import ForgeCore
import ForgeCrypto

struct TicketFingerprint: Hashable {
    let text: String
    /// Only in-app frames say that two errors are the same; a title does not.
    let joins: Bool

    private static let framesMax = 5

    /// By the outermost exception that has frames of our own, the ones nearest the crash.
    init(evidence: Evidence, title: String, culprit: String?) {
        let exception = evidence.exceptions.last { $0.frames.contains(where: Self.counts) }
        guard let exception else {
            let type = evidence.exceptions.last?.type
            self.init(parts: ["text", type ?? "", title, culprit ?? ""], joins: false)
            return
        }
        let frames = exception.frames.filter(Self.counts).suffix(Self.framesMax)
        let parts = frames.flatMap { [$0.module ?? $0.path ?? "", $0.function ?? ""] }
        self.init(parts: ["frames", exception.type ?? ""] + parts, joins: true)
    }

    private init(parts: [String], joins: Bool) {
        // As a JSON array, so that no two lists of parts have the same bytes.
        text = Hex.encode(SHA256.digest(JSON.array(parts.map(JSON.string)).utf8))
        self.joins = joins
    }

    private static func counts(_ frame: Frame) -> Bool {
        frame.isInApp && (frame.module != nil || frame.path != nil || frame.function != nil)
    }
}
