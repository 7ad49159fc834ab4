// A command as data: what it is called, what it takes, what it says of itself. Help, parsing and suggestions all read this.

struct OptionSpecification: Sendable {
    /// Without the dashes.
    var name: String
    /// `FILE`; nil for a switch.
    var value: String?
    var help: String

    init(_ name: String, _ value: String? = nil, _ help: String) {
        self.name = name
        self.value = value
        self.help = help
    }

    static let config = OptionSpecification("config", "FILE", "server settings (default: $FORGE_CONFIG, else built-in defaults)")
    static let json = OptionSpecification("json", nil, "print JSON instead of text")
    static let help = OptionSpecification("help", nil, "show this")
    static let limit = OptionSpecification("limit", "N", "at most so many rows (default 50, at most 200)")
    static let before = OptionSpecification("before", "ID", "rows below this id: the next part of a listing")
}

struct PositionalSpecification: Sendable {
    var name: String
    var isOptional: Bool
    /// The last one may stand any number of times.
    var repeats: Bool
    var help: String

    init(_ name: String, optional isOptional: Bool = false, repeats: Bool = false, _ help: String) {
        self.name = name
        self.isOptional = isOptional
        self.repeats = repeats
        self.help = help
    }
}

struct CommandSpecification: Sendable {
    var path: [String]
    var summary: String
    var details: String
    var positionals: [PositionalSpecification]
    var options: [OptionSpecification]
    /// Not shown in `forge help`: for the program itself.
    var isHidden: Bool
    var run: @Sendable (Arguments, CommandContext) async throws -> ExitCode

    init(
        _ path: String, _ summary: String, details: String = "", positionals: [PositionalSpecification] = [],
        options: [OptionSpecification] = [], isHidden: Bool = false,
        run: @escaping @Sendable (Arguments, CommandContext) async throws -> ExitCode
    ) {
        self.path = path.split(separator: " ").map(String.init)
        self.summary = summary
        self.details = details
        self.positionals = positionals
        self.options = options
        self.isHidden = isHidden
        self.run = run
    }

    var name: String { path.joined(separator: " ") }
}

enum ExitCode: Int32, Sendable {
    case ok = 0
    /// Findings, or a rule or the service refused.
    case refused = 1
    case badInput = 2
    case failed = 3
}

/// Ends a command with a sentence on standard error.
struct CommandFailure: Error, Sendable {
    var code: ExitCode
    var message: String

    static func badInput(_ message: String) -> CommandFailure { CommandFailure(code: .badInput, message: message) }
    static func failed(_ message: String) -> CommandFailure { CommandFailure(code: .failed, message: message) }
    static func refused(_ message: String) -> CommandFailure { CommandFailure(code: .refused, message: message) }
}
