// What the library says of a diff, call by call, to values. Its pointers live as long as the call, so bytes are copied here: one array per
// file, of which the lines are slices.

import CGit2
import ForgeCore

/// Used by one walk over one diff, on one thread.
final class DiffBuilder {
    private struct Line {
        var kind: DiffLine.Kind
        var oldNumber: Int?
        var newNumber: Int?
        var range: Range<Int>
        var hasLineFeed = true
    }

    private struct OpenHunk {
        var oldStart: Int
        var newStart: Int
        var heading: [UInt8]
        var lines: [Line] = []
    }

    private let request: DiffRequest
    private let count: Int
    private var files: [FileChange] = []
    private var current: FileChange?
    private var hunks: [OpenHunk] = []
    private var text: [UInt8] = []

    init(_ request: DiffRequest, count: Int) {
        self.request = request
        self.count = count
        files.reserveCapacity(count)
    }

    /// False when the task was cancelled.
    func begin(_ delta: git_diff_delta) -> Bool {
        close()
        if files.count.isMultiple(of: 256) {
            if Task.isCancelled { return false }
            request.progress?(files.count, count)
        }
        current = unsafe FileChange(delta, fileBytesMax: request.fileBytesMax)
        return true
    }

    /// The lines are left out for a reason; a size above the limit was told already.
    func omitLines() {
        if current?.omitted == nil { current?.omitted = .binary }
    }

    func begin(_ hunk: git_diff_hunk) {
        var hunk = hunk
        let length = min(hunk.header_len, 128)
        let header = unsafe withUnsafeBytes(of: &hunk.header) { unsafe Array($0.prefix(length)) }
        hunks.append(OpenHunk(oldStart: Int(hunk.old_start), newStart: Int(hunk.new_start), heading: heading(of: header)))
    }

    func append(_ line: git_diff_line) {
        guard !hunks.isEmpty else { return }
        let start = text.count
        unsafe text.append(contentsOf: UnsafeRawBufferPointer(start: line.content, count: line.content_len))
        let hasLineFeed = text.count > start && text.last == UInt8(ascii: "\n")
        if hasLineFeed { text.removeLast() }
        let range = start..<text.count
        let (old, new) = unsafe (Int(line.old_lineno), Int(line.new_lineno))
        switch unsafe UInt32(UInt8(bitPattern: line.origin)) {
        case GIT_DIFF_LINE_CONTEXT.rawValue:
            add(Line(kind: .context, oldNumber: old, newNumber: new, range: range, hasLineFeed: hasLineFeed))
        case GIT_DIFF_LINE_ADDITION.rawValue: add(Line(kind: .added, newNumber: new, range: range, hasLineFeed: hasLineFeed))
        case GIT_DIFF_LINE_DELETION.rawValue: add(Line(kind: .removed, oldNumber: old, range: range, hasLineFeed: hasLineFeed))
        // What git prints as "\ No newline at end of file": the line before it says so itself.
        default: text.removeSubrange(start...)
        }
    }

    func finish() -> Diff {
        close()
        request.progress?(files.count, count)
        return Diff(files: files)
    }

    private func add(_ line: Line) { hunks[hunks.count - 1].lines.append(line) }

    private func close() {
        defer {
            current = nil
            hunks = []
            text = []
        }
        guard var file = current else { return }
        file.hunks = hunks.map { hunk in
            Hunk(
                oldStart: hunk.oldStart, newStart: hunk.newStart, heading: hunk.heading,
                lines: hunk.lines.map {
                    DiffLine($0.kind, old: $0.oldNumber, new: $0.newNumber, text: text[$0.range], hasLineFeed: $0.hasLineFeed)
                })
        }
        files.append(file)
    }
}

/// What stands behind the second `@@`.
private func heading(of header: [UInt8]) -> [UInt8] {
    let text = header.prefix { $0 != UInt8(ascii: "\n") }
    var ends = 0
    for index in text.indices.dropLast() where text[index] == UInt8(ascii: "@") && text[index + 1] == UInt8(ascii: "@") {
        ends += 1
        if ends == 2 { return Array(text[(index + 2)...].drop { $0 == UInt8(ascii: " ") }) }
    }
    return []
}

extension FileChange {
    fileprivate init(_ delta: git_diff_delta, fileBytesMax: Int) {
        let old = unsafe FileSide(delta.old_file)
        let new = unsafe FileSide(delta.new_file)
        let (kind, hasOld, hasNew): (ChangeKind, Bool, Bool) =
            switch unsafe delta.status {
            case GIT_DELTA_ADDED, GIT_DELTA_UNTRACKED: (.added, false, true)
            case GIT_DELTA_DELETED: (.deleted, true, false)
            case GIT_DELTA_RENAMED: (.renamed, true, true)
            case GIT_DELTA_COPIED: (.copied, true, true)
            case GIT_DELTA_TYPECHANGE: (.typeChanged, true, true)
            default: (.modified, true, true)
            }
        self.init(kind: kind, old: hasOld ? old : nil, new: hasNew ? new : nil)
        let largest = max(hasOld ? old.byteCount ?? 0 : 0, hasNew ? new.byteCount ?? 0 : 0)
        if largest > fileBytesMax { omitted = .tooLarge(byteCount: largest) }
    }
}

extension FileSide {
    fileprivate init(_ file: git_diff_file) {
        let bytes = unsafe file.path.map { unsafe Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        let mode = unsafe FileMode(rawValue: UInt32(file.mode)) ?? .regular
        self.init(path: RepositoryPath(bytes: bytes ?? []), mode: mode, byteCount: unsafe Int(clamping: file.size))
    }
}

// MARK: Callbacks: the payload is a `DiffBuilder` that outlives the walk.

private func builder(_ payload: UnsafeMutableRawPointer?) -> DiffBuilder? {
    unsafe payload.map { unsafe Unmanaged<DiffBuilder>.fromOpaque($0).takeUnretainedValue() }
}

let fileCallback: git_diff_file_cb = { delta, _, payload in
    guard let builder = unsafe builder(payload), let delta = unsafe delta else { return 0 }
    return unsafe builder.begin(delta.pointee) ? 0 : GIT_EUSER.rawValue
}

let binaryCallback: git_diff_binary_cb = { _, _, payload in
    unsafe builder(payload)?.omitLines()
    return 0
}

let hunkCallback: git_diff_hunk_cb = { _, hunk, payload in
    if let hunk = unsafe hunk { unsafe builder(payload)?.begin(hunk.pointee) }
    return 0
}

let lineCallback: git_diff_line_cb = { _, _, line, payload in
    if let line = unsafe line { unsafe builder(payload)?.append(line.pointee) }
    return 0
}
