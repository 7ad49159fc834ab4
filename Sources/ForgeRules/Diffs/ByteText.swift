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
        span.first(needle, from: from.map { $0 - startIndex } ?? 0).map { $0 + startIndex }
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

extension String {
    /// As bytes, which is many times quicker than the characters that `contains` compares.
    func has(_ text: String) -> Bool { utf8.span.first(text) != nil }
}

extension Span<UInt8> {
    fileprivate func first(_ needle: String, from start: Int = 0) -> Int? {
        let wanted = needle.utf8.span
        guard wanted.count > 0, count >= wanted.count else { return nil }
        let head = wanted[0]
        let last = count - wanted.count
        var at = start
        while at <= last {
            if self[at] == head {
                var length = 1
                while length < wanted.count, self[at + length] == wanted[length] { length += 1 }
                if length == wanted.count { return at }
            }
            at += 1
        }
        return nil
    }
}
