// A patch as lines with numbers, read by the stand-in's own eyes: it judges what the product's reader of patches led to, so it must share
// nothing with that.

import ForgeCore
import Foundation

struct PatchLines {
    struct Hunk {
        var left: Set<Int> = []
        var right: Set<Int> = []
        /// The first old line, how many, the first new one, how many.
        var old = 0
        var oldCount = 0
        var new = 0
        var newCount = 0
    }

    struct File {
        var path: String
        var oldPath: String
        var hunks: [Hunk] = []
    }

    var files: [File] = []

    /// `names` from `--raw -z` and the patch itself tell of the same files in the same order, so no quoted name has to be read.
    init(names: [UInt8], patch: [UInt8]) {
        var fields = names.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }[...]
        while let state = fields.popFirst() {
            guard state.hasPrefix(":"), let old = fields.popFirst() else { continue }
            let kind = state.split(separator: " ").last?.first
            let new = kind == "R" || kind == "C" ? fields.popFirst() ?? old : old
            files.append(File(path: new, oldPath: old))
        }
        var index = -1
        var place = (old: 0, new: 0)
        let header = Array("diff --git ".utf8)
        for line in patch.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.starts(with: header) {
                index += 1
            } else if files.indices.contains(index) {
                Self.read(line, into: &files[index], &place)
            }
        }
    }

    private static func read(_ line: ArraySlice<UInt8>, into file: inout File, _ place: inout (old: Int, new: Int)) {
        if line.starts(with: [0x40, 0x40, 0x20]) {
            let hunk = self.hunk(String(decoding: line.prefix(120), as: UTF8.self))
            place = (hunk.old, hunk.new)
            file.hunks.append(hunk)
            return
        }
        guard let last = file.hunks.indices.last else { return }
        switch line.first {
        case 0x2B?:
            file.hunks[last].right.insert(place.new)
            place.new += 1
        case 0x2D?:
            file.hunks[last].left.insert(place.old)
            place.old += 1
        case 0x20?:
            file.hunks[last].right.insert(place.new)
            file.hunks[last].left.insert(place.old)
            place.new += 1
            place.old += 1
        default: break
        }
    }

    /// `@@ -3,2 +3,5 @@`
    private static func hunk(_ header: String) -> Hunk {
        func pair(_ text: Substring) -> (Int, Int) {
            let numbers = text.dropFirst().split(separator: ",").map { Int($0) ?? 0 }
            return (numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 1)
        }
        let words = header.split(separator: " ")
        guard words.count >= 3 else { return Hunk() }
        let (old, oldCount) = pair(words[1])
        let (new, newCount) = pair(words[2])
        return Hunk(old: old, oldCount: oldCount, new: new, newCount: newCount)
    }

    /// Where an old line of a file is in the new one; nil when it was changed or the file is gone. Needs a patch without context.
    func newLine(of line: Int, in path: String) -> (path: String, line: Int)? {
        guard let file = files.first(where: { $0.oldPath == path }) else { return (path, line) }
        var shift = 0
        for hunk in file.hunks {
            // A hunk that takes nothing away stands after its old line.
            let first = hunk.oldCount == 0 ? hunk.old + 1 : hunk.old
            if line < first { break }
            if line < first + hunk.oldCount { return nil }
            shift += hunk.newCount - hunk.oldCount
        }
        return (file.path, line + shift)
    }
}

/// What is wrong with the place of a comment.
enum AnchorFault: Error, Hashable {
    case path, line, hunk, order

    var field: String {
        switch self {
        case .path: "path"
        case .line: "line"
        case .hunk, .order: "start_line"
        }
    }

    var ending: String {
        switch self {
        case .path: "is invalid"
        case .line: "must be part of the diff"
        case .hunk: "must be part of the same hunk as the line."
        case .order: "must precede the end line."
        }
    }

    /// As a whole review has it.
    var sentence: String {
        switch self {
        case .path: "Path could not be resolved"
        case .line: "Line could not be resolved"
        case .hunk: "start_line must be part of the same hunk as the line"
        case .order: "start line must precede the end line"
        }
    }
}

/// Where GitHub takes comments on a change.
struct CommentableLines {
    private let files: [String: PatchLines.File]

    init(_ patch: PatchLines?) {
        files = Dictionary((patch?.files ?? []).map { ($0.path, $0) }) { first, _ in first }
    }

    func anchor(for comment: JSON) -> Result<StandInAnchor, AnchorFault> {
        guard let path = comment["path"]?.string, let file = files[path] else { return .failure(.path) }
        if comment["subject_type"]?.string == "file" { return .success(StandInAnchor(path: path, isFile: true)) }
        let side = comment["side"]?.string ?? "RIGHT"
        guard let line = comment["line"]?.integer.map(Int.init), let hunk = file.hunk(holding: line, side) else { return .failure(.line) }
        guard let start = comment["start_line"]?.integer.map(Int.init) else {
            return .success(StandInAnchor(path: path, line: line, side: side))
        }
        let startSide = comment["start_side"]?.string ?? side
        if start >= line, startSide == side { return .failure(.order) }
        guard file.hunk(holding: start, startSide) == hunk else { return .failure(.hunk) }
        return .success(StandInAnchor(path: path, line: line, startLine: start, side: side, startSide: startSide))
    }
}

extension PatchLines.File {
    fileprivate func hunk(holding line: Int, _ side: String) -> Int? {
        hunks.firstIndex { side == "LEFT" ? $0.left.contains(line) : $0.right.contains(line) }
    }
}
