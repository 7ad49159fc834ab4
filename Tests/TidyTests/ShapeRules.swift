// The shape of a file: how long it and its functions are, how it opens, what it and its types are called.
// Function length is found by matching braces; a closure counts to the function it stands in.

enum ShapeRules {
    static let fileLinesMax = 600
    static let functionLinesMax = 70
    /// Fewer words than this above the imports say nothing.
    static let headerWordsMin = 4
    static let bannedWords: Set<String> = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utilities", "Common"]
}

func problemsWithLength(path: String, lines: Int) -> [String] {
    if lines <= ShapeRules.fileLinesMax { return [] }
    return ["\(path): \(lines) lines; at most \(ShapeRules.fileLinesMax), so give one of its ideas a file of its own"]
}

func problemsWithFunctions(_ source: SwiftSource) -> [String] {
    functionBodies(source).compactMap { body in
        let lines = body.last - body.first + 1
        if lines <= ShapeRules.functionLinesMax { return nil }
        return "\(source.path):\(body.first): \(body.name) has \(lines) lines; at most \(ShapeRules.functionLinesMax)"
    }
}

struct FunctionBody: Equatable {
    let name: String
    let first: Int
    let last: Int
}

func functionBodies(_ source: SwiftSource) -> [FunctionBody] {
    source.tokens.indices.compactMap { index in
        guard isFunctionStart(index, in: source), let open = bodyBrace(after: index, in: source) else { return nil }
        let name = source.tokens[index].is("func") ? source.tokens[index + 1].text : source.tokens[index].text
        let end = source.tokens[source.closing(open) - 1]
        return FunctionBody(name: name, first: source.tokens[index].line, last: end.line)
    }
}

private func isFunctionStart(_ index: Int, in source: SwiftSource) -> Bool {
    let token = source.tokens[index]
    guard token.kind == .word, index + 1 < source.tokens.count else { return false }
    let next = source.tokens[index + 1]
    let isMember = index > 0 && source.tokens[index - 1].is(".")
    switch token.text {
    case "func": return true
    case "deinit": return next.is("{")
    case "subscript": return !isMember && (next.is("(") || next.is("<"))
    case "init": return !isMember && ["(", "?", "!", "<"].contains { next.is($0) }
    default: return false
    }
}

/// The brace that opens the body, or nil for a requirement of a protocol, which has none.
private func bodyBrace(after start: Int, in source: SwiftSource) -> Int? {
    let endings: Set<String> = [
        "func", "var", "let", "init", "subscript", "associatedtype", "case", "typealias", "@", "#", "static", "mutating",
    ]
    var index = start + (source.tokens[start].is("func") ? 2 : 1)  // past the name, which may be a raw identifier that reads like code
    while index < source.tokens.count {
        let token = source.tokens[index]
        if token.is("{") { return index }
        if token.is("}") { return nil }
        if token.is("(") || token.is("[") {
            index = source.closing(index)
            continue
        }
        // `@` may also stand in the type that is returned; then it is on the line of the arrow.
        if token.kind != .string, endings.contains(token.text), token.line != source.tokens[index - 1].line { return nil }
        index += 1
    }
    return nil
}

/// Swift, C and headers open with `//` lines that say what the file is, above its first import or directive.
func problemsWithHeader(path: String, text: String) -> [String] {
    var words = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        guard line.hasPrefix("//"), !line.hasPrefix("///") else { break }
        if !line.hasPrefix("// swift-tools-version") { words += line.dropFirst(2).split(separator: " ").count }
    }
    if words >= ShapeRules.headerWordsMin { return [] }
    return ["\(path): opens with no paragraph (`//`) that says what this is and what it must never do"]
}

func problemsWithNames(_ source: SwiftSource) -> [String] {
    let declarers: Set<String> = ["struct", "class", "enum", "protocol", "actor", "typealias"]
    var named: [(name: String, place: String)] = []
    if let file = source.path.split(separator: "/").last { named.append((String(file.replacing(".swift", with: "")), source.path)) }
    for (token, next) in zip(source.tokens, source.tokens.dropFirst()) where token.kind == .word && declarers.contains(token.text) {
        if next.kind == .word { named.append((next.text, "\(source.path):\(next.line)")) }
    }
    return named.flatMap { name, place in
        camelWords(name).filter(ShapeRules.bannedWords.contains).map { "\(place): \(name) says \($0); name it for what it is or does" }
    }
}

/// `StoreManager+Utils` is Store, Manager, Utils.
func camelWords(_ name: String) -> [String] {
    var words: [String] = []
    for character in name {
        if !character.isLetter {
            words.append("")
        } else if character.isUppercase || words.isEmpty {
            words.append(String(character))
        } else {
            words[words.count - 1].append(character)
        }
    }
    return words.filter { !$0.isEmpty }
}
