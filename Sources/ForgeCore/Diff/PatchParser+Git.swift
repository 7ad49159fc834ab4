// A file's change as git writes it: `diff --git`, what else is said about it, then hunks or binary data. It must never take a name from one
// line that another line gives differently.

/// What stands between `diff --git` and the hunks.
private struct GitHeader {
    var oldMode: FileMode?
    var newMode: FileMode?
    var indexMode: FileMode?
    var isNew = false
    var isDeleted = false
    var renamed: (from: [UInt8]?, to: [UInt8]?) = (nil, nil)
    var copied: (from: [UInt8]?, to: [UInt8]?) = (nil, nil)
    /// Behind `---` and `+++`.
    var minus: PatchName?
    var plus: PatchName?

    var from: [UInt8]? { renamed.from ?? copied.from }
    var to: [UInt8]? { renamed.to ?? copied.to }
}

extension PatchParser {
    mutating func gitFile() throws(PatchError) -> FileChange {
        let start = lines.number
        let names = lines.currentHeader?.after("diff --git ") ?? []
        lines.advance()
        var header = GitHeader()
        while let line = lines.currentHeader, try extendedLine(line, &header) { lines.advance() }
        try nameLines(&header)
        let pair = try PatchNames.pair(names, from: header.from, to: header.to) { (message) in failure(message, line: start) }
        if let fault = Self.fault(header, pair) { throw failure(fault, line: start) }
        var change = Self.change(header, pair)
        try body(&change, start)
        return change
    }

    /// False when the header is over.
    private func extendedLine(_ line: ArraySlice<UInt8>, _ header: inout GitHeader) throws(PatchError) -> Bool {
        if let mode = line.after("old mode ") {
            header.oldMode = try self.mode(mode)
        } else if let mode = line.after("new mode ") {
            header.newMode = try self.mode(mode)
        } else if let mode = line.after("new file mode ") {
            header.isNew = true
            header.newMode = try self.mode(mode)
        } else if let mode = line.after("deleted file mode ") {
            header.isDeleted = true
            header.oldMode = try self.mode(mode)
        } else if let name = line.after("rename from ") {
            header.renamed.from = try wholeName(name)
        } else if let name = line.after("rename to ") {
            header.renamed.to = try wholeName(name)
        } else if let name = line.after("copy from ") {
            header.copied.from = try wholeName(name)
        } else if let name = line.after("copy to ") {
            header.copied.to = try wholeName(name)
        } else if let rest = line.after("index ") {
            if let space = rest.firstIndex(of: UInt8(ascii: " ")) { header.indexMode = try mode(rest[(space + 1)...]) }
        } else {
            return line.hasPrefix("similarity index ") || line.hasPrefix("dissimilarity index ")
        }
        return true
    }

    private func mode(_ digits: ArraySlice<UInt8>) throws(PatchError) -> FileMode {
        let text = String(decoding: digits, as: UTF8.self)
        // Old versions of git kept the group's right to write.
        if text == "100664" { return .regular }
        guard let number = UInt32(text, radix: 8), let mode = FileMode(rawValue: number), text.utf8.count == 6 else {
            throw failure("git has no mode '\(RepositoryPath(bytes: Array(digits.prefix(40))).shown)'")
        }
        return mode
    }

    private func wholeName(_ text: ArraySlice<UInt8>) throws(PatchError) -> [UInt8] {
        let name = try PatchName(text, endsAtTab: false) { (message) in failure(message) }
        guard !name.bytes.isEmpty, !name.isNothing else { throw failure("a name is missing") }
        return name.bytes
    }

    private mutating func nameLines(_ header: inout GitHeader) throws(PatchError) {
        guard let minus = lines.currentHeader?.after("--- ") else { return }
        header.minus = try PatchName(minus, endsAtTab: true) { (message) in failure(message) }
        lines.advance()
        guard let plus = lines.currentHeader?.after("+++ ") else { throw failure("a '+++' line is expected after a '---' line") }
        header.plus = try PatchName(plus, endsAtTab: true) { (message) in failure(message) }
        lines.advance()
    }

    /// What two lines of the header say differently.
    private static func fault(_ header: GitHeader, _ names: PatchNames) -> String? {
        if header.isNew, header.isDeleted { return "the file is said to be new and deleted" }
        if (header.from == nil) != (header.to == nil) { return "a rename or a copy has a 'from' and a 'to'" }
        if header.renamed.from != nil, header.copied.from != nil { return "the file is said to be renamed and copied" }
        if header.from != nil, header.isNew || header.isDeleted { return "a renamed or copied file is said to be new or deleted" }
        if let minus = header.minus, !minus.isNothing, minus.bytes != names.prefixes.old + names.old {
            return "'---' names another file than 'diff --git'"
        }
        if let plus = header.plus, !plus.isNothing, plus.bytes != names.prefixes.new + names.new {
            return "'+++' names another file than 'diff --git'"
        }
        let isNothing = (old: header.minus?.isNothing == true, new: header.plus?.isNothing == true)
        if isNothing.old, isNothing.new { return "both sides are /dev/null" }
        if isNothing.old, header.isDeleted || header.from != nil || isNothing.new { return "'---' is /dev/null, but the file was there" }
        if isNothing.new, header.isNew || header.from != nil { return "'+++' is /dev/null, but the file is there" }
        if header.isNew, header.minus?.isNothing == false { return "a new file's '---' is /dev/null" }
        if header.isDeleted, header.plus?.isNothing == false { return "a deleted file's '+++' is /dev/null" }
        return nil
    }

    private static func change(_ header: GitHeader, _ names: PatchNames) -> FileChange {
        let isNew = header.isNew || header.minus?.isNothing == true
        let isDeleted = header.isDeleted || header.plus?.isNothing == true
        let old = FileSide(path: RepositoryPath(bytes: names.old), mode: header.oldMode ?? header.indexMode ?? .regular)
        let new = FileSide(path: RepositoryPath(bytes: names.new), mode: header.newMode ?? header.indexMode ?? .regular)
        if isNew { return FileChange(kind: .added, old: nil, new: new) }
        if isDeleted { return FileChange(kind: .deleted, old: old, new: nil) }
        let kind: ChangeKind = header.renamed.from != nil ? .renamed : header.copied.from != nil ? .copied : .modified
        return FileChange(kind: kind, old: old, new: new)
    }

    private mutating func body(_ change: inout FileChange, _ start: Int) throws(PatchError) {
        guard let line = lines.currentHeader else { return }
        if line.hasPrefix("Binary files "), line.hasSuffix(" differ") {
            change.omitted = .binary
            lines.advance()
        } else if line.elementsEqual("GIT binary patch".utf8) {
            change.omitted = .binary
            lines.advance()
            change.new?.byteCount = try binaryData()
            if lines.current?.hasPrefix("literal ") == true || lines.current?.hasPrefix("delta ") == true {
                change.old?.byteCount = try binaryData()
            }
        } else {
            try hunks(of: &change)
        }
    }

    /// The size of the file when its data stands there whole.
    private mutating func binaryData() throws(PatchError) -> Int? {
        let line = lines.currentHeader ?? []
        guard let digits = line.after("literal ") ?? line.after("delta "), let count = Int(String(decoding: digits, as: UTF8.self)),
            count >= 0
        else { throw failure("binary data begins with 'literal' or 'delta' and its size") }
        lines.advance()
        while let data = lines.currentHeader, !data.isEmpty {
            guard let first = data.first, (first | 0x20) >= 0x61, (first | 0x20) <= 0x7A, data.count <= 66, data.count % 5 == 1 else {
                throw failure("this is no line of binary data")
            }
            lines.advance()
        }
        guard lines.current != nil else { throw failure("the patch ends within binary data") }
        lines.advance()
        return line.hasPrefix("literal ") ? count : nil
    }
}
