// One file of a diff, made ready to be judged: its kind, both sides as texts, and the runs of lines that took each other's place.

internal import ForgeCore

final class ChangedFile: Sendable {
    /// Lines that were removed and those put in their place, by their numbers in the two texts.
    struct Run: Sendable {
        var removed: [Int] = []
        var added: [Int] = []
        var hunk: Int
    }

    let change: FileChange
    let path: RepositoryPath
    let traits: FileTraits
    /// Context and added lines.
    let new: ChangedText
    /// Context and removed lines.
    let old: ChangedText
    let runs: [Run]

    init(_ change: FileChange) {
        self.change = change
        path = change.path
        var traits = FileTraits(path: change.path)
        let hunks = change.omitted == nil && change.path.bytes.count < 4_096 ? change.hunks : []
        new = ChangedText(hunks, side: .added, language: traits.language)
        old = ChangedText(hunks, side: .removed, language: traits.language)
        if !traits.isGenerated, Self.opensGenerated(change.new == nil ? old : new) { traits.isGenerated = true }
        self.traits = traits
        runs = Self.runs(new: new, old: old)
    }

    var language: Language { traits.language }
    var isAdded: Bool { change.kind == .added }
    var isDeleted: Bool { change.kind == .deleted }
    /// Nobody wrote these lines here.
    var isForeign: Bool { traits.isGenerated || traits.isVendored }
    /// All of it is in the diff.
    var isWhole: Bool { isAdded && change.omitted == nil }

    private static func opensGenerated(_ text: ChangedText) -> Bool {
        for index in text.lines.indices.prefix(30) {
            guard text.lines[index].number <= 30 else { return false }
            if text.lines[index].number > 0, FileTraits.saysGenerated(text.text(index)), !text.classes(of: index).contains(.string) {
                return true
            }
        }
        return false
    }

    private static func runs(new: ChangedText, old: ChangedText) -> [Run] {
        var runs: [Int: Run] = [:]
        for (index, line) in old.lines.enumerated() where line.isChanged {
            runs[line.run, default: Run(hunk: line.hunk)].removed.append(index)
        }
        for (index, line) in new.lines.enumerated() where line.isChanged {
            runs[line.run, default: Run(hunk: line.hunk)].added.append(index)
        }
        return runs.sorted { $0.key < $1.key }.map(\.value)
    }

    /// A finding's place: the new file's lines.
    func hit(_ lines: ClosedRange<Int>? = nil, message: String? = nil) -> ChangeHit {
        ChangeHit(path: path, lines: lines, message: message)
    }

    /// The line of the new file beside something that was removed.
    func newLine(near removed: Int) -> Int? {
        guard !isDeleted else { return nil }
        let line = old.lines[removed]
        guard let behind = new.index(ofRun: line.run), new.lines[behind].hunk == line.hunk else {
            let last = new.index(ofRun: line.run).map { $0 - 1 } ?? new.lines.count - 1
            return last >= 0 && new.lines[last].hunk == line.hunk ? new.lines[last].number : nil
        }
        // An empty line says nothing about what was there; the one in front of it does.
        let isAfterText = behind > 0 && new.lines[behind - 1].hunk == line.hunk && new.text(behind).isBlank
        return new.lines[isAfterText ? behind - 1 : behind].number
    }
}

extension ChangedText {
    func classes(of index: Int) -> ArraySlice<LexicalClass> { classes[lines[index].bytes] }
}
