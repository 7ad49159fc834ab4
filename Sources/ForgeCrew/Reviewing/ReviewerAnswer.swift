// A model's answer to findings. Nothing in it is believed: a path has to be one it was shown, a line one that the change brought and that says
// what the model says it says, every text is bounded. What does not fit is dropped and counted. It must never let a model name a commit, a
// person, a rule or another repository.

package import ForgeCore

package struct ReadAnswer: Hashable, Sendable {
    package var findings: [Finding]
    /// Entries that were dropped, by why.
    package var dropped: [String]
}

/// The lines a change brought, for looking up what a model says of them.
package struct ShownLines: Sendable {
    private var texts: [RepositoryPath: [Int: ArraySlice<UInt8>]] = [:]
    private var names: [String: RepositoryPath] = [:]

    package init(_ diff: Diff, paths: [RepositoryPath]) {
        let wanted = Set(paths)
        for change in diff.files where wanted.contains(change.path) {
            names[change.path.shown] = change.path
            var lines: [Int: ArraySlice<UInt8>] = [:]
            for hunk in change.hunks {
                for line in hunk.lines where line.kind == .added {
                    if let number = line.newNumber { lines[number] = line.text }
                }
            }
            texts[change.path] = lines
        }
    }

    func path(_ name: String) -> RepositoryPath? { names[name] }
    func isAdded(_ line: Int, of path: RepositoryPath) -> Bool { texts[path]?[line] != nil }
    func text(_ line: Int, of path: RepositoryPath) -> String? { texts[path]?[line].map { String(decoding: $0, as: UTF8.self) } }

    /// The added line nearest to `line` that says the same as `quote` but for blanks; models miscount.
    func nearest(to line: Int, saying quote: String, in path: RepositoryPath) -> Int? {
        let wanted = Self.withoutBlanks(quote)
        guard wanted.count >= 3, let lines = texts[path] else { return nil }
        let same = lines.filter { Self.withoutBlanks(String(decoding: $0.value.prefix(2_000), as: UTF8.self)) == wanted }.keys
        return same.min { (abs($0 - line), $0) < (abs($1 - line), $1) }
    }

    private static func withoutBlanks(_ text: String) -> [UInt8] { text.utf8.filter { $0 > 0x20 } }
}

package enum ReviewerAnswer {
    private static let textBytesMax = 2_000
    private static let titleBytesMax = 160
    private static let suggestionBytesMax = 4_000
    private static let rangeMax = 30

    package static func read(_ json: JSON, shown: ShownLines, categories: [String], masked: (String) -> String) -> ReadAnswer? {
        guard let entries = json["findings"]?.array else { return nil }
        var answer = ReadAnswer(findings: [], dropped: [])
        for entry in entries.prefix(ReviewerTask.findingsMax) {
            switch finding(entry, shown, categories, masked) {
            case .success(let finding): answer.findings.append(finding)
            case .failure(let reason): answer.dropped.append(reason.text)
            }
        }
        if entries.count > ReviewerTask.findingsMax {
            answer.dropped.append("\(entries.count - ReviewerTask.findingsMax) more than are read of one answer")
        }
        return answer
    }

    private struct Unfit: Error {
        let text: String
    }

    private static func finding(
        _ entry: JSON, _ shown: ShownLines, _ categories: [String], _ masked: (String) -> String
    ) -> Result<Finding, Unfit> {
        guard let path = entry["path"]?.string.flatMap(shown.path) else { return .failure(Unfit(text: "it names no file it was shown")) }
        guard let category = entry["category"]?.string, categories.contains(category) else {
            return .failure(Unfit(text: "nobody asked for its category"))
        }
        guard let severity = entry["severity"]?.string.flatMap(FindingSeverity.init(rawValue:)),
            let title = text(entry["title"], titleBytesMax), let why = text(entry["why"], textBytesMax)
        else { return .failure(Unfit(text: "it does not say what is wrong, or how grave it is")) }
        guard let lines = lines(entry, path, shown) else { return .failure(Unfit(text: "its line is none that the change brought")) }
        let snippet = masked(shown.text(lines.lowerBound, of: path) ?? "")
        var finding = Finding(
            rule: "model-\(category)", family: category, severity: severity, source: .role(ReviewerTask.role), path: path, lines: lines,
            message: masked("\(title)\n\n\(why)"), fix: text(entry["fix"], textBytesMax).map(masked),
            snippet: snippet.trimmingBlanks, evidence: .opinion)
        if let text = entry["suggestion"]?.string, text.utf8.count <= suggestionBytesMax, masked(text) == text, isExact(lines, path, shown)
        {
            finding.suggestion = Suggestion(lines: lines, text: text)
        }
        return .success(finding)
    }

    private static func lines(_ entry: JSON, _ path: RepositoryPath, _ shown: ShownLines) -> ClosedRange<Int>? {
        guard let line = entry["line"]?.integer.flatMap({ Int(exactly: $0) }), line > 0 else { return nil }
        let quote = entry["quote"]?.string ?? ""
        guard let first = shown.nearest(to: line, saying: quote, in: path) else { return nil }
        let end = entry["end_line"]?.integer.flatMap { Int(exactly: $0) } ?? line
        guard end >= line, end - line < rangeMax else { return first...first }
        let last = first + (end - line)
        return (first...last).allSatisfy { shown.isAdded($0, of: path) } ? first...last : first...first
    }

    /// A suggestion replaces lines, all of which it has to know.
    private static func isExact(_ lines: ClosedRange<Int>, _ path: RepositoryPath, _ shown: ShownLines) -> Bool {
        lines.allSatisfy { shown.isAdded($0, of: path) }
    }

    private static func text(_ json: JSON?, _ bytesMax: Int) -> String? {
        guard let text = json?.string?.trimmingBlanks, !text.isEmpty else { return nil }
        guard text.utf8.count > bytesMax else { return text }
        var cut = text[...]
        while cut.utf8.count > bytesMax { cut.removeLast() }
        return cut + "…"
    }
}

extension String {
    var trimmingBlanks: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
