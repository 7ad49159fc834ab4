// Takes credentials out of what is recorded, by the names and the shapes they have. It must never need the text to be whole: bodies are cut,
// and what is cut is no JSON any more. One pass, linear in the text whatever stands in it.

enum CredentialMask {
    static let dots = "••••••••"

    /// What names of credentials end with, once they are written small and without `-` and `_`.
    private static let endings = [
        "token", "secret", "password", "passwd", "passphrase", "pem", "privatekey", "apikey", "accesskey", "authorization", "credential",
        "credentials", "jwt", "cookie", "assertion",
    ]

    /// Whether a header, a member of an object or a parameter of this name holds a credential.
    static func isCredential(_ name: some StringProtocol) -> Bool {
        let plain = String(decoding: name.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }, as: UTF8.self)
        return endings.contains { plain.hasSuffix($0) }
    }

    /// A header's value: the scheme of a credential may stay.
    static func header(_ name: String, _ value: String) -> String {
        guard isCredential(name) else { return text(value) }
        let scheme = value.split(separator: " ", maxSplits: 1).first.map(String.init) ?? ""
        return ["bearer", "basic", "token"].contains(scheme.lowercased()) ? "\(scheme) \(dots)" : dots
    }

    static func text(_ text: String) -> String {
        var scan = MaskScan(Array(text.utf8))
        return scan.masked()
    }
}

private struct MaskScan {
    /// Names and prefixes that are longer are none.
    private static let nameBytesMax = 64
    private static let beginning = Array("-----BEGIN ".utf8)
    private static let keyEnding = Array("PRIVATE KEY-----".utf8)
    /// GitHub's tokens: a letter tells the kind, and their length is nobody's business.
    private static let shapes = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "eyJ"].map { Array($0.utf8) }

    private let bytes: [UInt8]
    private var out: [UInt8] = []
    /// Everything before it is written or left out.
    private var done = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func masked() -> String {
        var at = 0
        while at < bytes.count {
            if let range = secret(at: at) {
                out += bytes[done..<range.lowerBound] + Array(CredentialMask.dots.utf8)
                done = range.upperBound
                at = max(range.upperBound, at + 1)
            } else {
                at += 1
            }
        }
        out += bytes[done...]
        return String(decoding: out, as: UTF8.self)
    }

    /// What is hidden because of the byte at an index.
    private func secret(at index: Int) -> Range<Int>? {
        let found: Range<Int>? =
            switch bytes[index] {
            case UInt8(ascii: ":"): member(colon: index) ?? userInfo(colon: index)
            case UInt8(ascii: "="): parameter(equals: index)
            case UInt8(ascii: "-"): privateKey(at: index)
            case UInt8(ascii: "B"), UInt8(ascii: "b"): afterScheme(at: index)
            case UInt8(ascii: "g"), UInt8(ascii: "e"): shape(at: index)
            default: nil
            }
        guard let found, found.lowerBound >= done, !found.isEmpty else { return nil }
        return found
    }

    // MARK: By name

    /// `"token": "…"`, also where it stands escaped inside a string, and all strings of `"secret": {…}` or `[…]`.
    private func member(colon: Int) -> Range<Int>? {
        guard let close = back(from: colon), bytes[close] == UInt8(ascii: "\"") else { return nil }
        let isEscaped = close > 0 && bytes[close - 1] == UInt8(ascii: "\\")
        let nameEnd = isEscaped ? close - 1 : close
        var nameStart = nameEnd
        while nameStart > 0, nameEnd - nameStart <= Self.nameBytesMax, bytes[nameStart - 1] != UInt8(ascii: "\"") { nameStart -= 1 }
        guard nameEnd - nameStart <= Self.nameBytesMax, isCredential(nameStart..<nameEnd) else { return nil }
        var at = colon + 1
        while at < bytes.count, isBlank(bytes[at]) { at += 1 }
        guard at < bytes.count else { return nil }
        switch bytes[at] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return at + 1..<bracketEnd(from: at)
        case UInt8(ascii: "\\") where isEscaped: return at + 2..<stringEnd(from: at + 2, isEscaped: true)
        case UInt8(ascii: "\""): return at + 1..<stringEnd(from: at + 1, isEscaped: false)
        default: return nil
        }
    }

    /// The last byte before an index that is no blank.
    private func back(from index: Int) -> Int? {
        var at = index - 1
        while at >= 0, index - at <= Self.nameBytesMax, isBlank(bytes[at]) { at -= 1 }
        return at >= 0 ? at : nil
    }

    /// Where a string's closing quote stands, or the end of a text that was cut before it.
    private func stringEnd(from start: Int, isEscaped: Bool) -> Int {
        var at = min(start, bytes.count)
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\") {
                if isEscaped, at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "\"") { return at }
                at += 2
            } else if bytes[at] == UInt8(ascii: "\"") {
                return at
            } else {
                at += 1
            }
        }
        return bytes.count
    }

    /// Where the bracket that opens at `start` closes.
    private func bracketEnd(from start: Int) -> Int {
        var depth = 0
        var at = start
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return at }
            case UInt8(ascii: "\""): at = stringEnd(from: at + 1, isEscaped: false)
            default: break
            }
            at += 1
        }
        return bytes.count
    }

    /// `access_token=…` in an address or a form.
    private func parameter(equals: Int) -> Range<Int>? {
        var start = equals
        while start > 0, equals - start <= Self.nameBytesMax, isNameByte(bytes[start - 1]) { start -= 1 }
        guard equals - start <= Self.nameBytesMax, isCredential(start..<equals) else { return nil }
        var end = equals + 1
        while end < bytes.count, !isBlank(bytes[end]), !"&;\"'<>#\\,)".utf8.contains(bytes[end]) { end += 1 }
        return equals + 1..<end
    }

    /// `https://name:password@host`
    private func userInfo(colon: Int) -> Range<Int>? {
        guard colon + 2 < bytes.count, bytes[colon + 1] == UInt8(ascii: "/"), bytes[colon + 2] == UInt8(ascii: "/") else { return nil }
        var end = colon + 3
        while end < bytes.count, !isBlank(bytes[end]), !"/?#\"'<>@\\".utf8.contains(bytes[end]) { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "@") ? colon + 3..<end : nil
    }

    private func isCredential(_ range: Range<Int>) -> Bool {
        CredentialMask.isCredential(String(decoding: bytes[range], as: UTF8.self))
    }

    // MARK: By shape

    /// A private key in PEM form, also with its line ends written out, and up to the end where it was cut.
    private func privateKey(at start: Int) -> Range<Int>? {
        guard bytes[start...].starts(with: Self.beginning) else { return nil }
        var at = start + Self.beginning.count
        while at < bytes.count, at - start < Self.nameBytesMax, !bytes[at...].starts(with: Self.keyEnding) { at += 1 }
        guard at < bytes.count, bytes[at...].starts(with: Self.keyEnding) else { return nil }
        at += Self.keyEnding.count
        while at < bytes.count, !bytes[at...].starts(with: Self.keyEnding) { at += 1 }
        return start..<min(at + Self.keyEnding.count, bytes.count)
    }

    /// `Bearer …` and `Basic …`
    private func afterScheme(at start: Int) -> Range<Int>? {
        guard start == 0 || !isNameByte(bytes[start - 1]) else { return nil }
        let word = String(decoding: bytes[start..<min(start + 7, bytes.count)], as: UTF8.self).lowercased()
        guard let scheme = ["bearer ", "basic "].first(where: word.hasPrefix) else { return nil }
        let end = tokenEnd(from: start + scheme.utf8.count)
        return end - start - scheme.utf8.count >= 8 ? start + scheme.utf8.count..<end : nil
    }

    private func shape(at start: Int) -> Range<Int>? {
        guard start == 0 || !isNameByte(bytes[start - 1]), Self.shapes.contains(where: { bytes[start...].starts(with: $0) }) else {
            return nil
        }
        let end = tokenEnd(from: start)
        return end - start >= 20 ? start..<end : nil
    }

    private func tokenEnd(from start: Int) -> Int {
        var end = start
        while end < bytes.count, isNameByte(bytes[end]) || "+/=~".utf8.contains(bytes[end]) { end += 1 }
        return end
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }
}
