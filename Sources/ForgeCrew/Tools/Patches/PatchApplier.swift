// A patch made into the new texts of files. Every hunk is found by its lines, behind the one before it, and by the layers that edits are found
// by; a hunk that fits nowhere, or in several places, refuses the whole patch. It writes nothing: whoever does writes all or nothing.

package import ForgeCore

package struct PatchedFile: Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        case add([UInt8])
        case delete
        /// With the lines that changed, from 1, as they are now.
        case update([UInt8], lines: [ClosedRange<Int>])
    }

    package var path: RepositoryPath
    package var effect: Effect
    package var movedTo: RepositoryPath?
    /// How hunks were found that did not stand there as they were written.
    package var remarks: [String]
}

package enum PatchApplier {
    /// `texts` holds every file that is updated.
    package static func apply(
        _ patch: PatchEnvelope, to texts: [RepositoryPath: [UInt8]]
    ) throws(ToolProblem) -> [PatchedFile] {
        var patched: [PatchedFile] = []
        for file in patch.files {
            switch file.change {
            case .add(let bytes): patched.append(PatchedFile(path: file.path, effect: .add(bytes), remarks: []))
            case .delete: patched.append(PatchedFile(path: file.path, effect: .delete, remarks: []))
            case .update(let hunks, let other):
                guard let text = texts[file.path] else { preconditionFailure("whoever applies a patch has read the files it updates") }
                patched.append(try update(file.path, hunks, other, text))
            }
        }
        return patched
    }

    private static func update(
        _ path: RepositoryPath, _ hunks: [PatchHunk], _ other: RepositoryPath?, _ text: [UInt8]
    ) throws(ToolProblem) -> PatchedFile {
        let file = LineText(text)
        let finder = PassageFinder(file)
        var at = 0
        var replacements: [ByteReplacement] = []
        var remarks: [String] = []
        for (index, hunk) in hunks.enumerated() {
            let place: Passage
            do throws(ToolProblem) {
                place = try passage(hunk, in: file, finder, from: at)
            } catch {
                throw ToolProblem(
                    "hunk \(index + 1) of \(hunks.count) of '\(path.shown)': \(error.message)\nThe patch was not applied; no file was changed."
                )
            }
            if let remark = place.layer.remark { remarks.append("hunk \(index + 1) was \(remark)") }
            replacements.append(replacement(hunk, place, in: file))
            at = place.lines.upperBound
        }
        let bytes = PassageReplacement.apply(replacements, to: text)
        return PatchedFile(
            path: path, effect: .update(bytes, lines: newLines(replacements, in: bytes)), movedTo: other, remarks: remarks)
    }

    private static func passage(
        _ hunk: PatchHunk, in file: LineText, _ finder: PassageFinder, from start: Int
    ) throws(ToolProblem) -> Passage {
        let start = try line(below: hunk.headings, in: file, from: start)
        let old = hunk.old
        guard !old.isEmpty else {
            // Nothing but new lines: below what the heading names, else at the end.
            let at = hunk.headings.isEmpty || hunk.isAtEnd ? file.lines.count : start
            return Passage(layer: .exact, lines: at..<at, shift: .none)
        }
        var found = finder.find(old, from: start)
        if hunk.isAtEnd {
            found.passages.removeAll { $0.lines.upperBound != file.lines.count }
            found.count = found.passages.count
        }
        guard let first = found.passages.first else {
            let place = hunk.isAtEnd ? "at the end of the file" : start == 0 ? "in the file" : "below line \(start)"
            throw ToolProblem("its lines are not \(place).\(NearestPassage.nearest(old, in: file))")
        }
        // The first one below its heading is what a heading is for.
        guard found.count == 1 && !found.isCut || !hunk.headings.isEmpty else {
            let places = found.passages.prefix(20).map { Passages.shown(file.shownLines(of: $0.lines)) }.joined(separator: ", ")
            throw ToolProblem(
                "its lines stand \(found.count) times: \(places). Add lines around them, or '@@' with a line above the place.")
        }
        return first
    }

    /// The line behind the last heading.
    private static func line(below headings: [String], in file: LineText, from start: Int) throws(ToolProblem) -> Int {
        var at = start
        for heading in headings {
            let wanted = Array(heading.utf8)
            let rest = file.lines.indices.dropFirst(at)
            let found =
                rest.first { Blanks.withoutBoth(file.text($0)).elementsEqual(wanted) }
                ?? rest.first { Occurrences(of: wanted, in: Array(Blanks.withoutBoth(file.text($0)))).count > 0 }
            guard let found else {
                throw ToolProblem(
                    "no line \(at == 0 ? "of the file" : "below line \(at)") is '\(ShownText.line(heading))', which stands behind '@@'.")
            }
            at = found + 1
        }
        return at
    }

    private static func replacement(_ hunk: PatchHunk, _ place: Passage, in file: LineText) -> ByteReplacement {
        var made = PassageReplacement.make(place, old: hunk.old, new: hunk.new, in: file)
        // Behind a last line without a line end there has to be one.
        if place.lines.isEmpty, place.lines.lowerBound == file.lines.count, let last = file.lines.indices.last, file.end(last).isEmpty {
            made.bytes.insert(contentsOf: file.lineEnd(near: 0), at: 0)
        }
        return made
    }

    private static func newLines(_ replacements: [ByteReplacement], in bytes: [UInt8]) -> [ClosedRange<Int>] {
        let after = LineText(bytes)
        var moved = 0
        return replacements.map { replacement in
            let start = replacement.range.lowerBound + moved
            moved += replacement.bytes.count - replacement.range.count
            return after.shownLines(ofBytes: start..<(start + replacement.bytes.count))
        }
    }
}
