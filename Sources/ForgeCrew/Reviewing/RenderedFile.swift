// A file's change as a model reads it: each line with the number that it is to be named by. Lines are data; the numbers are ours.

import ForgeCore

struct RenderedFile {
    let path: RepositoryPath
    let hunks: [String]
    private let head: String
    /// A line is longer than is shown of one.
    private let hasCutLine: Bool

    init(_ change: FileChange, lineBytesMax: Int) {
        path = change.path
        let was = change.old.map { $0.path == change.path ? "" : ", was \($0.path.shown)" } ?? ", new"
        head = "=== \(change.path.shown) (+\(change.addedCount) -\(change.removedCount)\(was))\n"
        hasCutLine = change.hunks.contains { $0.lines.contains { $0.text.count > lineBytesMax } }
        hunks = change.hunks.map { Self.text(of: $0, lineBytesMax) }
    }

    var byteCount: Int { hunks.reduce(head.utf8.count) { $0 + $1.utf8.count } }

    struct Shown {
        var text: String
        var hunksShown: Int
        var isWhole: Bool
    }

    private static let note = "(the rest of this file is not shown)\n"

    /// As many whole hunks from the top as fit; of one that is too long alone, its beginning. Nil when nothing fits.
    func shown(bytesMax: Int) -> Shown? {
        guard byteCount > bytesMax else { return Shown(text: head + hunks.joined(), hunksShown: hunks.count, isWhole: !hasCutLine) }
        let room = bytesMax - Self.note.utf8.count
        var text = head
        var count = 0
        for hunk in hunks {
            guard text.utf8.count + hunk.utf8.count <= room else { break }
            text += hunk
            count += 1
        }
        if count == 0, let first = hunks.first { text += Self.beginning(of: first, bytesMax: room - head.utf8.count) }
        return text.utf8.count <= head.utf8.count ? nil : Shown(text: text + Self.note, hunksShown: count, isWhole: false)
    }

    /// Whole lines.
    private static func beginning(of hunk: String, bytesMax: Int) -> String {
        var text = ""
        for line in hunk.split(separator: "\n") {
            guard text.utf8.count + line.utf8.count < bytesMax else { break }
            text += line + "\n"
        }
        return text
    }

    private static func text(of hunk: Hunk, _ lineBytesMax: Int) -> String {
        var text = "@@ \(String(decoding: hunk.heading.prefix(120), as: UTF8.self))\n"
        for line in hunk.lines {
            let mark = line.kind == .added ? "+" : line.kind == .removed ? "-" : " "
            let number = line.newNumber.map(String.init) ?? ""
            text += "\(String(repeating: " ", count: max(0, 6 - number.utf8.count)))\(number) \(mark) \(shown(line.text, lineBytesMax))\n"
        }
        return text
    }

    private static func shown(_ line: ArraySlice<UInt8>, _ bytesMax: Int) -> String {
        guard line.count > bytesMax else { return String(decoding: line, as: UTF8.self) }
        return String(decoding: line.prefix(bytesMax), as: UTF8.self) + " … (\(line.count - bytesMax) bytes more)"
    }
}
