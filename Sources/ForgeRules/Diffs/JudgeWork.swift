// What a judge has found so far, and how a hit becomes a finding. It must never hold two findings of one rule on one line.

internal import ForgeCore

/// Files go by their number in the diff.
struct JudgeWork: Sendable {
    /// Each with the first file it was met in.
    private var problems: [RuleProblem: RepositoryPath] = [:]
    /// By file: where credentials stand in its new text.
    var secrets: [Int: [Range<Int>]] = [:]
    private var found: [Key: Finding] = [:]

    private struct Key: Hashable, Sendable {
        var file: Int
        var line: Int
        var rule: String
    }

    /// What was found in other files.
    mutating func add(_ other: JudgeWork) {
        problems.merge(other.problems) { first, _ in first }
        secrets.merge(other.secrets) { $0 + $1 }
        found.merge(other.found) { first, _ in first }
    }

    mutating func report(_ problems: Set<RuleProblem>, in file: ChangedFile) {
        self.problems.merge(problems.map { ($0, file.path) }) { first, _ in first }
    }

    mutating func add(_ hit: RuleHit, on line: Int, of file: ChangedFile, _ number: Int) {
        let first = file.new.lines[line]
        let last =
            file.new.line(at: max(hit.capture.lowerBound, hit.capture.upperBound - 1)).map { file.new.lines[$0].number } ?? first.number
        var finding = finding(hit.rule, path: file.path)
        finding.lines = first.number...max(first.number, last)
        let start = max(0, hit.capture.lowerBound - first.bytes.lowerBound)
        finding.columns = start..<max(start, min(hit.capture.upperBound, first.bytes.upperBound) - first.bytes.lowerBound)
        finding.snippet = snippet(file, line, number, around: hit.capture.lowerBound)
        finding.suggestion = suggestion(hit, file, line, number)
        keep(finding, number)
    }

    mutating func add(_ rule: PatternRule, _ hit: ChangeHit, of file: ChangedFile?, _ number: Int) {
        var finding = finding(rule, path: hit.path)
        finding.lines = hit.lines
        if let message = hit.message { finding.message = message }
        if let file, let line = hit.lines?.lowerBound, let index = file.new.index(ofNumber: line) {
            finding.snippet = snippet(file, index, number)
        }
        keep(finding, number)
    }

    /// About a line that is gone: the place beside it.
    mutating func addRemoved(_ hit: RuleHit, _ line: Int, of file: ChangedFile, _ number: Int) {
        add(hit.rule, ChangeHit(path: file.path, lines: file.newLine(near: line).map { $0...$0 }), of: file, number)
    }

    private mutating func keep(_ finding: Finding, _ number: Int) {
        let key = Key(file: number, line: finding.lines?.lowerBound ?? 0, rule: finding.rule)
        if found[key] == nil { found[key] = finding }
    }

    func judgement() -> DiffJudgement {
        let order = found.sorted { ($0.key.file, $0.key.line, $0.key.rule) < ($1.key.file, $1.key.line, $1.key.rule) }
        return DiffJudgement(findings: order.map(\.value), problems: problems)
    }

    private func finding(_ rule: PatternRule, path: RepositoryPath?) -> Finding {
        Finding(
            rule: rule.id, family: rule.family, severity: rule.severity, path: path, message: rule.message, fix: rule.fix,
            references: rule.references)
    }

    private func snippet(_ file: ChangedFile, _ line: Int, _ number: Int, around place: Int = 0) -> String {
        let range = file.new.lines[line].bytes
        let hidden = (secrets[number] ?? []).filter { $0.overlaps(range) }.map { $0.clamped(to: range) }
        return Snippet.text(file.new.bytes[range], without: hidden, around: place)
    }

    private func suggestion(_ hit: RuleHit, _ file: ChangedFile, _ line: Int, _ number: Int) -> Suggestion? {
        let range = file.new.lines[line].bytes
        guard let text = hit.rule.suggestion, hit.capture.lowerBound >= range.lowerBound, hit.capture.upperBound <= range.upperBound else {
            return nil
        }
        // A suggestion repeats the line as it is, so there is none where a secret stands.
        guard !(secrets[number] ?? []).contains(where: { $0.overlaps(range) }) else { return nil }
        var whole = Array(file.new.bytes[range.lowerBound..<hit.capture.lowerBound]) + Array(text.utf8)
        whole += file.new.bytes[hit.capture.upperBound..<range.upperBound]
        if whole.last == Byte.carriageReturn { whole.removeLast() }
        guard let valid = String(validating: whole, as: UTF8.self) else { return nil }
        let place = file.new.lines[line].number
        return Suggestion(lines: place...place, text: valid)
    }
}

/// A line as a finding shows it.
enum Snippet {
    private static let bytesMax = 240
    /// Shown before a place that stands too far along to be shown from the line's start.
    private static let bytesBefore = 80

    /// Of a long line what is around a place of it. Masked before it is cut: half a secret is one too.
    static func text(_ line: ArraySlice<UInt8>, without secrets: [Range<Int>], around place: Int = 0) -> String {
        var shown: [UInt8] = []
        var shownPlace = 0
        var at = line.startIndex
        for secret in secrets.sorted(by: { $0.lowerBound < $1.lowerBound }) where secret.upperBound > at {
            if place >= at { shownPlace = shown.count + min(place, secret.lowerBound) - at }
            shown += line[at..<max(at, secret.lowerBound)]
            shown += "•••".utf8
            at = min(secret.upperBound, line.endIndex)
        }
        if place >= at { shownPlace = shown.count + place - at }
        shown += line[at...]
        let trimmed = shown[...].trimmed
        let isFar = shownPlace > trimmed.startIndex + bytesMax - bytesBefore && trimmed.count > bytesMax
        let cut = isFar ? trimmed[wholeCharacters(shownPlace - bytesBefore, trimmed)...] : trimmed
        let end = wholeCharacters(min(cut.startIndex + bytesMax, cut.endIndex), cut)
        return (isFar ? "…" : "") + String(decoding: cut[..<end], as: UTF8.self)
    }

    /// Not within a character, when the text is made of some.
    private static func wholeCharacters(_ place: Int, _ text: ArraySlice<UInt8>) -> Int {
        guard place > text.startIndex, place < text.endIndex else { return place }
        return (0..<4).lazy.map { place - $0 }.first { $0 <= text.startIndex || text[$0] & 0xC0 != 0x80 } ?? place
    }
}

extension ChangedFile {
    /// The first line of a span that the change adds.
    func changedLine(_ span: Range<Int>) -> Int? {
        guard var line = new.line(at: span.lowerBound) else { return nil }
        while line < new.lines.count, new.lines[line].bytes.lowerBound < max(span.upperBound, span.lowerBound + 1) {
            if new.lines[line].isChanged { return line }
            line += 1
        }
        return nil
    }

    /// Whether a rule over lines may find something there.
    func isPlace(of hit: RuleHit, _ text: ChangedText) -> Bool {
        let places = hit.rule.places
        if isForeign, !places.contains(.foreign) { return false }
        if places.isEmpty { return true }
        if places.contains(.test), !traits.isTest { return false }
        if places.contains(.product), traits.isTest || traits.isExample { return false }
        guard hit.capture.lowerBound < text.classes.count else { return true }
        // What begins with blanks is judged by its first letter.
        let start = text.bytes[hit.capture].firstIndex { !Byte.isSpace($0) }
        let kind = text.classes[start ?? hit.capture.lowerBound]
        if places.contains(.code), kind != .code { return false }
        if places.contains(.comment), kind != .comment { return false }
        if places.contains(.string), kind != .string { return false }
        return !places.contains(.live) || kind != .comment
    }
}
