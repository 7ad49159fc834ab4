// Reports of other tools, from files to findings.

import ForgeCore
import ForgePatterns
import ForgeReview
import ForgeSystem

enum ReviewImports {
    /// `note` hears what of the reports could not be used.
    static func read(_ options: ReviewOptions, _ place: ReviewPlace, _ diff: Diff, note: (String) -> Void) throws -> [Finding] {
        guard !(options.sarif + options.checkstyle + options.lines).isEmpty else { return [] }
        let paths = ImportedPaths(root: place.root, changed: diff.files.map(\.path))
        var found: [Finding] = []
        func take(_ file: ReviewOptions.ToolFile, _ reader: ([UInt8], ToolReportContext) throws -> ToolReport) throws {
            let report = try read(file, paths, reader)
            for remark in remarks(on: report) { note("\(file.path): \(remark)") }
            found += report.findings
        }
        for file in options.sarif { try take(file) { bytes, context in try SARIFReader.read(bytes, context) } }
        for file in options.checkstyle { try take(file) { bytes, context in try CheckstyleReader.read(bytes, context) } }
        let match = try options.linePattern.map(matcher)
        for file in options.lines { try take(file) { try LineReportReader.read($0, $1, match: match) } }
        return found
    }

    /// A report nothing is taken from looks like one without findings: headings alone are usual, and so is a path from another machine.
    private static func remarks(on report: ToolReport) -> [String] {
        var remarks: [String] = []
        if report.outsideCount > 0 {
            let subject = report.outsideCount == 1 ? "one entry is" : "\(report.outsideCount) entries are"
            remarks.append("\(subject) about files that are not in this repository, and left out")
        }
        if report.skippedCount > 0, report.findings.isEmpty, report.outsideCount == 0 {
            remarks.append("no line of it reads 'file:line:column: message'; --lines-pattern says what its lines look like")
        }
        return remarks
    }

    private static func read(
        _ file: ReviewOptions.ToolFile, _ paths: ImportedPaths, _ reader: ([UInt8], ToolReportContext) throws -> ToolReport
    ) throws(CommandFailure) -> ToolReport {
        do {
            let bytes = try Files.read(file.path, bytesMax: ToolReportLimits.bytesMax)
            return try reader(bytes, ToolReportContext(file: file.path, tool: file.tool, paths: paths))
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw .badInput("\(error)")
        }
    }

    /// Lines by a person's own expression. It is the person's machine and time, yet a slip must not hang: limits hold all the same.
    private static func matcher(_ expression: String) throws(CommandFailure) -> LineReportReader.Match {
        let groups = NamedGroups(expression)
        guard groups.numbers["file"] != nil else { throw .badInput("--lines-pattern needs a group (?<file>…)") }
        let known = ["file", "line", "column", "end_line", "severity", "rule", "message"]
        if let unknown = groups.numbers.keys.sorted().first(where: { !known.contains($0) }) {
            let nearest = Nearest.name(to: unknown, in: known).map { "; did you mean '\($0)'?" } ?? ""
            throw .badInput("--lines-pattern has a group '\(unknown)', which means nothing here\(nearest)")
        }
        do throws(PatternError) {
            let pattern = try ExactPattern(PatternSource(expression), limits: .trusted)
            return { line in
                let line = Array(line)
                guard let match = try pattern.firstMatch(in: line) else { return nil }
                var found: [String: ArraySlice<UInt8>] = [:]
                for (name, number) in groups.numbers {
                    if let range = number < match.groups.count ? match.groups[number] : nil { found[name] = line[range] }
                }
                return LineEntry(groups: found)
            }
        } catch {
            throw .badInput("--lines-pattern: \(error)")
        }
    }
}

/// Which number each named group of an expression has.
struct NamedGroups: Equatable {
    private(set) var numbers: [String: Int] = [:]

    init(_ expression: String) {
        var rest = expression[...]
        var isInClass = false
        var count = 0
        while let character = rest.popFirst() {
            switch character {
            case "\\": _ = rest.popFirst()
            case "[": isInClass = true
            case "]": isInClass = false
            case "(" where !isInClass:
                guard rest.first == "?" || rest.first == "*" else {
                    count += 1
                    continue
                }
                guard let name = Self.name(rest) else { continue }
                count += 1
                numbers[name] = count
            default: break
            }
        }
    }

    /// `(?<name>`, `(?P<name>` and `(?'name'`, from behind the bracket; `(?<=` and `(?<!` look behind.
    private static func name(_ rest: Substring) -> String? {
        for (opening, closing) in [("?<", ">"), ("?P<", ">"), ("?'", "'")] where rest.hasPrefix(opening) {
            let name = rest.dropFirst(opening.count).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            if !name.isEmpty, rest.dropFirst(opening.count + name.count).hasPrefix(closing) { return String(name) }
        }
        return nil
    }
}
