// SARIF 2.1.0 of any tool to findings. What the tool itself calls passed, suppressed or gone is left out; everything else counts, with the
// severity the result, its rule, or the standard gives it.

import ForgeCore

package struct SARIFReader {
    private let context: ToolReportContext
    private var report = ToolReport()

    package static func read(_ bytes: [UInt8], _ context: ToolReportContext) throws(ToolReportError) -> ToolReport {
        try context.checked(bytes)
        let document: JSON
        do throws(JSONError) {
            document = try JSONParser.parse(bytes, limits: JSONLimits(depthMax: 64, valuesMax: 10_000_000)).value
        } catch {
            throw ToolReportError(file: context.file, place: TextPlace(of: error.offset, in: bytes), message: "\(error.message)")
        }
        var reader = SARIFReader(context: context)
        try reader.take(document)
        return reader.report
    }

    private init(context: ToolReportContext) {
        self.context = context
    }

    private mutating func take(_ document: JSON) throws(ToolReportError) {
        guard let version = document["version"]?.string, let runs = document["runs"]?.array else {
            throw ToolReportError(file: context.file, message: "this is no SARIF: 'version' or 'runs' is missing")
        }
        guard version.hasPrefix("2.1") else {
            throw ToolReportError(file: context.file, message: "SARIF \(visible(version, charactersMax: 20)) is not read; 2.1.0 is")
        }
        for (number, run) in runs.enumerated() {
            let run = SARIFRun(run, context: context)
            for (index, result) in (run.json["results"]?.array ?? []).enumerated() {
                guard report.findings.count < ToolReportLimits.findingsMax else {
                    throw ToolReportError(file: context.file, message: "more than \(ToolReportLimits.findingsMax) results")
                }
                guard result.members != nil else {
                    throw ToolReportError(file: context.file, message: "runs[\(number)].results[\(index)] is no object")
                }
                take(result, of: run)
            }
        }
    }

    private mutating func take(_ result: JSON, of run: SARIFRun) {
        guard run.counts(result) else { return }
        let rule = run.rule(of: result)
        let id = ruleName(
            result["ruleId"]?.string ?? result["rule"]?["id"]?.string ?? rule?["id"]?.string ?? "", else: run.tool)
        var finding = Finding(
            rule: id, family: id, severity: run.severity(of: result, rule: rule), source: .tool(run.tool),
            message: run.message(of: result, rule: rule) ?? id, fix: run.fix(of: result),
            references: rule?["helpUri"]?.string.map { [shortened($0)] } ?? [])
        if let place = result["locations"]?[0]?["physicalLocation"] {
            guard let path = run.path(of: place["artifactLocation"]) else {
                report.outsideCount += 1
                return
            }
            finding.path = path
            (finding.lines, finding.columns) = run.region(place["region"])
        }
        report.findings.append(finding)
    }
}

/// One run of a tool: what its results refer to.
private struct SARIFRun {
    let json: JSON
    let tool: String
    private let context: ToolReportContext
    private let rules: [JSON]
    private let ruleByID: [String: Int]
    private let artifacts: [JSON]

    init(_ json: JSON, context: ToolReportContext) {
        self.json = json
        self.context = context
        let driver = json["tool"]?["driver"]
        tool = shortened(context.tool ?? driver?["name"]?.string ?? "SARIF")
        rules = driver?["rules"]?.array ?? []
        ruleByID = Dictionary(rules.enumerated().compactMap { index, rule in rule["id"]?.string.map { ($0, index) } }) { first, _ in first }
        artifacts = json["artifacts"]?.array ?? []
    }

    /// It says something is wrong, and nobody has accepted it.
    func counts(_ result: JSON) -> Bool {
        if let kind = result["kind"]?.string, !["fail", "review", "open"].contains(kind) { return false }
        if result["baselineState"]?.string == "absent" { return false }
        let accepted = (result["suppressions"]?.array ?? []).contains { ($0["status"]?.string ?? "accepted") == "accepted" }
        return !accepted
    }

    func rule(of result: JSON) -> JSON? {
        if let id = result["ruleId"]?.string ?? result["rule"]?["id"]?.string, let index = ruleByID[id] { return rules[index] }
        let number = result["ruleIndex"]?.integer ?? result["rule"]?["index"]?.integer
        guard let index = number.flatMap({ Int(exactly: $0) }), rules.indices.contains(index) else { return nil }
        return rules[index]
    }

    func severity(of result: JSON, rule: JSON?) -> FindingSeverity {
        if let score = rule?["properties"]?["security-severity"]?.double, score > 0 {
            return score >= 9 ? .critical : score >= 7 ? .high : score >= 4 ? .medium : .low
        }
        switch result["level"]?.string ?? rule?["defaultConfiguration"]?["level"]?.string ?? "warning" {
        case "error": return .high
        case "note": return .low
        case "none": return .info
        default: return .medium
        }
    }

    /// The text, or the rule's text of that name, with its places filled.
    func message(of result: JSON, rule: JSON?) -> String? {
        guard let message = result["message"] else { return rule?["shortDescription"]?["text"]?.string.map(shortened) }
        var text = message["text"]?.string
        if text == nil, let id = message["id"]?.string {
            text = (rule?["messageStrings"]?[id] ?? json["tool"]?["driver"]?["globalMessageStrings"]?[id])?["text"]?.string
        }
        let arguments = (message["arguments"]?.array ?? []).map { $0.string ?? "" }
        return text.map { shortened(filled(shortened($0), with: arguments)) }
    }

    /// `{0}` is the first argument, `{{` a brace.
    private func filled(_ text: String, with arguments: [String]) -> String {
        guard text.contains("{") || text.contains("}") else { return text }
        var out = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            if (character == "{" || character == "}"), rest.first == character {
                out.append(character)
                rest.removeFirst()
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            if character == "{", let number = Int(digits), arguments.indices.contains(number), rest.dropFirst(digits.count).first == "}" {
                out += shortened(arguments[number])
                rest = rest.dropFirst(digits.count + 1)
            } else {
                out.append(character)
            }
        }
        return out
    }

    func fix(of result: JSON) -> String? {
        result["fixes"]?[0]?["description"]?["text"]?.string.map(shortened)
    }

    func path(of artifact: JSON?) -> RepositoryPath? {
        var artifact = artifact
        if artifact?["uri"] == nil, let index = artifact?["index"]?.integer.flatMap({ Int(exactly: $0) }), artifacts.indices.contains(index)
        {
            artifact = artifacts[index]["location"]
        }
        guard let address = artifact?["uri"]?.string else { return nil }
        let isWhole = address.hasPrefix("/") || address.lowercased().hasPrefix("file:")
        return context.paths.repositoryPath(address: (isWhole ? "" : base(artifact?["uriBaseId"]?.string, depth: 0)) + address)
    }

    /// What a relative address is relative to; empty for the root of the sources, which is what most tools mean.
    private func base(_ id: String?, depth: Int) -> String {
        guard let id, depth < 8, let base = json["originalUriBaseIds"]?[id], let address = base["uri"]?.string else { return "" }
        return self.base(base["uriBaseId"]?.string, depth: depth + 1) + (address.hasSuffix("/") ? address : address + "/")
    }

    /// Columns are characters of the tool's own kind; on a line of plain letters they are bytes, and only there are they exact.
    func region(_ region: JSON?) -> (lines: ClosedRange<Int>?, columns: Range<Int>?) {
        guard let start = number(region?["startLine"]) else { return (nil, nil) }
        let end = max(start, number(region?["endLine"]) ?? start)
        guard start == end, let first = number(region?["startColumn"]) else { return (start...end, nil) }
        let last = max(first + 1, number(region?["endColumn"]) ?? first + 1)
        return (start...end, first - 1..<last - 1)
    }

    private func number(_ json: JSON?) -> Int? {
        guard let number = json?.integer, (1...1 << 31).contains(number) else { return nil }
        return Int(number)
    }
}
