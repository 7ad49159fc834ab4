// A checkstyle report to findings: the form that most linters can write. `<file name>` with `<error line column severity message source>`.

import ForgeCore

package struct CheckstyleReader {
    private let context: ToolReportContext
    private var report = ToolReport()
    private var path: RepositoryPath?
    private var isInFile = false

    package static func read(_ bytes: [UInt8], _ context: ToolReportContext) throws(ToolReportError) -> ToolReport {
        try context.checked(bytes)
        var xml = XMLReader(bytes)
        var reader = CheckstyleReader(context: context)
        do throws(XMLReader.Failure) {
            guard case .open(name: "checkstyle", _)? = try xml.next() else {
                throw XMLReader.Failure(offset: 0, message: "this is no checkstyle report: its root is another element")
            }
            while let event = try xml.next() { try reader.take(event, at: xml.at) }
        } catch {
            throw ToolReportError(file: context.file, place: TextPlace(of: error.offset, in: bytes), message: error.message)
        }
        return reader.report
    }

    private init(context: ToolReportContext) {
        self.context = context
    }

    private mutating func take(_ event: XMLReader.Event, at offset: Int) throws(XMLReader.Failure) {
        switch event {
        case .open(name: "file", let attributes):
            guard let name = attributes["name"] else { throw XMLReader.Failure(offset: offset, message: "<file> has no name") }
            path = name.hasPrefix("file:") ? context.paths.repositoryPath(address: name) : context.paths.repositoryPath(file: name.utf8)
            isInFile = true
        case .close(name: "file"):
            path = nil
            isInFile = false
        case .open(name: "error", let attributes):
            guard isInFile else { throw XMLReader.Failure(offset: offset, message: "<error> stands outside of a <file>") }
            guard report.findings.count < ToolReportLimits.findingsMax else {
                throw XMLReader.Failure(offset: offset, message: "more than \(ToolReportLimits.findingsMax) errors")
            }
            take(attributes)
        default: break
        }
    }

    private mutating func take(_ attributes: [String: String]) {
        guard let path else {
            report.outsideCount += 1
            return
        }
        let tool = context.tool ?? "checkstyle"
        let rule = ruleName(Self.shortName(attributes["source"] ?? ""), else: tool)
        let line = Self.number(attributes["line"])
        let column = line == nil ? nil : Self.number(attributes["column"])
        report.findings.append(
            Finding(
                rule: rule, family: rule, severity: Self.severity(attributes["severity"]), source: .tool(tool), path: path,
                lines: line.map { $0...$0 }, columns: column.map { $0 - 1..<$0 }, message: shortened(attributes["message"] ?? rule)))
    }

    /// `com.puppycrawl.tools.checkstyle.checks.naming.MemberNameCheck` is `MemberNameCheck`; `eslint.rules.no-var` is `no-var`.
    private static func shortName(_ source: String) -> String {
        let isClass = source.hasPrefix("com.puppycrawl.") || source.hasPrefix("eslint.rules.")
        return isClass ? source.split(separator: ".").last.map(String.init) ?? source : source
    }

    private static func number(_ text: String?) -> Int? {
        guard let number = text.flatMap({ Int($0) }), (1...1 << 31).contains(number) else { return nil }
        return number
    }

    private static func severity(_ text: String?) -> FindingSeverity {
        switch text?.lowercased() {
        case "error", "fatal": .high
        case "info", "note", "style": .low
        case "ignore": .info
        default: .medium
        }
    }
}
