// A file's change as `diff -u` writes it: two names and hunks, with nothing that says what became of the file. It must never merge two
// different names into one: then both are the change's ends.

extension PatchParser {
    mutating func plainFile() throws(PatchError) -> FileChange {
        let start = lines.number
        let minus = try PatchName(lines.currentHeader?.after("--- ") ?? [], endsAtTab: true) { (message) in failure(message) }
        lines.advance()
        let plus = try PatchName(lines.currentHeader?.after("+++ ") ?? [], endsAtTab: true) { (message) in failure(message) }
        lines.advance()
        guard var change = Self.change(minus, plus, isFromNothing: hunkSaysNothing(0), isToNothing: hunkSaysNothing(1)) else {
            throw failure("both sides are /dev/null", line: start)
        }
        try hunks(of: &change)
        return change
    }

    /// Whether the hunk that comes now has no line of the old side (0), or the new one (1).
    private func hunkSaysNothing(_ side: Int) -> Bool {
        let words = (lines.currentHeader ?? []).split(separator: UInt8(ascii: " "), maxSplits: 3)
        return words.count > side + 1 && words[side + 1].hasSuffix("0,0")
    }

    private static func change(_ minus: PatchName, _ plus: PatchName, isFromNothing: Bool, isToNothing: Bool) -> FileChange? {
        if minus.isNothing, plus.isNothing { return nil }
        if minus.isNothing { return FileChange(kind: .added, old: nil, new: FileSide(path: path(of: plus))) }
        if plus.isNothing { return FileChange(kind: .deleted, old: FileSide(path: path(of: minus)), new: nil) }
        let names = PatchNames.stripped(minus.bytes, plus.bytes, nil, nil) ?? withoutFirstFolders(minus.bytes, plus.bytes)
        let old = FileSide(path: RepositoryPath(bytes: names?.old ?? minus.bytes))
        let new = FileSide(path: RepositoryPath(bytes: names?.new ?? plus.bytes))
        // `diff -N` gives a file that is not there the beginning of time.
        if isFromNothing, isBeginningOfTime(minus.tail) { return FileChange(kind: .added, old: nil, new: new) }
        if isToNothing, isBeginningOfTime(plus.tail) { return FileChange(kind: .deleted, old: old, new: nil) }
        return FileChange(kind: .modified, old: old, new: new)
    }

    /// The prefix of the one side that is there.
    private static func path(of name: PatchName) -> RepositoryPath {
        let bytes = name.bytes[...]
        let below = bytes.after("a/") ?? bytes.after("b/") ?? []
        return RepositoryPath(bytes: Array(below.isEmpty ? bytes : below))
    }

    /// `diff -ru old new`: the same path below two folders.
    private static func withoutFirstFolders(_ old: [UInt8], _ new: [UInt8]) -> PatchNames? {
        guard let oldSlash = old.firstIndex(of: UInt8(ascii: "/")), let newSlash = new.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let names = PatchNames(
            old: Array(old[(oldSlash + 1)...]), new: Array(new[(newSlash + 1)...]),
            prefixes: (Array(old[...oldSlash]), Array(new[...newSlash])))
        return oldSlash > 0 && newSlash > 0 && names.old == names.new && !names.old.isEmpty ? names : nil
    }

    private static func isBeginningOfTime(_ time: ArraySlice<UInt8>) -> Bool {
        time.hasPrefix("1970-01-01 ") || time.hasPrefix("1969-12-31 ") || time.hasPrefix("Thu Jan  1 ")
    }

    /// `Binary files OLD and NEW differ`. Where the first name ends is known when both are the same below their prefixes; else only when
    /// " and " stands there once.
    mutating func plainBinaryFile(_ line: ArraySlice<UInt8>) throws(PatchError) -> FileChange {
        let text = line.dropFirst("Binary files ".utf8.count).dropLast(" differ".utf8.count)
        let word = Array(" and ".utf8)
        let places = text.indices.filter { text[$0] == word[0] && text[$0...].starts(with: word) }
        let middle = text.startIndex + (text.count - word.count) / 2
        guard let place = places.count == 1 ? places.first : places.first(where: { $0 == middle }) else {
            throw failure("the two names are not told apart")
        }
        let minus = try PatchName(text[..<place], endsAtTab: false) { (message) in failure(message) }
        let plus = try PatchName(text[(place + word.count)...], endsAtTab: false) { (message) in failure(message) }
        guard var change = Self.change(minus, plus, isFromNothing: false, isToNothing: false) else {
            throw failure("both sides are /dev/null")
        }
        change.omitted = .binary
        lines.advance()
        return change
    }
}
