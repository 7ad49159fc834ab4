// What a shell would know while it runs a text: variables, functions, where it stands, files it wrote. It must never forget a value a
// variable may have: what a branch assigns is one more possibility.

struct ShellVariable: Sendable {
    static let alternativesMax = 24
    static let elementsMax = 256

    /// Every value it may have here; never empty.
    var alternatives: [Argument]
    /// The elements, when it is an array.
    var elements: [Argument]?

    init(_ value: Argument) { alternatives = [Self.bounded(value)] }

    /// `x=$x$x` doubles a text each time: past a size nobody knows it any more.
    private static func bounded(_ value: Argument) -> Argument {
        guard value.text.utf8.count > ShellStream.textBytesMax else { return value }
        return Argument(text: String(Argument.unknownPiece), origin: value.origin)
    }

    init(alternatives: [Argument]) {
        self.alternatives = alternatives.isEmpty ? [Argument(text: "")] : alternatives.prefix(Self.alternativesMax).map(Self.bounded)
        if alternatives.count > Self.alternativesMax { self.alternatives.append(.unknown) }
    }

    init(elements: [Argument]) {
        self.init(elements.first ?? Argument(text: ""))
        self.elements = elements.count <= Self.elementsMax ? elements.map(Self.bounded) : [.unknown]
    }
}

struct ShellState: Sendable {
    var variables: [String: ShellVariable] = [:]
    var functions: [String: ShellCommand] = [:]
    var aliases: [String: String] = [:]
    /// Nil at the top: `bash -c` without further words has none.
    var positional: [Argument] = []
    var zero = Argument(text: "bash", origin: .own)
    /// Absolute; nil when nobody knows.
    var folder: String?
    var formerFolders: [String?] = []
    /// Text that a command before this one wrote to a path.
    var files: [String: ShellStream] = [:]
    /// Where symbolic links made before lead.
    var links: [String: String] = [:]
    /// Folders whose content came over the network.
    var fetchedFolders: Set<String> = []
    /// Inside a branch, a loop or after `||`: what is assigned may or may not have been.
    var isConditional = false

    mutating func assign(_ name: String, _ value: ShellVariable) {
        if isConditional, let before = variables[name] {
            variables[name] = ShellVariable(alternatives: value.alternatives + before.alternatives)
            variables[name]?.elements = value.elements ?? before.elements
        } else {
            variables[name] = value
        }
    }

    /// What a subshell leaves behind: its files, not its variables.
    mutating func keepFiles(of inner: ShellState) {
        files = inner.files
        links = inner.links
        fetchedFolders = inner.fetchedFolders
    }
}
