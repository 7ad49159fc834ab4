// What a change of files did, as a model reads it: where, how it was found, and the lines as they are now, so that it need not read them again.

package import ForgeCore

extension ToolText {
    private static let linesAround = 3
    private static let linesShown = 60

    package func edited(_ path: RepositoryPath, _ result: EditResult) -> String {
        let places = result.oldLines.prefix(20).map(Passages.shown).joined(separator: ", ")
        let more = result.oldLines.count > 20 ? ", and \(result.oldLines.count - 20) more" : ""
        let count = result.oldLines.count == 1 ? "" : "\(result.oldLines.count) places: "
        let remark = result.layer.remark.map { " (\($0))" } ?? ""
        let head = "Edited \(path.shown): \(count)\(places)\(more)\(remark).\n"
        guard result.oldLines.count == 1, let lines = result.newLines else { return head }
        return head + around(lines, of: result.bytes)
    }

    package func patched(_ files: [PatchedFile]) -> String {
        var out = ""
        for file in files {
            let moved = file.movedTo.map { ", now \($0.shown)" } ?? ""
            switch file.effect {
            case .add(let bytes): out += "Made \(file.path.shown), \(Self.size(bytes.count)).\n"
            case .delete: out += "Deleted \(file.path.shown).\n"
            case .update(let bytes, let lines):
                out += "Edited \(file.path.shown)\(moved)\(file.remarks.map { "; \($0)" }.joined()).\n"
                for part in lines.prefix(10) { out += around(part, of: bytes) }
            }
        }
        return clipping.clip(out, hint: "use git_diff to see what was changed")
    }

    private func around(_ lines: ClosedRange<Int>, of bytes: [UInt8]) -> String {
        let file = LineText(redact(bytes))
        guard !file.lines.isEmpty else { return "" }
        let first = max(1, lines.lowerBound - Self.linesAround)
        let last = min(file.lines.count, min(lines.upperBound + Self.linesAround, first + Self.linesShown - 1))
        guard first <= last else { return "" }
        return NumberedLines.render((first...last).map { ($0, ShownText.line(shownPart(file.text($0 - 1)))) }, clipping: clipping)
    }

    /// A message that quotes a file.
    package func redacted(_ message: String) -> String {
        clipping.clip(String(decoding: redact(Array(message.utf8)), as: UTF8.self), hint: "read the file")
    }
}
