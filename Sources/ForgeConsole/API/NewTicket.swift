// What a person asks for, checked. All problems are found before any is told.

import ForgeCore

struct NewTicket: Sendable {
    static let names = ["prompt", "repository", "title", "severity", "environment", "release", "url"]
    static let titleBytesMax = 512
    /// Of environment, release and address.
    static let wordBytesMax = 2048

    /// As it was written.
    let prompt: String
    let repository: String?
    let title: String
    let severity: Severity
    let environment: String?
    let release: String?
    let url: String?

    init(json: JSON) throws(HTTPProblem) {
        var reader = FieldReader(json, known: Self.names)
        let prompt = reader.text("prompt", wanted: "what is wrong or wanted, in your words,", isRequired: true, hasWords)
        repository = reader.text("repository", wanted: "owner/name") { RepositoryName($0) != nil }
        let title = reader.text("title", wanted: "one line of at most \(Self.titleBytesMax) bytes") {
            hasWords($0) && $0.utf8.count <= Self.titleBytesMax && !$0.contains(where: \.isNewline)
        }
        let severity = reader.text("severity", wanted: "one of " + Severity.allCases.map(\.rawValue).joined(separator: ", ")) {
            Severity(rawValue: $0) != nil
        }
        environment = reader.text("environment", wanted: "a word", isWord)
        release = reader.text("release", wanted: "a word", isWord)
        url = reader.text("url", wanted: "an address that begins with https:// or http://") {
            isWord($0) && ($0.hasPrefix("https://") || $0.hasPrefix("http://"))
        }
        try reader.finish(title: "The ticket cannot be opened")
        self.prompt = prompt ?? ""
        self.title = title ?? Self.title(from: self.prompt)
        self.severity = severity.flatMap(Severity.init(rawValue:)) ?? .error
    }

    /// The first line that says something.
    private static func title(from prompt: String) -> String {
        let line = prompt.split(whereSeparator: \.isNewline).first(where: hasWords) ?? ""
        guard line.utf8.count > titleBytesMax else { return String(line) }
        var title = ""
        for character in line {
            guard title.utf8.count + character.utf8.count + 3 <= titleBytesMax else { break }
            title.append(character)
        }
        return title + "…"
    }
}

private func hasWords(_ text: some StringProtocol) -> Bool { text.contains { !$0.isWhitespace } }

private func isWord(_ text: String) -> Bool {
    hasWords(text) && text.utf8.count <= NewTicket.wordBytesMax && !text.contains(where: \.isNewline)
}

/// Takes the members of an object one by one and collects what is wrong with them. Null is absent.
private struct FieldReader {
    private let json: JSON
    private var problems: [(name: String, problem: String)] = []

    init(_ json: JSON, known: [String]) {
        self.json = json
        for member in json.members ?? [] where !known.contains(member.name) {
            let nearest = Nearest.name(to: member.name, in: known).map { ", did you mean \($0)?" } ?? ""
            problems.append((String(member.name.prefix(80)), "unknown field\(nearest)"))
        }
    }

    mutating func text(_ name: String, wanted: String, isRequired: Bool = false, _ isValid: (String) -> Bool) -> String? {
        switch json[name] {
        case .string(let text) where isValid(text): return text
        case .none where !isRequired: return nil
        default:
            problems.append((name, "\(wanted) is expected"))
            return nil
        }
    }

    func finish(title: String) throws(HTTPProblem) {
        guard problems.isEmpty else { throw HTTPProblem(status: 422, title: title, fields: problems) }
    }
}
