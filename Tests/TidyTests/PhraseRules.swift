// Words the product must not say, or only where a reason stands: as data, matched on tokens, so `Task  {` is `Task {`.
// What a person may judge case by case is not here: each of these has a better way that the sentence names.

/// A run of tokens that is refused, outside the places excepted.
struct BannedPhrase: Sendable {
    let phrase: String
    /// What to do instead; it ends the sentence of the problem.
    let instead: String
    /// Whether `x.phrase` is someone else's: `clock.sleep(` is not `sleep(`.
    var isBare = false
    /// A word among the call's arguments that makes it right.
    var unlessArgument: String?
    var exceptions: [Exception] = []
}

enum PhraseRules {
    private static let wiring = [
        Exception(place: "Sources/ForgeSystem/SystemClocks.swift", reason: "the machine's time and chance, as values that `main` hands out")
    ]
    private static let terminal = [
        Exception(place: "Sources/forge/", reason: "commands answer on standard output"),
        Exception(place: "Sources/ForgeBench/", reason: "a benchmark's result is what it prints"),
    ]
    private static let tasks = [
        Exception(place: "Sources/forge/main.swift", reason: "the program's outermost task has nothing around it to wait in"),
        Exception(place: "Sources/ForgeServer/", reason: "a C callback starts the handler of a request; nothing there can await"),
    ]

    static let banned: [BannedPhrase] = [
        BannedPhrase(phrase: "Date()", instead: "take the time from an injected clock", exceptions: wiring),
        BannedPhrase(phrase: "Date.now", instead: "take the time from an injected clock", exceptions: wiring),
        BannedPhrase(phrase: "UUID()", instead: "take identifiers from an injected generator", exceptions: wiring),
        BannedPhrase(
            phrase: ".random(", instead: "draw from an injected generator with `using:`", unlessArgument: "using", exceptions: wiring),
        BannedPhrase(phrase: "SystemRandomNumberGenerator", instead: "take an injected generator", exceptions: wiring),
        BannedPhrase(phrase: "Task.sleep", instead: "sleep on an injected clock", exceptions: wiring),
        BannedPhrase(phrase: "Thread.sleep", instead: "sleep on an injected clock", exceptions: wiring),
        BannedPhrase(phrase: "usleep", instead: "sleep on an injected clock", exceptions: wiring),
        BannedPhrase(phrase: "nanosleep", instead: "sleep on an injected clock", exceptions: wiring),
        BannedPhrase(phrase: "sleep(", instead: "sleep on an injected clock", isBare: true, exceptions: wiring),
        BannedPhrase(phrase: "Task {", instead: "use a task group, so that its end is waited for", exceptions: tasks),
        BannedPhrase(phrase: "Task(", instead: "use a task group, so that its end is waited for", exceptions: tasks),
        BannedPhrase(phrase: "Task.detached", instead: "use a task group, so that its end is waited for", exceptions: tasks),
        BannedPhrase(phrase: "Task.immediate", instead: "use a task group, so that its end is waited for", exceptions: tasks),
        BannedPhrase(phrase: "fatalError", instead: "state what must hold with `precondition` at the top of the function"),
        BannedPhrase(phrase: "try!", instead: "handle the error, or let it be thrown"),
        BannedPhrase(phrase: "as!", instead: "use `as?` and handle nil, or a type that needs no cast"),
        BannedPhrase(phrase: "print(", instead: "write to the log", isBare: true, exceptions: terminal),
        BannedPhrase(phrase: "static var", instead: "pass the value; a static that changes is a hidden global"),
    ]

    /// Right at times, but only with the proof beside it. The flag says whether tests owe it, too.
    static let needsComment: [(phrase: String, inTests: Bool)] = [
        ("try?", false), ("@unchecked Sendable", true), ("nonisolated(unsafe)", true),
    ]
}

/// The indices where the tokens of `phrase` begin.
func places(of phrase: String, in source: SwiftSource) -> [Int] {
    let wanted = SwiftSource(phrase).tokens
    guard let first = wanted.first, source.tokens.count >= wanted.count else { return [] }
    return (0...(source.tokens.count - wanted.count)).filter { start in
        source.tokens[start].text == first.text
            && zip(wanted, source.tokens[start...]).allSatisfy { $0.text == $1.text && $1.kind == $0.kind }
    }
}

func problemsWithPhrases(_ source: SwiftSource, banned: [BannedPhrase] = PhraseRules.banned) -> [String] {
    guard source.isProduct else { return [] }
    return banned.flatMap { rule -> [String] in
        if rule.exceptions.contains(where: { $0.covers(source.path) }) { return [] }
        return places(of: rule.phrase, in: source).filter { isRefused(rule, at: $0, in: source) }.map { start in
            "\(source.path):\(source.tokens[start].line): `\(rule.phrase)` is not said here; \(rule.instead)"
        }
    }
}

private func isRefused(_ rule: BannedPhrase, at start: Int, in source: SwiftSource) -> Bool {
    let before = start > 0 ? source.tokens[start - 1] : nil
    if rule.phrase == "static var" {
        // A task's own value is bound for the time of a call, and seen by nobody else.
        return !isComputed(at: start, in: source) && !(before?.is("TaskLocal") ?? false)
    }
    if rule.isBare, let before, before.is(".") || before.is("func") { return false }
    guard let word = rule.unlessArgument else { return true }
    let open = start + SwiftSource(rule.phrase).tokens.count - 1
    return !source.tokens[open..<source.closing(open)].contains { $0.is(word) }
}

/// A static that is computed holds nothing, so it is no global.
func isComputed(at start: Int, in source: SwiftSource) -> Bool {
    for token in source.tokens[start...].dropFirst(2) where token.kind == .mark {
        if token.text == "{" { return true }
        if token.text == "=" { return false }
    }
    return false
}

/// The phrases that need a proof: a comment on the line, or just above it and its attributes. Neighbours may share one.
func problemsWithoutComment(_ source: SwiftSource) -> [String] {
    PhraseRules.needsComment.filter { source.isProduct || $0.inTests }.flatMap { rule in
        let lines = Set(places(of: rule.phrase, in: source).map { source.tokens[$0].line })
        return lines.sorted().filter { !isExplained($0, sharing: lines, in: source) }.map { line in
            "\(source.path):\(line): `\(rule.phrase)` needs a comment, on its line or just above, that says why it is right"
        }
    }
}

private func isExplained(_ line: Int, sharing lines: Set<Int>, in source: SwiftSource) -> Bool {
    func isAttribute(_ line: Int) -> Bool { source.tokens.first { $0.line == line }?.is("@") == true }
    var line = line
    while source.comments[line] == nil {
        guard line > 1, source.comments[line - 1] != nil || isAttribute(line - 1) || lines.contains(line - 1) else { return false }
        line -= 1
    }
    return true
}
