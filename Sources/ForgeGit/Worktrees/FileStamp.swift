// What the system says of a file, to tell without reading it that it did not change. A program can set the time of a file's last change, but
// not that of the last change of its facts (`ctime`), so both count.
//
// A change within one tick of the file system's clock leaves no trace in these facts. A stamp is therefore kept only when the clock had moved
// on before the file was looked at; until then the file is read again.

import CGit2

struct FileStamp: Hashable, Sendable {
    private let size: Int64
    private let modified: Int64
    private let changed: Int64
    private let inode: UInt64
    private let mode: UInt32

    init(_ facts: stat) {
        var facts = facts
        size = Int64(facts.st_size)
        modified = unsafe forge_git_nanoseconds(&facts)
        changed = unsafe forge_git_changed(&facts)
        inode = UInt64(facts.st_ino)
        mode = facts.st_mode
    }

    /// Now, by the clock that stamps files.
    static var clock: Int64 { forge_git_file_clock() }

    /// Whether every change after `moment` shows. Where a file system counts whole seconds, two of them have to have passed.
    func isSettled(at moment: Int64) -> Bool {
        let step: Int64 = changed % 1_000_000_000 == 0 ? 2_000_000_000 : 0
        return changed + step < moment
    }
}
