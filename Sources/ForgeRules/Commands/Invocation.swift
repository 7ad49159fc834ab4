// A program's words, taken apart into options and operands as the program itself would. It must never take an option's value for an
// operand where the pack says which options have one.

struct Invocation: Sendable {
    struct Flag: Sendable {
        var name: String
        var value: Argument?
    }

    let name: String
    let words: [Argument]
    let specification: ProgramSpecification?
    private(set) var flags: [Flag] = []
    /// Without the subcommand.
    private(set) var operands: [Argument] = []
    /// `push`, `remote set-url`; empty without one.
    private(set) var subcommand = ""
    /// Where the words begin that a wrapper runs, or a script gets.
    private(set) var rest: ArraySlice<Argument> = []
    var stdin = ShellStream.unknown
    var assignments: [String] = []

    init(name: String, words: [Argument], specification: ProgramSpecification?, stdin: ShellStream) {
        self.name = name
        self.words = words
        self.specification = specification
        self.stdin = stdin
        parse(specification ?? ProgramSpecification())
        takeSubcommand(specification?.subcommands ?? 0)
    }

    /// The first word of the subcommand.
    var operation: Substring { subcommand.prefix { $0 != " " } }

    private mutating func parse(_ specification: ProgramSpecification) {
        let stops = specification.wraps != nil || specification.interprets != nil
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word.text == "--" {
                operands += words[index...]
                rest = words[index...]
                return
            }
            guard word.isOption, !(stops && word.isUnknown) else {
                operands.append(word)
                if stops {
                    rest = words[(index - 1)...]
                    return
                }
                continue
            }
            if word.text.hasPrefix("--") || specification.isSingleDash {
                long(word, specification, &index)
            } else {
                cluster(word, specification, &index)
            }
        }
    }

    private mutating func long(_ word: Argument, _ specification: ProgramSpecification, _ index: inout Int) {
        if let equals = word.text.firstIndex(of: "=") {
            let value = Argument(text: String(word.text[word.text.index(after: equals)...]), origin: word.origin)
            flags.append(Flag(name: String(word.text[..<equals]), value: value))
        } else if specification.values.contains(word.text), index < words.count {
            flags.append(Flag(name: word.text, value: words[index]))
            index += 1
        } else {
            flags.append(Flag(name: word.text))
        }
    }

    private mutating func cluster(_ word: Argument, _ specification: ProgramSpecification, _ index: inout Int) {
        if specification.values.contains(word.text), index < words.count {
            flags.append(Flag(name: word.text, value: words[index]))
            index += 1
            return
        }
        let letters = word.text.dropFirst()
        if letters.count > 1, letters.allSatisfy(\.isNumber) { flags.append(Flag(name: word.text)) }
        var at = letters.startIndex
        while at < letters.endIndex {
            let name = "-" + String(letters[at])
            at = letters.index(after: at)
            guard specification.values.contains(name) else {
                flags.append(Flag(name: name))
                continue
            }
            if at < letters.endIndex {
                flags.append(Flag(name: name, value: Argument(text: String(letters[at...]), origin: word.origin)))
            } else if index < words.count {
                flags.append(Flag(name: name, value: words[index]))
                index += 1
            }
            return
        }
    }

    private mutating func takeSubcommand(_ depth: Int) {
        guard depth > 0 else { return }
        let taken = operands.prefix(depth)
        subcommand = taken.map(\.text).joined(separator: " ")
        operands.removeFirst(taken.count)
    }

    // MARK: - Questions

    /// Whether an option is given; long ones may be shortened, as getopt and git allow.
    func has(_ flag: String) -> Bool {
        for given in flags where Self.means(given.name, flag) { return true }
        return false
    }

    func hasAny(_ names: [String]) -> Bool { names.contains(where: has) }

    func hasAny(_ names: Set<String>) -> Bool {
        !names.isEmpty && flags.contains { names.contains($0.name) }
    }

    private static func means(_ given: String, _ flag: String) -> Bool {
        if given == flag { return true }
        return given.utf8.count >= 5 && flag.utf8.count > given.utf8.count && given.hasPrefix("--") && flag.hasPrefix(given)
    }

    func value(_ flag: String) -> Argument? { flags.last { $0.name == flag }?.value }

    /// Operands that are paths: those after the texts a program takes first.
    var paths: ArraySlice<Argument> {
        guard let specification, specification.texts > 0, !hasAny(specification.textless) else { return operands[...] }
        return operands.dropFirst(specification.texts)
    }

    var isRecursive: Bool {
        guard let specification else { return false }
        return specification.isRecursive || hasAny(specification.recursive)
    }

    /// Asks only for its own description.
    /// With an operand, `--version` names the version of it, and `--help` may be a word of what runs inside.
    var isAskingForHelp: Bool {
        if subcommand == "help" || subcommand.hasPrefix("help ") { return true }
        guard operands.isEmpty else { return false }
        return flags.contains { $0.name == "--help" || $0.name == "--version" && $0.value == nil && subcommand.isEmpty }
    }

    /// All the words as one text, blanks single, letters small.
    var loweredText: [UInt8] {
        var bytes: [UInt8] = []
        for word in words {
            if !bytes.isEmpty { bytes.append(Byte.space) }
            Self.append(word.text, to: &bytes)
        }
        if let input = stdin.text {
            bytes.append(Byte.space)
            Self.append(input, to: &bytes)
        }
        return bytes
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            if Byte.isSpace(byte) {
                if bytes.last != Byte.space { bytes.append(Byte.space) }
            } else {
                bytes.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
            }
        }
    }
}
