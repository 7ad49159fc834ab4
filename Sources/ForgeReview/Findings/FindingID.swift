// The name of a finding that stays the same when it is found again: after a rebase, after lines moved, after somebody reformatted the
// file. It is made of the rule, the path, the symbol if a tool names one, and the line without what formatters change.
//
// What it is not made of, and why: the line's number (moves with every edit above), the heading of a hunk (git takes it from the lines above
// the hunk, so it changes with the hunk's size), the message (packs improve theirs), and the severity. It must never be made of a secret: the
// snippet has secrets masked, since a hash of a short password can be guessed.
//
// Accepted: a renamed file has new ids; when the first of two equal lines goes, the second takes its id.

package import ForgeCore
import ForgeCrypto

package struct FindingID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package static let characterCount = 16

    /// Lower-case hexadecimal digits.
    package let text: String

    package init?(text: String) {
        guard text.utf8.count == Self.characterCount, text.utf8.allSatisfy({ $0.hexadecimalValue != nil && !(0x41...0x46).contains($0) })
        else { return nil }
        self.text = text
    }

    /// `ordinal` tells apart what is equal otherwise: the first is 0.
    init(of finding: Finding, ordinal: Int) {
        self.init(key: IdentityKey(finding), ordinal: ordinal)
    }

    init(key: IdentityKey, ordinal: Int) {
        let digest = SHA256.digest(key.bytes + Array("\(ordinal)".utf8))
        text = Hex.encode(Array(digest.prefix(Self.characterCount / 2)))
    }

    package var description: String { text }
    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// What makes two findings the same, but for their place in the file.
struct IdentityKey: Hashable {
    /// The parts with a zero after each, which no part holds.
    let bytes: [UInt8]

    init(_ finding: Finding) {
        var bytes: [UInt8] = []
        for part in [Array(finding.rule.utf8), finding.path?.bytes ?? [], normalised(finding.snippet)] {
            bytes += part.filter { $0 != 0 }
            bytes.append(0)
        }
        self.bytes = bytes
    }
}

/// A line without what formatters change: white space, the kind of quotes, and what closes a statement or an entry.
func normalised(_ snippet: String) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(snippet.utf8.count)
    if snippet.utf8.allSatisfy({ $0 < 0x80 }) {
        for byte in snippet.utf8 where byte != 0x20 && !(0x09...0x0D).contains(byte) {
            kept.append(byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") ? UInt8(ascii: "\"") : byte)
        }
    } else {
        keepScalars(of: snippet, in: &kept)
    }
    while let last = kept.last, last == UInt8(ascii: ";") || last == UInt8(ascii: ",") { kept.removeLast() }
    return kept
}

private func keepScalars(of snippet: String, in kept: inout [UInt8]) {
    for scalar in snippet.unicodeScalars where !scalar.properties.isWhitespace {
        switch scalar {
        case "'", "`": kept.append(UInt8(ascii: "\""))
        default: kept.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}

/// The findings with their ids, in order: equal ones are numbered from the top of the file, whatever order they came in.
package func identified(_ findings: [Finding]) -> [ReviewedFinding] {
    var counts: [IdentityKey: Int] = [:]
    return findings.sorted(by: standsBefore).map { finding in
        let key = IdentityKey(finding)
        let ordinal = counts[key, default: 0]
        counts[key] = ordinal + 1
        return ReviewedFinding(id: FindingID(key: key, ordinal: ordinal), finding: finding)
    }
}
