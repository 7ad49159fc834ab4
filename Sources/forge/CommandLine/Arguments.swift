// Words of a command line to checked arguments. Pure: it prints nothing and knows no command but through its specification.

import ForgeCore

struct Arguments: Sendable {
    private(set) var positionals: [String] = []
    private(set) var values: [String: [String]] = [:]
    private(set) var switches: Set<String> = []
    /// How many positionals stand before `--`; nil without one.
    private(set) var plainFrom: Int?

    init(_ words: some Sequence<String>, for command: CommandSpecification) throws(CommandFailure) {
        var words = Array(words)[...]
        var takesOptions = true
        while let word = words.popFirst() {
            if takesOptions, word == "--" {
                takesOptions = false
                plainFrom = positionals.count
            } else if takesOptions, word.hasPrefix("-"), word.count > 1 {
                try takeOption(word, from: &words, command)
            } else {
                positionals.append(word)
            }
        }
        guard !switches.contains("help") else { return }
        let required = command.positionals.prefix { !$0.isOptional }.count
        guard positionals.count >= required else {
            throw .badInput("\(command.positionals[positionals.count].name) is missing; see 'forge \(command.name) --help'")
        }
        guard positionals.count <= command.positionals.count || command.positionals.last?.repeats == true else {
            let extra = positionals[command.positionals.count]
            throw .badInput("'\(extra)' is one argument too many; see 'forge \(command.name) --help'")
        }
    }

    private mutating func takeOption(
        _ word: String, from words: inout ArraySlice<String>, _ command: CommandSpecification
    ) throws(CommandFailure) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = word == "-h" ? "help" : String(parts[0].drop { $0 == "-" })
        let known = command.options + [.help]
        guard word == "-h" || word.hasPrefix("--"), let option = known.first(where: { $0.name == name }) else {
            let nearest = Nearest.name(to: name, in: known.map(\.name)).map { ", did you mean '--\($0)'?" } ?? "."
            throw .badInput("unknown option '\(parts[0])'\(nearest) See 'forge \(command.name) --help'")
        }
        guard option.value != nil else {
            guard parts.count == 1 else { throw .badInput("--\(name) takes no value") }
            switches.insert(name)
            return
        }
        // `--limit --json`: the value was forgotten. One that does begin with '--' is written `--name=--value`.
        let isForgotten = words.first?.hasPrefix("--") ?? true
        guard let value = parts.count == 2 ? String(parts[1]) : isForgotten ? nil : words.popFirst() else {
            throw .badInput("--\(name) needs \(option.value ?? "a value")")
        }
        values[name, default: []].append(value)
    }

    func has(_ name: String) -> Bool { switches.contains(name) }

    func value(_ name: String) -> String? { values[name]?.last }

    func positional(_ index: Int) -> String? { positionals.indices.contains(index) ? positionals[index] : nil }

    func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(CommandFailure) -> Int {
        guard let text = value(name) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw .badInput("--\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }

    /// One of a few words.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(CommandFailure) -> Choice? where Choice.RawValue == String {
        guard let text = value(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let nearest = Nearest.name(to: text, in: words).map { "; did you mean '\($0)'?" } ?? ""
        throw .badInput("--\(name) is one of \(words.joined(separator: ", ")), not '\(text)'\(nearest)")
    }

    func identifier<Row>(_ index: Int, of type: Row.Type) throws(CommandFailure) -> Identifier<Row> {
        let text = positional(index) ?? ""
        guard let id = Identifier<Row>(text: text) else { throw .badInput("'\(text)' is no id: a whole number above 0 is expected") }
        return id
    }

    func page() throws(CommandFailure) -> PageRequest {
        let limit = try integer("limit", in: 1...PageRequest.limitMax, default: 50)
        guard let text = value("before") else { return PageRequest(limit: limit) }
        guard let before = Int64(text), before > 0 else { throw .badInput("--before takes an id, not '\(text)'") }
        return PageRequest(before: before, limit: limit)
    }
}
