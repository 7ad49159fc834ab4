// The file of what is accepted as it is, by id. One entry a line, sorted, so that two people who add to it rarely meet and a diff of it
// reads well. An entry that cannot be read is an error with its place: a baseline half read would accept less than it says, or more.

import ForgeCore

package struct BaselineEntry: Hashable, Sendable {
    package var id: FindingID
    package var rule: String
    /// As `RepositoryPath.shown` writes it; empty for the change as a whole. For people: only the id decides.
    package var path: String
    package var reason: String?

    package init(id: FindingID, rule: String, path: String, reason: String? = nil) {
        self.id = id
        self.rule = rule
        self.path = path
        self.reason = reason
    }

    package init(_ finding: ReviewedFinding) {
        self.init(id: finding.id, rule: finding.finding.rule, path: finding.finding.path?.shown ?? "")
    }
}

package struct BaselineError: Error, Hashable, Sendable {
    package var line: Int?
    package var message: String
}

package struct Baseline: Hashable, Sendable {
    package static let schema = 1
    package static let bytesMax = 64 << 20

    private var byID: [FindingID: BaselineEntry]

    package init(_ entries: some Sequence<BaselineEntry> = []) {
        byID = Dictionary(entries.map { ($0.id, $0) }) { first, _ in first }
    }

    /// By path, then rule, then id.
    package var entries: [BaselineEntry] { byID.values.sorted { ($0.path, $0.rule, $0.id.text) < ($1.path, $1.rule, $1.id.text) } }

    package subscript(_ id: FindingID) -> BaselineEntry? { byID[id] }

    package init(json bytes: [UInt8]) throws(BaselineError) {
        let document: JSON
        do throws(JSONError) {
            document = try JSONParser.parse(bytes, limits: JSONLimits(depthMax: 8, valuesMax: 2_000_000)).value
        } catch {
            throw BaselineError(line: TextPlace(of: error.offset, in: bytes).line, message: error.message)
        }
        guard document["schema"]?.integer == Int64(Self.schema) else {
            throw BaselineError(message: "no baseline of schema \(Self.schema): 'schema' is missing or another number")
        }
        guard case .array(let items)? = document["findings"] else { throw BaselineError(message: "'findings' is a list") }
        var entries: [BaselineEntry] = []
        for (index, item) in items.enumerated() {
            guard let id = item["id"]?.string.flatMap(FindingID.init(text:)) else {
                throw BaselineError(message: "finding \(index + 1): 'id' is \(FindingID.characterCount) lower-case hex digits")
            }
            entries.append(
                BaselineEntry(
                    id: id, rule: item["rule"]?.string ?? "", path: item["path"]?.string ?? "", reason: item["reason"]?.string))
        }
        self.init(entries)
    }

    package var text: String {
        let lines = entries.map { entry in
            JSON.object([
                .init("path", .string(entry.path)), .init("rule", .string(entry.rule)), .init("id", .string(entry.id.text)),
                .init("reason", JSON(entry.reason)),
            ]).withoutNulls.text
        }
        guard !lines.isEmpty else { return "{\"schema\": \(Self.schema), \"findings\": []}\n" }
        return "{\"schema\": \(Self.schema), \"findings\": [\n" + lines.joined(separator: ",\n") + "\n]}\n"
    }

    /// Entries whose finding is gone for certain: their file is gone, or all of it was looked at. A line that the change did not touch may
    /// still have its finding, so an entry of a file that was changed in part is left alone.
    package func removable(found: Set<FindingID>, in changed: ChangedLines) -> [BaselineEntry] {
        var ended: Set<String> = []
        for (path, file) in changed.files where file.isDeleted || file.isWhole { ended.insert(path.shown) }
        return entries.filter { !found.contains($0.id) && ended.contains($0.path) }
    }

    /// What to write to accept these, too, and to forget what is gone. Reasons that people wrote stay.
    package func accepting(_ findings: [ReviewedFinding], forgetting gone: [BaselineEntry]) -> Baseline {
        var next = self
        for entry in gone { next.byID[entry.id] = nil }
        for finding in findings where next.byID[finding.id] == nil { next.byID[finding.id] = BaselineEntry(finding) }
        return next
    }
}

extension BaselineError {
    init(message: String) { self.init(line: nil, message: message) }
}
