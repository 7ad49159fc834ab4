// Text from GitHub cut to what a row or a line may hold. It never splits a character's bytes.

enum GitHubText {
    /// At most so many bytes; what is longer ends in an ellipsis, which is among them.
    static func clip(_ text: String, to bytesMax: Int) -> String { text.cut(toBytes: bytesMax) }

    /// A word such as an action or an event's name, as listings show it.
    static func word(_ text: String) -> String { clip(text, to: 64) }
}
