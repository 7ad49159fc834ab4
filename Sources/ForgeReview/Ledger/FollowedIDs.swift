// Ids that outlive a new name of the file: in one pull request a finding keeps the id that it had under the file's first name there, so that
// what was dismissed stays dismissed and what was said is not said again.

import ForgeCore

struct FollowedIDs {
    private let novelty: ChangeNovelty
    /// How far equal findings were counted.
    private var next: [IdentityKey: Int] = [:]
    private var taken: Set<String>
    /// An ordinal is looked for at most so far beyond the last one.
    private static let gapMax = 1_000

    init(_ findings: [ReviewedFinding], _ novelty: ChangeNovelty) {
        self.novelty = novelty
        taken = novelty.renames.isEmpty && !novelty.hasOrigins ? [] : Set(findings.map(\.id.text))
    }

    /// Findings come in the order of the report, so equal ones come with growing ordinals.
    mutating func id(of reviewed: ReviewedFinding) -> String {
        guard let path = reviewed.finding.path else { return reviewed.id.text }
        let origin = novelty.origin(of: path)
        guard origin != path else { return reviewed.id.text }
        let key = IdentityKey(reviewed.finding)
        let start = next[key, default: 0]
        guard let ordinal = (start..<start + Self.gapMax).first(where: { FindingID(key: key, ordinal: $0) == reviewed.id }) else {
            return reviewed.id.text
        }
        next[key] = ordinal + 1
        var finding = reviewed.finding
        finding.path = origin
        let followed = FindingID(of: finding, ordinal: ordinal).text
        // Another file may stand under the old name by now.
        return taken.insert(followed).inserted ? followed : reviewed.id.text
    }
}
