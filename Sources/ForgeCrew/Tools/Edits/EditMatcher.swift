// One passage of a file replaced by another text, or every one of them. The passage is looked for as it is, then by the layers of
// `PassageFinder`; found more than once without being asked for all is refused with the lines of each, found nowhere with the nearest one.
// Bytes outside of what was found stay as they are, whatever they are.

package struct TextEdit: Hashable, Sendable {
    package var old: String
    package var new: String
    /// All passages, not one alone.
    package var isEverywhere: Bool

    package init(old: String, new: String, isEverywhere: Bool = false) {
        self.old = old
        self.new = new
        self.isEverywhere = isEverywhere
    }
}

package struct EditResult: Hashable, Sendable {
    package var bytes: [UInt8]
    package var layer: EditLayer
    /// Where the passages stood, from 1.
    package var oldLines: [ClosedRange<Int>]
    /// Where the first new text stands now; nil when nothing is left of it.
    package var newLines: ClosedRange<Int>?
}

package enum EditMatcher {
    package static func apply(_ edit: TextEdit, to bytes: [UInt8]) throws(ToolProblem) -> EditResult {
        guard !edit.old.isEmpty else {
            throw ToolProblem(
                "\"old_text\" is empty. To insert, give the line beside the place and put it into \"new_text\" as well; for a new file use create_file."
            )
        }
        guard edit.old != edit.new else { throw ToolProblem("\"old_text\" and \"new_text\" are the same: nothing would change.") }
        let file = LineText(bytes)
        if let result = try exact(edit, in: file) { return result }
        let old = Passages.lines(edit.old)
        let finder = PassageFinder(file)
        let found = finder.find(old, layers: [.trailingSpace, .indentation, .anchor])
        guard let first = found.passages.first else { throw ToolProblem(NearestPassage.explain(edit, in: file)) }
        guard !found.isCut, found.count == 1 || edit.isEverywhere else {
            throw severalPlaces(
                found.passages.map { file.shownLines(of: $0.lines) }, count: found.count, isCut: found.isCut, remark: first.layer.remark)
        }
        let new = Passages.lines(edit.new, like: edit.old)
        var apart: [Passage] = []
        for passage in found.passages where apart.last.map({ passage.lines.lowerBound >= $0.lines.upperBound }) ?? true {
            apart.append(passage)
        }
        let replacements = apart.map { PassageReplacement.make($0, old: old, new: new, in: file) }
        return result(replacements, in: file, first.layer)
    }

    /// Byte by byte, also from the middle of a line on; in a file of CRLF also when the model wrote plain line ends.
    private static func exact(_ edit: TextEdit, in file: LineText) throws(ToolProblem) -> EditResult? {
        let plain = Array(edit.old.utf8)
        var forms = [plain]
        let hasReturns = file.lines.contains { $0.next - $0.end == 2 }
        if hasReturns, plain.contains(0x0A), !plain.contains(0x0D) { forms.append(withReturns(plain)) }
        for form in forms {
            let found = Occurrences(of: form, in: file.bytes)
            guard found.count > 0 else { continue }
            if found.count == 1, isUnindented(edit, at: found.positions[0], in: file) { return nil }
            guard found.count == 1 || edit.isEverywhere else {
                throw severalPlaces(
                    found.positions.map { file.shownLines(ofBytes: $0..<($0 + form.count)) }, count: found.count, remark: nil)
            }
            guard found.count <= Occurrences.positionsMax else {
                throw ToolProblem(
                    "\"old_text\" is found \(found.count) times, which is more than are replaced at once; give more of the text.")
            }
            let replacements = found.apart(by: form.count).map { position in
                ByteReplacement(range: position..<(position + form.count), bytes: newBytes(edit, at: position, in: file))
            }
            return result(replacements, in: file, .exact)
        }
        return nil
    }

    /// One line given without its indentation, for several lines that have none of it either: in the middle of the line they would stand
    /// wrongly, so that they are found as lines and indented.
    private static func isUnindented(_ edit: TextEdit, at position: Int, in file: LineText) -> Bool {
        let (old, new) = (Passages.lines(edit.old), Passages.lines(edit.new))
        let line = file.text(file.index(ofByte: position))
        let indentation = Blanks.indentation(line)
        guard old.count == 1, new.count > 1, !indentation.isEmpty, position == line.startIndex + indentation.count,
            line.dropFirst(indentation.count).elementsEqual(old[0])
        else { return false }
        return new.contains { !Blanks.withoutBoth($0).isEmpty && !$0.starts(with: indentation) && $0.startIndex != new[0].startIndex }
    }

    /// With the line ends that stand there, unless the model wrote carriage returns itself.
    private static func newBytes(_ edit: TextEdit, at position: Int, in file: LineText) -> [UInt8] {
        let new = Array(edit.new.utf8)
        guard new.contains(0x0A), !edit.old.utf8.contains(0x0D), !new.contains(0x0D) else { return new }
        return file.lineEnd(near: file.index(ofByte: position)).count == 2 ? withReturns(new) : new
    }

    private static func withReturns(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    }

    private static func result(_ replacements: [ByteReplacement], in file: LineText, _ layer: EditLayer) -> EditResult {
        let bytes = PassageReplacement.apply(replacements, to: file.bytes)
        let first = replacements[0]
        let after = LineText(bytes)
        let end = first.range.lowerBound + first.bytes.count
        let newLines = first.bytes.isEmpty ? nil : after.shownLines(ofBytes: first.range.lowerBound..<end)
        return EditResult(
            bytes: bytes, layer: layer, oldLines: replacements.map { file.shownLines(ofBytes: $0.range) }, newLines: newLines)
    }

    private static func severalPlaces(_ places: [ClosedRange<Int>], count: Int, isCut: Bool = false, remark: String? = nil) -> ToolProblem {
        let shown = places.prefix(20).map(Passages.shown).joined(separator: ", ")
        let more = count > 20 ? ", and \(count - 20) more" : ""
        return ToolProblem(
            "\"old_text\" is found \(isCut ? "at least " : "")\(count) times\(remark.map { " (\($0))" } ?? ""): \(shown)\(more). Nothing was changed. Give more lines around the one "
                + "that is meant, or set \"replace_all\" to change all of them.")
    }
}

enum Passages {
    /// As a model wrote them: a line end at the end ends the last line and begins no other.
    static func lines(_ text: String) -> [ArraySlice<UInt8>] {
        let file = LineText(text)
        return file.lines.indices.map(file.text)
    }

    /// A new text of no lines stands for no line when the old one ended a line, else for an empty one.
    static func lines(_ new: String, like old: String) -> [ArraySlice<UInt8>] {
        new.isEmpty && old.utf8.last != 0x0A ? [[]] : lines(new)
    }

    static func shown(_ lines: ClosedRange<Int>) -> String {
        lines.count == 1 ? "line \(lines.lowerBound)" : "lines \(lines.lowerBound)-\(lines.upperBound)"
    }
}

extension LineText {
    /// From 1.
    func shownLines(ofBytes range: Range<Int>) -> ClosedRange<Int> {
        let first = index(ofByte: range.lowerBound)
        return (first + 1)...(max(first, index(ofByte: max(range.lowerBound, range.upperBound - 1))) + 1)
    }

    func shownLines(of lines: Range<Int>) -> ClosedRange<Int> { (lines.lowerBound + 1)...max(lines.lowerBound + 1, lines.upperBound) }
}
