// What holds for every text in the project, whatever its language: clean endings, no machine's paths, no notes to self, no blobs.

import Foundation

enum TextRules {
    /// The largest pack of rules is near 300,000.
    static let fileBytesMax = 400_000

    /// Built from parts, so that this file does not hold what it forbids.
    static let machinePaths = ["home", "root", "work"].map { "/\($0)/" }
    static let notes = ["TO" + "DO", "FIX" + "ME"]
}

func problemsWithEndings(path: String, text: String) -> [String] {
    if text.isEmpty { return [] }
    var problems: [String] = []
    if !text.hasSuffix("\n") || text.hasSuffix("\n\n") || text == "\n" { problems.append("\(path): does not end in exactly one newline") }
    if text.utf8.contains(UInt8(ascii: "\r")) { problems.append("\(path): has carriage returns") }
    let tabsAreSyntax = path.hasSuffix("Makefile") || path.hasSuffix(".mk")
    for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
        if line.last == UInt8(ascii: " ") || line.last == UInt8(ascii: "\t") {
            problems.append("\(path):\(index + 1): ends in white space")
        }
        if !tabsAreSyntax, line.contains(UInt8(ascii: "\t")) { problems.append("\(path):\(index + 1): has a tab; indent with spaces") }
    }
    return problems
}

func problemsWithMachinePaths(path: String, text: String) -> [String] {
    lines(of: text, containing: TextRules.machinePaths).flatMap { number, line in
        TextRules.machinePaths.filter { begins($0, in: line) }.map { "\(path):\(number): \($0)… is a path of one machine" }
    }
}

/// Whether `machinePath` begins an absolute path, and is not in the middle of another one.
private func begins(_ machinePath: String, in line: Substring) -> Bool {
    var rest = line
    while let range = rest.firstRange(of: machinePath) {
        let before = range.lowerBound == line.startIndex ? nil : line[line.index(before: range.lowerBound)]
        if before.map({ !$0.isLetter && !$0.isNumber && !"_-.~/}".contains($0) }) ?? true { return true }
        rest = rest[range.upperBound...]
    }
    return false
}

/// A note to self is a promise; with the issue's number beside it, someone can keep it.
func problemsWithNotes(path: String, text: String) -> [String] {
    lines(of: text, containing: TextRules.notes).flatMap { number, line in
        TextRules.notes.filter { isLoose($0, in: line) }.map { "\(path):\(number): \($0) without its issue; write \($0)(#123), or do it" }
    }
}

private func isLoose(_ note: String, in line: Substring) -> Bool {
    var rest = line
    while let range = rest.firstRange(of: note) {
        let before = range.lowerBound == line.startIndex ? nil : line[line.index(before: range.lowerBound)]
        rest = line[range.upperBound...]
        let isWord = before.map { !$0.isLetter && $0 != "_" } ?? true && rest.first.map { !$0.isLetter && $0 != "_" } ?? true
        let issue = rest.hasPrefix("(#") ? rest.dropFirst(2).prefix { $0.isNumber } : ""
        if isWord && issue.isEmpty { return true }
    }
    return false
}

func problemsWithSize(path: String, bytes: Int) -> [String] {
    if bytes <= TextRules.fileBytesMax { return [] }
    return ["\(path): \(bytes) bytes; at most \(TextRules.fileBytesMax), so make it smaller or make it when it is needed"]
}

/// The lines that hold any of the strings; the whole is looked at first, since nearly every file holds none.
private func lines(of text: String, containing strings: [String]) -> [(number: Int, line: Substring)] {
    guard strings.contains(where: { holds($0, in: text) }) else { return [] }
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { (number: $0.offset + 1, line: $0.element) }
}

/// Byte by byte: comparing characters costs seconds over the whole project in a debug build.
private func holds(_ string: String, in text: String) -> Bool { text.range(of: string, options: .literal) != nil }
