// What a model is told when what it looks for is not there: what probably happened, and the passage that is nearest, with its numbers, so that
// the next try can be right. It must never cost more than reading the file a few times.

enum NearestPassage {
    private static let linesShown = 30
    private static let linesVoting = 200
    private static let placesPerLine = 50
    private static let linesCompared = 20_000

    static func explain(_ edit: TextEdit, in file: LineText) -> String {
        var text = "\"old_text\" is not in the file. Nothing was changed."
        guard !file.lines.isEmpty else { return text + " The file is empty." }
        let old = Passages.lines(edit.old)
        if hasNumbers(old) {
            return text + " It seems to begin its lines with numbers, as read_file shows them; leave the numbers and the tab out."
        }
        if let place = placeOfNew(edit.new, in: file) {
            text += " \"new_text\" stands there already (\(Passages.shown(place))): was this edit made before?"
        }
        return text + nearest(old, in: file)
    }

    /// The passage of a file that lines are nearest to, in words; empty when nothing is near.
    static func nearest(_ old: [ArraySlice<UInt8>], in file: LineText) -> String {
        guard let start = start(of: old, in: file) else { return " Nothing in the file is like it; read the file again." }
        let lines = start..<min(file.lines.count, start + max(1, old.count))
        let shown = lines.prefix(linesShown)
        var text = " The nearest passage is \(Passages.shown(file.shownLines(of: lines)))"
        let differing = zip(lines, old).first { !Blanks.withoutBoth(file.text($0)).elementsEqual(Blanks.withoutBoth($1)) }
        if let differing { text += ", which differs first in line \(differing.0 + 1)" }
        text += ":\n" + NumberedLines.render(shown.map { ($0 + 1, ShownText.line(file.text($0))) })
        if lines.count > shown.count { text += "[… \(lines.count - shown.count) more lines]\n" }
        return text
    }

    /// Every line votes for where the passage would begin if it stood where its like stands.
    private static func start(of old: [ArraySlice<UInt8>], in file: LineText) -> Int? {
        var places: [ArraySlice<UInt8>: [Int]] = [:]
        for index in file.lines.indices {
            let line = Blanks.withoutBoth(file.text(index))
            if line.count >= 3, places[line]?.count ?? 0 < placesPerLine { places[line, default: []].append(index) }
        }
        var votes: [Int: Int] = [:]
        for (offset, line) in old.prefix(linesVoting).enumerated() {
            for place in places[Blanks.withoutBoth(line)] ?? [] { votes[place - offset, default: 0] += 1 }
        }
        let best = votes.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
        if let best { return max(0, best.key) }
        return likest(old, in: file)
    }

    /// By the line that says most.
    private static func likest(_ old: [ArraySlice<UInt8>], in file: LineText) -> Int? {
        let longest = old.enumerated().max { Blanks.withoutBoth($0.element).count < Blanks.withoutBoth($1.element).count }
        guard let longest, !Blanks.withoutBoth(longest.element).isEmpty else { return nil }
        var best: (index: Int, likeness: Double)?
        for index in file.lines.indices.prefix(linesCompared) {
            let likeness = LineLikeness.between(longest.element, file.text(index))
            if likeness > best?.likeness ?? 0.5 { best = (index, likeness) }
        }
        return best.map { max(0, $0.index - longest.offset) }
    }

    private static func placeOfNew(_ new: String, in file: LineText) -> ClosedRange<Int>? {
        // A short text may stand anywhere.
        let bytes = Array(new.utf8)
        guard bytes.count >= 16 else { return nil }
        let found = Occurrences(of: bytes, in: file.bytes)
        return found.count == 1 ? file.shownLines(ofBytes: found.positions[0]..<(found.positions[0] + bytes.count)) : nil
    }

    private static func hasNumbers(_ lines: [ArraySlice<UInt8>]) -> Bool {
        !lines.isEmpty
            && lines.allSatisfy { line in
                let rest = line.drop { $0 == 0x20 }
                let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                return !digits.isEmpty && rest.dropFirst(digits.count).first == 0x09
            }
    }
}
