// `$name` and `${name…}`: what is known of a variable, and what the operators make of it. It must never take a variable that nobody set
// here for an empty one: outside this text it may be anything.

extension CommandWalk {
    mutating func expand(_ parameter: ShellParameter, isQuoted: Bool, into pieces: inout [ExpandedPiece]) {
        let name = parameter.isIndirect ? value(of: parameter.name).first.map(\.text) ?? "" : parameter.name
        if let list = list(name, parameter), parameter.operation == nil, !parameter.isLength {
            for (index, argument) in list.enumerated() {
                pieces.append(
                    ExpandedPiece(
                        text: argument.text, splits: !isQuoted, origin: argument.origin, isPattern: argument.isPattern,
                        endsArgument: index + 1 < list.count))
            }
            if list.isEmpty { pieces.append(ExpandedPiece(text: "", splits: true)) }
            return
        }
        var value = chosen(name, parameter)
        if parameter.isLength {
            value = Argument(text: value.isUnknown ? String(Argument.unknownPiece) : String(value.text.count))
        }
        if let operation = parameter.operation { value = apply(operation, parameter.argument, to: value, name) }
        pieces.append(
            ExpandedPiece(
                text: value.text, splits: !isQuoted && !value.isUnknown, origin: value.origin, stream: value.stream,
                isPattern: value.isPattern))
    }

    private mutating func list(_ name: String, _ parameter: ShellParameter) -> [Argument]? {
        if name == "@" || name == "*" { return state.positional }
        guard let index = parameter.subscript_, index == [.literal("@")] || index == [.literal("*")] else { return nil }
        guard let variable = state.variables[name] else { return nil }
        return variable.elements ?? variable.alternatives
    }

    /// The value meant in this round.
    private mutating func chosen(_ name: String, _ parameter: ShellParameter) -> Argument {
        if let index = parameter.subscript_ {
            let number = Int(expandQuoted(index).text)
            if let elements = state.variables[name]?.elements {
                guard let number else { return .unknown }
                return elements.indices.contains(number) ? elements[number] : Argument(text: "")
            }
        }
        let values = value(of: name)
        guard !values.isEmpty else { return Argument(text: Argument.unknown.text, origin: Self.namesSecret(name) ? .secret : []) }
        choices = max(choices, values.count)
        return values[min(choice, values.count - 1)]
    }

    /// Whether a variable of this name holds a credential, by all that is usual.
    static func namesSecret(_ name: String) -> Bool {
        let upper = name.uppercased()
        return ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY"].contains(
            where: upper.contains)
    }

    /// Every value a variable may have; empty when nothing is known of it.
    func value(of name: String) -> [Argument] {
        if let variable = state.variables[name] { return variable.alternatives }
        if let digit = name.utf8.first, Byte.isDigit(digit) {
            guard let index = Int(name) else { return [] }
            if index == 0 { return [state.zero] }
            return [index <= state.positional.count ? state.positional[index - 1] : Argument(text: "")]
        }
        switch name {
        case "HOME": return [Argument(text: PlaceReader.home)]
        case "PWD": return state.folder.map { [Argument(text: $0)] } ?? []
        case "IFS": return [Argument(text: " \t\n")]
        case "PATH": return [Argument(text: "/usr/local/bin:/usr/bin:/bin")]
        case "SHELL", "BASH": return [Argument(text: "/bin/bash")]
        case "TMPDIR": return [Argument(text: "/tmp")]
        case "USER", "LOGNAME": return [Argument(text: "agent")]
        case "#": return [Argument(text: String(state.positional.count))]
        case "?": return [Argument(text: "0")]
        default: return []
        }
    }

    // MARK: - Operators

    private mutating func apply(_ operation: String, _ parts: [ShellWordPart], to value: Argument, _ name: String) -> Argument {
        let argument = expandQuoted(parts)
        let isKnown = !value.isUnknown
        switch operation {
        case ":-", "-", ":=", "=":
            // Nobody set it here, so the default is what it will most likely be.
            guard !isKnown || value.text.isEmpty else { return value }
            if operation.hasSuffix("=") { state.assign(name, ShellVariable(argument)) }
            return argument
        case ":+", "+":
            return isKnown && value.text.isEmpty ? Argument(text: "") : argument
        case ":?", "?":
            return value
        default:
            guard isKnown, !argument.isUnknown else { return Argument(text: String(Argument.unknownPiece), origin: value.origin) }
            var changed = value
            changed.text = Self.change(value.text, operation, argument.text) ?? String(Argument.unknownPiece)
            return changed
        }
    }

    private static func change(_ text: String, _ operation: String, _ argument: String) -> String? {
        switch operation {
        case ":": return part(of: text, argument)
        case "^^": return text.uppercased()
        case ",,": return text.lowercased()
        case "^": return text.prefix(1).uppercased() + text.dropFirst()
        case ",": return text.prefix(1).lowercased() + text.dropFirst()
        case "#", "##", "%", "%%": return trimmed(text, operation, argument)
        case "/", "//", "/#", "/%": return replaced(text, operation, argument)
        case "@": return argument == "Q" || argument == "E" || argument == "P" ? text : nil
        default: return nil
        }
    }

    private static func part(of text: String, _ argument: String) -> String? {
        let numbers = argument.split(separator: ":", omittingEmptySubsequences: false).map {
            Int($0.filter { $0 != " " && $0 != "(" && $0 != ")" })
        }
        guard let start = numbers.first ?? nil else { return nil }
        let dropped = start < 0 ? String(text.suffix(-start)) : String(text.dropFirst(start))
        guard numbers.count > 1 else { return dropped }
        guard let count = numbers[1] else { return nil }
        return count < 0 ? String(dropped.dropLast(-count)) : String(dropped.prefix(count))
    }

    private static func trimmed(_ text: String, _ operation: String, _ pattern: String) -> String {
        guard text.utf8.count < 4096 else { return String(Argument.unknownPiece) }
        let isPrefix = operation.hasPrefix("#")
        let lengths = Array(0...text.count)
        for length in operation.count == 2 ? lengths.reversed() : lengths {
            let piece = isPrefix ? text.prefix(length) : text.suffix(length)
            if Wildcard.matches(String(piece), pattern) { return String(isPrefix ? text.dropFirst(length) : text.dropLast(length)) }
        }
        return text
    }

    private static func replaced(_ text: String, _ operation: String, _ argument: String) -> String? {
        let slash = argument.firstIndex(of: "/")
        let pattern = String(argument[..<(slash ?? argument.endIndex)])
        let replacement = slash.map { String(argument[argument.index(after: $0)...]) } ?? ""
        guard !pattern.isEmpty, !Wildcard.hasPattern(pattern) else { return nil }
        switch operation {
        case "/#": return text.hasPrefix(pattern) ? replacement + text.dropFirst(pattern.count) : text
        case "/%": return text.hasSuffix(pattern) ? text.dropLast(pattern.count) + replacement : text
        case "/": return text.replacing(pattern, with: replacement, maxReplacements: 1)
        default: return text.replacing(pattern, with: replacement)
        }
    }
}
