// What a word has become, and what flows between commands: text as far as it is known, and where it came from. It must never let an
// unknown piece vanish: a piece nobody knows is one character that no real text has.

/// Where a text came from, when that makes it dangerous.
struct Origin: OptionSet, Sendable, Equatable {
    let rawValue: UInt8

    /// Fetched over the network.
    static let remote = Origin(rawValue: 1)
    /// Read from a place that holds credentials, or from the environment.
    static let secret = Origin(rawValue: 2)
    /// The name under which the text at hand runs itself: `$0`.
    static let own = Origin(rawValue: 4)
    /// From a file or another program, whose text nobody knows.
    static let unread = Origin(rawValue: 8)
}

/// The output or input of a command.
struct ShellStream: Sendable, Equatable {
    /// Nil when nobody knows.
    var text: String?
    var origin: Origin = []

    static let nothing = ShellStream(text: "")
    static let unknown = ShellStream(text: nil)
    static let textBytesMax = 1 << 16

    /// Known to say nothing.
    var isBlank: Bool { text?.utf8.allSatisfy(Byte.isSpace) ?? false }

    /// What a command is given by a pipe or a file.
    var markedWhenUnread: ShellStream { text == nil ? ShellStream(text: nil, origin: origin.union(.unread)) : self }

    func followed(by next: ShellStream) -> ShellStream {
        var joined: String?
        if let text, let more = next.text, text.utf8.count + more.utf8.count <= Self.textBytesMax { joined = text + more }
        return ShellStream(text: joined, origin: origin.union(next.origin))
    }
}

/// One argument of a command.
struct Argument: Sendable, Equatable {
    /// Stands for a piece that is not known.
    static let unknownPiece: Character = "\u{10FF0D}"
    static let unknown = Argument(text: String(unknownPiece))

    var text: String
    var origin: Origin = []
    /// Whether `*`, `?` and `[` in it are patterns.
    var isPattern = false
    /// What a process substitution in its place would deliver.
    var stream: ShellStream?

    var isUnknown: Bool { Self.hasUnknownPiece(text) }

    /// Looks for the first byte of the piece: no other character that is in use begins with it, and a text is searched for every word.
    static func hasUnknownPiece(_ text: some StringProtocol) -> Bool { text.utf8.contains(0xF4) }

    /// A flag, by its look.
    var isOption: Bool { text.utf8.count > 1 && text.utf8.first == Byte.minus }
}
