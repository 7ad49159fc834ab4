// Reports with one entry a line, as compilers and most linters print them: `file:line:col: message`. Another shape is given as a regular
// expression with named groups, which whoever calls matches: this module knows no patterns.

package import ForgeCore

package struct LineReportReader {
    /// The groups of a line that matched; nil when the line is no entry.
    package typealias Match = @Sendable (ArraySlice<UInt8>) throws -> LineEntry?

    package static let lineBytesMax = 64 << 10

    /// `match` is nil for the usual shape.
    package static func read(_ bytes: [UInt8], _ context: ToolReportContext, match: Match? = nil) throws -> ToolReport {
        try context.checked(bytes)
        var report = ToolReport()
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            var line = line
            if line.last == 0x0D { line.removeLast() }
            guard !line.isEmpty else { continue }
            guard line.count <= lineBytesMax else {
                throw ToolReportError(
                    file: context.file, place: TextPlace(line: index + 1, column: 1), message: "a line longer than \(lineBytesMax) bytes")
            }
            guard let entry = try match.map({ try $0(line) }) ?? LineEntry(usual: line) else {
                report.skippedCount += 1
                continue
            }
            guard let path = context.paths.repositoryPath(file: entry.file) else {
                report.outsideCount += 1
                continue
            }
            guard report.findings.count < ToolReportLimits.findingsMax else {
                throw ToolReportError(
                    file: context.file, place: TextPlace(line: index + 1, column: 1),
                    message: "more than \(ToolReportLimits.findingsMax) entries")
            }
            report.findings.append(finding(entry, path, tool: context.tool ?? "lines"))
        }
        return report
    }

    private static func finding(_ entry: LineEntry, _ path: RepositoryPath, tool: String) -> Finding {
        let rule = ruleName(entry.rule ?? "", else: tool)
        let last = entry.line.map { max($0, entry.endLine ?? $0) }
        let lines = entry.line.flatMap { first in last.map { first...$0 } }
        return Finding(
            rule: rule, family: rule, severity: entry.severity, source: .tool(tool), path: path, lines: lines,
            columns: lines == nil ? nil : entry.column.map { $0 - 1..<$0 }, message: shortened(entry.message))
    }
}

/// One entry, read but not yet placed.
package struct LineEntry: Sendable, Equatable {
    package var file: [UInt8]
    package var line: Int?
    package var endLine: Int?
    package var column: Int?
    package var severity: FindingSeverity
    package var rule: String?
    package var message: String

    /// From named groups: `file` is needed; `line`, `end_line`, `column`, `severity`, `rule` and `message` are read where they are.
    package init?(groups: [String: ArraySlice<UInt8>]) {
        func text(_ name: String) -> String? { groups[name].map { String(decoding: $0, as: UTF8.self) } }
        guard let file = groups["file"], !file.isEmpty else { return nil }
        self.file = Array(file)
        line = Self.number(groups["line"])
        endLine = Self.number(groups["end_line"])
        column = Self.number(groups["column"])
        severity = text("severity").flatMap(Self.severity) ?? .medium
        rule = text("rule")
        message = text("message") ?? rule ?? "something was reported here"
    }

    /// `file:line: message` and `file:line:column: message`, with an optional `error:` before the message and `[rule]` at its end.
    init?(usual line: ArraySlice<UInt8>) {
        let colon = UInt8(ascii: ":")
        // A drive letter's colon ends no name.
        var search = line.startIndex
        if line.count > 2, line[search + 1] == colon, line[search + 2] == UInt8(ascii: "/") || line[search + 2] == UInt8(ascii: "\\") {
            search += 2
        }
        while let end = line[search...].firstIndex(of: colon) {
            search = end + 1
            let number = line[search...].prefix { $0.isDigit }
            guard end > line.startIndex, let value = Self.number(number), number.endIndex < line.endIndex, line[number.endIndex] == colon
            else { continue }
            self.file = Array(line[..<end])
            self.line = value
            let column = line[(number.endIndex + 1)...].prefix { $0.isDigit }
            let hasColumn = column.endIndex < line.endIndex && line[column.endIndex] == colon
            self.column = hasColumn ? Self.number(column) : nil
            let rest = line[((hasColumn && !column.isEmpty ? column.endIndex : number.endIndex) + 1)...]
            (severity, rule, message) = Self.read(String(decoding: rest, as: UTF8.self))
            return
        }
        return nil
    }

    private static func read(_ text: String) -> (FindingSeverity, String?, String) {
        var message = text.drop { $0 == " " }
        var severity = FindingSeverity.medium
        if let end = message.prefix(16).firstIndex(of: ":"), let named = Self.severity(String(message[..<end])) {
            severity = named
            message = message[message.index(after: end)...].drop { $0 == " " }
        }
        var rule: String?
        if message.last == "]", let open = message.lastIndex(of: "[") {
            let name = message[message.index(after: open)...].dropLast()
            if !name.isEmpty, !name.contains(where: \.isWhitespace) {
                rule = String(name)
                message = message[..<open]
            }
        }
        while message.last == " " { message.removeLast() }
        return (severity, rule, message.isEmpty ? rule ?? "something was reported here" : String(message))
    }

    private static func severity(_ word: String) -> FindingSeverity? {
        switch word.lowercased() {
        case "fatal error", "fatal", "critical", "blocker": .critical
        case "error", "high", "e": .high
        case "warning", "warn", "medium", "major", "w": .medium
        case "note", "low", "minor", "style", "convention", "c", "refactor", "r": .low
        case "info", "hint", "help", "i": .info
        default: nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>?) -> Int? {
        guard let digits, (1...9).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return number > 0 ? number : nil
    }
}
