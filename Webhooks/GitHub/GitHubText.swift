// Text from GitHub cut to what a row or a line may hold. It never splits a character's bytes.

enum GitHubText {
    /// At most so many bytes; what is longer ends in an ellipsis, which is among them.
    static func clip(_ text: String, to bytesMax: Int) -> String {
        guard text.utf8.count > bytesMax else { return text }
        let ellipsis = "…"
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, bytesMax - ellipsis.utf8.count))
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + ellipsis
    }

    /// A word such as an action or an event's name, as listings show it.
    static func word(_ text: String) -> String { clip(text, to: 64) }
}
