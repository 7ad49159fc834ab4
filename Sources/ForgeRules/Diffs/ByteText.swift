// Small questions about bytes of a line, for checks. They must never take more than one pass over the line.

extension ArraySlice<UInt8> {
    /// Without blanks at both ends.
    var trimmed: ArraySlice<UInt8> {
        guard let first = firstIndex(where: { !Byte.isSpace($0) }), let last = lastIndex(where: { !Byte.isSpace($0) }) else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }

    var isBlank: Bool { allSatisfy(Byte.isSpace) }

    /// Columns before the first byte that is no blank; a tab counts as one.
    var indentation: Int { prefix(while: Byte.isSpace).count }

    func starts(_ text: String) -> Bool { starts(with: text.utf8) }

    func has(_ text: String) -> Bool { first(text) != nil }

    func hasAny(_ texts: [String]) -> Bool { texts.contains { has($0) } }

    func first(_ needle: String, from: Int? = nil) -> Int? {
        let wanted = needle.utf8
        guard let head = wanted.first, count >= wanted.count else { return nil }
        var at = from ?? startIndex
        let last = endIndex - wanted.count
        while at <= last {
            if self[at] == head, self[at...].starts(with: wanted) { return at }
            at += 1
        }
        return nil
    }

    func hasSuffix(_ text: String) -> Bool { count >= text.utf8.count && self[(endIndex - text.utf8.count)...].elementsEqual(text.utf8) }

    /// Whether `text` stands there with no letter or digit on either side.
    func hasWord(_ text: String) -> Bool {
        var from = startIndex
        while let at = first(text, from: from) {
            let end = at + text.utf8.count
            let isStart = at == startIndex || !Byte.isName(self[at - 1])
            if isStart, end == endIndex || !Byte.isName(self[end]) { return true }
            from = at + 1
        }
        return false
    }

    func hasAnyWord(_ texts: [String]) -> Bool { texts.contains { hasWord($0) } }

    var string: String { String(decoding: self, as: UTF8.self) }

    /// ASCII letters made small.
    var lowercased: [UInt8] { map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }

    /// The names in it: letters, digits, underscores.
    var names: [String] {
        split { !Byte.isName($0) }.filter { $0.first.map(Byte.isNameStart) ?? false }.map { $0.string }
    }
}
