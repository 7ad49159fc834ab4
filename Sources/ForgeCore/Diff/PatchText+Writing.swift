// A `Diff` as text that `git apply` and our own parser read. It must never leave a change out; only lines that the diff itself has not are
// missing, and stand as binary.

extension PatchText {
    package static func text(of diff: Diff) -> [UInt8] {
        var text: [UInt8] = []
        for file in diff.files {
            for section in sections(of: file) { write(section, to: &text) }
        }
        return text
    }

    /// A changed type is a file that goes and one that comes.
    private static func sections(of file: FileChange) -> [FileChange] {
        guard file.kind == .typeChanged else { return [file] }
        let gone = file.hunks.filter { $0.lines.contains { $0.kind == .removed } }
        let come = file.hunks.filter { $0.lines.contains { $0.kind == .added } }
        return [
            FileChange(kind: .deleted, old: file.old, new: nil, hunks: gone, omitted: gone.isEmpty ? file.omitted : nil),
            FileChange(kind: .added, old: nil, new: file.new, hunks: come, omitted: come.isEmpty ? file.omitted : nil),
        ]
    }

    private static func write(_ file: FileChange, to text: inout [UInt8]) {
        let oldName = quoted("a/", file.old?.path ?? file.path)
        let newName = quoted("b/", file.path)
        line("diff --git ", oldName, " ", newName, to: &text)
        writeHead(file, to: &text)
        let minus = file.old == nil ? Array("/dev/null".utf8) : oldName
        let plus = file.new == nil ? Array("/dev/null".utf8) : newName
        if file.omitted != nil {
            line("Binary files ", minus, " and ", plus, to: &text)
            text.removeLast()
            text += " differ\n".utf8
        } else if !file.hunks.isEmpty {
            // A blank in an unquoted name: a tab says where it ends.
            line("--- ", minus, minus.contains(0x20) && minus.first != 0x22 ? "\t" : "", to: &text)
            line("+++ ", plus, plus.contains(0x20) && plus.first != 0x22 ? "\t" : "", to: &text)
            for hunk in file.hunks { write(hunk, to: &text) }
        }
    }

    private static func writeHead(_ file: FileChange, to text: inout [UInt8]) {
        guard let old = file.old else { return line("new file mode \(octal(file.new))", to: &text) }
        guard let new = file.new else { return line("deleted file mode \(octal(old))", to: &text) }
        if old.mode != new.mode {
            line("old mode \(octal(old))", to: &text)
            line("new mode \(octal(new))", to: &text)
        }
        if file.kind == .renamed || file.kind == .copied {
            let word = file.kind == .renamed ? "rename" : "copy"
            line("\(word) from ", quoted("", old.path), to: &text)
            line("\(word) to ", quoted("", new.path), to: &text)
        }
        if old.mode == new.mode { line("index 0000000..0000000 \(octal(new))", to: &text) }
    }

    private static func write(_ hunk: Hunk, to text: inout [UInt8]) {
        let oldCount = hunk.lines.count { $0.kind != .added }
        let newCount = hunk.lines.count { $0.kind != .removed }
        line("@@ -\(hunk.oldStart),\(oldCount) +\(hunk.newStart),\(newCount) @@\(hunk.heading.isEmpty ? "" : " ")", hunk.heading, to: &text)
        for item in hunk.lines {
            switch item.kind {
            case .context: text.append(UInt8(ascii: " "))
            case .added: text.append(UInt8(ascii: "+"))
            case .removed: text.append(UInt8(ascii: "-"))
            }
            text += item.text
            text.append(UInt8(ascii: "\n"))
            if !item.hasLineFeed { line("\\ No newline at end of file", to: &text) }
        }
    }

    private static func octal(_ side: FileSide?) -> String { String((side?.mode ?? .regular).rawValue, radix: 8) }

    private static func line(_ first: String, _ name: [UInt8] = [], _ second: String = "", _ last: [UInt8] = [], to text: inout [UInt8]) {
        text += first.utf8
        text += name
        text += second.utf8
        text += last
        text.append(UInt8(ascii: "\n"))
    }

    /// As git quotes by default: what is no plain ASCII is written in octal digits.
    private static func quoted(_ prefix: String, _ path: RepositoryPath) -> [UInt8] {
        let name = Array(prefix.utf8) + path.bytes
        guard name.contains(where: { $0 < 0x20 || $0 >= 0x7F || $0 == 0x22 || $0 == 0x5C }) else { return name }
        return [0x22] + name.flatMap(escaped) + [0x22]
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        if byte == 0x22 || byte == 0x5C { return [0x5C, byte] }
        guard byte < 0x20 || byte >= 0x7F else { return [byte] }
        let digits = String(byte, radix: 8)
        return [0x5C] + [UInt8](repeating: 0x30, count: 3 - digits.utf8.count) + digits.utf8
    }
}
