// The line that nobody sees and by which Forge finds its own words again: `<!-- forge:summary head=… run=12 -->`, always the last of a text.
// It proves nothing by itself: whoever looks for one must look at the author, too. Nothing from outside ever stands in it.

package import ForgeCore

package struct HiddenMarker: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case summary, review, finding, answer, config, notice, command
    }

    package var kind: Kind
    package private(set) var fields: [String: String]

    /// Letters, digits and `_./,@+-`; anything else is left out.
    package init(_ kind: Kind, _ fields: [String: String] = [:]) {
        self.kind = kind
        self.fields = fields.mapValues { value in String(decoding: value.utf8.filter(Self.isPlain), as: UTF8.self) }
    }

    /// Fields in the order of the alphabet, so that the same marker is the same text.
    package var text: String {
        let list = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return "<!-- forge:\(kind.rawValue)\(list) -->"
    }

    /// The one that ends a text; nil when there is none.
    package init?(endOf body: String) {
        // Hosts may trim a text or end its lines in another way.
        let bytes = Array(body.utf8.suffix(4_000))
        var end = bytes.endIndex
        while end > 0, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
        let opening = Array("<!-- forge:".utf8)
        guard bytes[..<end].suffix(4).elementsEqual(" -->".utf8),
            let start = bytes[..<end].indices.reversed().first(where: { bytes[$0..<end].starts(with: opening) })
        else { return nil }
        let parts = bytes[(start + opening.count)..<(end - 4)].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        guard let name = parts.first, let kind = Kind(rawValue: name) else { return nil }
        var fields: [String: String] = [:]
        for part in parts.dropFirst() {
            guard let equals = part.firstIndex(of: "="), part.utf8.allSatisfy({ Self.isPlain($0) || $0 == UInt8(ascii: "=") }) else {
                return nil
            }
            fields[String(part[..<equals])] = String(part[part.index(after: equals)...])
        }
        self.init(kind, fields)
    }

    package subscript(_ name: String) -> String? { fields[name] }

    /// The findings that a comment tells of.
    package var findings: [String] {
        guard kind == .finding, let ids = fields["id"] else { return [] }
        return ids.split(separator: ",").map(String.init)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "_./,@+-".utf8.contains(byte)
        }
    }
}

extension HostIdentity {
    /// Forge's own comment of this kind, the newest: by its marker and by its author.
    package func ownComment(_ kind: HiddenMarker.Kind, in comments: [HostComment]) -> HostComment? {
        comments.last { isAuthor($0.author) && HiddenMarker(endOf: $0.body)?.kind == kind }
    }

    /// Forge's own comment that ends with exactly this marker.
    package func ownComment(_ marker: HiddenMarker, in comments: [HostComment]) -> HostComment? {
        comments.last { isAuthor($0.author) && HiddenMarker(endOf: $0.body) == marker }
    }

    /// Forge's own review that ends with exactly this marker.
    package func ownReview(_ marker: HiddenMarker, in reviews: [HostReview]) -> HostReview? {
        reviews.last { isAuthor($0.author) && HiddenMarker(endOf: $0.body) == marker }
    }

    /// Forge's own threads, by the findings that their first comment tells of. Of several about one finding, the newest.
    package func findingThreads(_ threads: [HostThread]) -> [String: HostThread] {
        var found: [String: HostThread] = [:]
        for thread in threads {
            guard let first = thread.comments.first, isAuthor(first.author) else { continue }
            for id in HiddenMarker(endOf: first.body)?.findings ?? [] {
                if let known = found[id]?.comments.first, known.id > first.id { continue }
                found[id] = thread
            }
        }
        return found
    }
}
