// What a scan of a tree shows: lines as a compiler prints them, or one JSON document written as it goes. It must never show the text that was
// found: that is the secret.

import ForgeCore
import ForgeRules
import ForgeSystem
import Synchronization

/// Takes one report after the other, and writes as it goes: a tree of any size has room.
final class ScanReport: Sendable {
    fileprivate struct State: Sendable {
        var findings = 0
        /// As JSON, for the end of the document.
        var skipped: [JSON] = []
        var unreadable: [JSON] = []
        var problems: Set<RuleProblem> = []
        var text: [UInt8] = []
    }

    private let context: CommandContext
    private let isJSON: Bool
    private let state = Mutex(State())

    /// So much is written at once.
    private static let textBytesMax = 32 << 10

    init(_ context: CommandContext, json isJSON: Bool) {
        self.context = context
        self.isJSON = isJSON
    }

    func begin() throws(CommandFailure) {
        if isJSON { try context.write("{\"schema\":1,\"findings\":[") }
    }

    func add(_ report: FileReport) throws(CommandFailure) {
        let text = state.withLock { state -> [UInt8] in
            switch report.outcome {
            case .scanned: break
            case .skipped(let kind): skip(report.path, kind, &state)
            case .unreadable(let error): leaveUnread(report.path, error, &state)
            }
            for hit in report.scan.hits { add(hit, report.path, &state) }
            for problem in report.scan.problems where state.problems.insert(problem).inserted { tell(problem, report.path) }
            return state.takeText(above: Self.textBytesMax)
        }
        try context.write(String(decoding: text, as: UTF8.self))
    }

    func end(_ totals: TreeTotals) throws(CommandFailure) {
        let (text, members) = state.withLock { state in
            let members: [JSON.Member] = [
                .init("skipped", .array(state.skipped)), .init("unreadable", .array(state.unreadable)),
                .init("problems", .array(state.problems.map(json).sorted { $0.text < $1.text })),
            ]
            return (state.takeText(above: 0), members)
        }
        try context.write(String(decoding: text, as: UTF8.self))
        if isJSON {
            let rest = JSON.object(members + [.init("summary", totals.json)]).text
            try context.write("]," + rest.dropFirst() + "\n")
        } else {
            context.note(totals.sentence)
        }
    }

    private func add(_ hit: RuleHit, _ path: WalkedPath, _ state: inout State) {
        if isJSON {
            if state.findings > 0 { state.text.append(UInt8(ascii: ",")) }
            json(hit, path).append(to: &state.text)
        } else {
            let place = "\(path.shown):\(hit.lines.lowerBound):\(hit.column + 1)"
            state.text += Array("\(place): \(hit.rule.severity.rawValue): \(hit.rule.message) [\(hit.rule.id)]\n".utf8)
        }
        state.findings += 1
    }

    private func json(_ hit: RuleHit, _ path: WalkedPath) -> JSON {
        JSON.object([
            .init("path", .string(path.shown)), .init("line", JSON(hit.lines.lowerBound)), .init("end_line", JSON(hit.lines.upperBound)),
            .init("column", JSON(hit.column + 1)), .init("start", JSON(hit.capture.lowerBound)), .init("end", JSON(hit.capture.upperBound)),
            .init("rule", .string(hit.rule.id)), .init("family", .string(hit.rule.family)),
            .init("severity", .string(hit.rule.severity.rawValue)), .init("message", .string(hit.rule.message)),
            .init("fix", JSON(hit.rule.fix)),
        ]).withoutNulls
    }

    /// There are many binary files in a tree, and few in UTF-16, which somebody may believe to be read.
    private func skip(_ path: WalkedPath, _ kind: TextKind, _ state: inout State) {
        if isJSON { state.skipped.append(["path": .string(path.shown), "kind": .string(kind.rawValue)]) }
        if !isJSON, kind == .utf16 { context.note("forge: \(path.shown) is UTF-16 and was not read: save it as UTF-8") }
    }

    private func leaveUnread(_ path: WalkedPath, _ error: SystemError, _ state: inout State) {
        if isJSON { state.unreadable.append(["path": .string(path.shown), "error": .string(error.message)]) }
        context.note("forge: \(path.shown) could not be read: \(error.message)")
    }

    private func tell(_ problem: RuleProblem, _ path: WalkedPath) {
        context.note("forge: \(problem.sentence), first in \(path.shown)")
    }

    private func json(_ problem: RuleProblem) -> JSON {
        ["rule": .string(problem.rule), "message": .string(problem.sentence)]
    }
}

extension ScanReport.State {
    fileprivate mutating func takeText(above least: Int) -> [UInt8] {
        guard text.count > least else { return [] }
        defer { text.removeAll(keepingCapacity: true) }
        return text
    }
}

extension RuleProblem {
    fileprivate var sentence: String {
        let place = origin.line.map { "\(origin.file), line \($0)" } ?? origin.file
        return "the rule '\(rule)' (\(place)) was not carried out in full: \(reason)"
    }
}

extension TreeTotals {
    /// Something was to be read and was not.
    var isPartial: Bool { unreadable > 0 || problems > 0 }

    fileprivate var json: JSON {
        [
            "files": JSON(files), "bytes": JSON(bytes), "findings": JSON(findings), "binary": JSON(binaries), "utf16": JSON(utf16),
            "unreadable": JSON(unreadable), "symlinks": JSON(skipped.symlinks), "special": JSON(skipped.others),
            "partial": .bool(isPartial),
        ]
    }

    fileprivate var sentence: String {
        var parts = ["forge: \(findings) finding\(findings == 1 ? "" : "s") in \(files) file\(files == 1 ? "" : "s"), \(bytes) bytes"]
        if binaries > 0 { parts.append("\(binaries) binary left out") }
        if utf16 > 0 { parts.append("\(utf16) in UTF-16 left out") }
        if skipped.symlinks > 0 { parts.append("\(skipped.symlinks) symlinks not followed") }
        if unreadable > 0 { parts.append("\(unreadable) could not be read") }
        return parts.joined(separator: "; ")
    }
}
