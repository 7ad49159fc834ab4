// How much of something a model is shown: its head and its tail, with a line between that says what is missing and how to see it. It must
// never cut without saying so.

package struct Clipping: Hashable, Sendable {
    /// In Unicode scalars.
    package var charactersMax: Int
    package var lineCharactersMax: Int

    package init(charactersMax: Int = 10_000, lineCharactersMax: Int = 2_000) {
        precondition(charactersMax >= 200 && lineCharactersMax >= 20, "there has to be room for what is said about the cut")
        self.charactersMax = charactersMax
        self.lineCharactersMax = lineCharactersMax
    }

    /// `hint` says how to see the rest.
    package func clip(_ text: String, hint: String) -> String {
        guard text.utf8.count > charactersMax else { return text }
        let scalars = text.unicodeScalars
        let half = charactersMax / 2
        guard let headEnd = scalars.index(scalars.startIndex, offsetBy: half, limitedBy: scalars.endIndex),
            let tailStart = scalars.index(scalars.endIndex, offsetBy: -half, limitedBy: headEnd)
        else { return text }
        // At a line end, when one is near.
        let reach = max(1, half / 10)
        let head = scalars[..<headEnd]
        let headCut = head.suffix(reach).lastIndex(of: "\n").map { scalars.index(after: $0) } ?? headEnd
        let tailCut = scalars[tailStart...].prefix(reach).firstIndex(of: "\n").map { scalars.index(after: $0) } ?? tailStart
        let missing = scalars[headCut..<tailCut]
        let lines = missing.lazy.filter { $0 == "\n" }.count
        let breakBefore = scalars[..<headCut].last == "\n" ? "" : "\n"
        let count = lines > 0 ? "\(missing.count) characters (\(lines) lines)" : "\(missing.count) characters"
        return "\(text[..<headCut])\(breakBefore)[… \(count) are left out here; \(hint) …]\n\(text[tailCut...])"
    }

    /// The beginning of a line that is too long.
    package func clipLine(_ line: String) -> String {
        guard line.utf8.count > lineCharactersMax else { return line }
        let scalars = line.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: lineCharactersMax, limitedBy: scalars.endIndex), end < scalars.endIndex
        else { return line }
        return "\(line[..<end]) [… \(scalars[end...].count) more characters in this line]"
    }
}
