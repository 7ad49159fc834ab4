// The commands pack as a value: what programs are, and the rules over them. `Rules/commands.yml` is its text form; its head explains the
// keys. It must never hold a rule without an example that shows it at work.

/// What an operand, or an option's value, is to a program.
enum OperandRole: String, Sendable, CaseIterable {
    case read, write, append, delete, empty, copy, move, permissions, link, list, data, none
    /// The program runs it.
    case execute
}

/// A language in which an argument is code.
enum PayloadLanguage: String, Sendable, CaseIterable {
    case shell, words, script, awk, sed, editor, sql, hook
}

/// A program that runs another one.
struct WrapperSpecification: Sendable {
    /// How many words stand before the command.
    var operands = 0
    /// Joined and given to a shell, instead of run as they are.
    var isShell = false
    /// `NAME=value` may stand before the command.
    var takesAssignments = false
    /// The command runs on another machine or in a container.
    var isElsewhere = false
}

struct ProgramSpecification: Sendable {
    var names: [String] = []
    /// Options that take the next word.
    var values: Set<String> = []
    /// Long options begin with one dash: letters are not options of their own.
    var isSingleDash = false
    /// How many operands name what to do.
    var subcommands = 0
    /// How many operands are text and no path, unless an option of `textless` is given.
    var texts = 0
    var textless: Set<String> = []
    var operands = OperandRole.none
    var roles: [String: OperandRole] = [:]
    var recursive: Set<String> = []
    var isRecursive = false
    /// Sends what it is given to another machine.
    var isNetwork = false
    var wraps: WrapperSpecification?
    /// Options whose value is code.
    var runs: [String: PayloadLanguage] = [:]
    /// The first operand is code, unless one of `textless` is given.
    var code: PayloadLanguage?
    /// Runs what comes on standard input, or the file named by its first operand.
    var interprets: PayloadLanguage?
}

extension ProgramSpecification {
    /// A subcommand's own specification, on top of the program's.
    func widened(by wider: ProgramSpecification) -> ProgramSpecification {
        var whole = self
        whole.values.formUnion(wider.values)
        whole.roles.merge(wider.roles) { own, _ in own }
        whole.runs.merge(wider.runs) { own, _ in own }
        whole.subcommands = wider.subcommands
        whole.isSingleDash = wider.isSingleDash
        whole.isNetwork = wider.isNetwork
        if whole.operands == .none { whole.operands = wider.operands }
        return whole
    }
}

/// What kind of thing happens to a path.
enum EffectKind: String, Sendable, CaseIterable {
    case delete, empty, write, append, read, move, permissions, execute, link
}

/// A pattern looked for anywhere in a text of small letters; `^` ties it to the beginning.
struct TextPattern: Sendable {
    private let bytes: [UInt8]

    init(_ text: String) {
        let lowered = text.lowercased()
        bytes = Array((lowered.hasPrefix("^") ? lowered.dropFirst() + "*" : "*" + lowered + "*").utf8)
    }

    func isIn(_ text: [UInt8]) -> Bool { Wildcard.matches(text, bytes) }
}

struct RuleCondition: Sendable {
    var subcommands: [String] = []
    var flagsAny: [String] = []
    var flagsAll: [String] = []
    var flagsNone: [String] = []
    /// Patterns over operands after the subcommand; one of them fits.
    var operands: [String] = []
    /// Every operand fits one of these, and there is one.
    var operandsAll: [String] = []
    var operandsNone: [String] = []
    var countMin: Int?
    var countMax: Int?
    /// Patterns over all words and the input, letter case and runs of blanks not minded.
    var text: [TextPattern] = []
    var textNone: [TextPattern] = []
    /// Places of operands.
    var paths: Place = []
    /// Places none of the operands may be at.
    var pathsNone: Place = []
    var origins: Origin = []
    var assignments: [String] = []
    var isElsewhere: Bool?
}

/// A class, because thousands of them are looked at for each command and a copy would count its fields.
package final class CommandRule: Sendable {
    package let id: String
    package let title: String
    package let tier: CommandTier
    package let message: String
    package let fix: String?
    package let references: [String]
    package let matches: [String]
    package let ignores: [String]
    package let line: Int
    let commands: [String]
    let except: Set<String>
    let effects: Set<EffectKind>
    let isRecursive: Bool?
    let condition: RuleCondition

    init(
        id: String, title: String, tier: CommandTier, message: String, fix: String?, references: [String], matches: [String],
        ignores: [String], line: Int, commands: [String], except: Set<String>, effects: Set<EffectKind>, isRecursive: Bool?,
        condition: RuleCondition
    ) {
        self.id = id
        self.title = title
        self.tier = tier
        self.message = message
        self.fix = fix
        self.references = references
        self.matches = matches
        self.ignores = ignores
        self.line = line
        self.commands = commands
        self.except = except
        self.effects = effects
        self.isRecursive = isRecursive
        self.condition = condition
    }
}

package struct CommandPack: Sendable {
    var placePatterns = PlacePatterns()
    var programs: [String: ProgramSpecification] = [:]
    package var rules: [CommandRule] = []
    /// Rules over commands, by the program's name; `*` are those for any.
    var rulesByName: [String: [Int]] = [:]
    var patternRules: [(pattern: String, rule: Int)] = []
    var effectRules: [EffectKind: [Int]] = [:]
    /// Names that a git configuration key may have when its value is run.
    var runConfigurations: [String] = []
    var harmlessHooks: Set<String> = []
    var protectedBranches: [String] = []

    var placeReader: PlaceReader { PlaceReader(patterns: placePatterns) }

    /// Rules over one subcommand, by `git push`; with them those that name none.
    var rulesBySubcommand: [String: [Int]] = [:]

    /// Indices of the rules that may speak about a program and its subcommand.
    func rules(for name: String, _ operation: Substring) -> [Int] {
        if !operation.isEmpty, let known = rulesBySubcommand["\(name) \(operation)"] { return known }
        return rules(for: name)
    }

    private func rules(for name: String) -> [Int] {
        if let known = rulesByName[name] { return known }
        var found = rulesByName["*"] ?? []
        for entry in patternRules where Wildcard.matches(name, entry.pattern) { found.append(entry.rule) }
        return found
    }
}
