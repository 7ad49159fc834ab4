// What changed between two trees, as values: whoever judges a change reads these and no repository. Texts are bytes as git has them:
// they may be no UTF-8, and a line may end in a carriage return.

/// What git calls the mode of an entry.
package enum FileMode: UInt32, Hashable, Sendable {
    case regular = 0o100644
    case executable = 0o100755
    case symlink = 0o120000
    case submodule = 0o160000
}

package enum ChangeKind: String, Hashable, Sendable {
    case added, deleted, modified, renamed, copied
    /// A file became a symlink or a submodule, or the other way round.
    case typeChanged = "type_changed"
}

/// One end of a change.
package struct FileSide: Hashable, Sendable {
    package var path: RepositoryPath
    package var mode: FileMode
    /// Nil when it is not known: a patch does not tell.
    package var byteCount: Int?

    package init(path: RepositoryPath, mode: FileMode = .regular, byteCount: Int? = nil) {
        self.path = path
        self.mode = mode
        self.byteCount = byteCount
    }
}

/// Why a file's lines are not in the diff.
package enum OmittedLines: Hashable, Sendable {
    case binary
    /// Above the limit given to whoever read it.
    case tooLarge(byteCount: Int)
}

package struct FileChange: Hashable, Sendable {
    package var kind: ChangeKind
    /// Nil when added.
    package var old: FileSide?
    /// Nil when deleted.
    package var new: FileSide?
    package var hunks: [Hunk]
    package var omitted: OmittedLines?

    package init(kind: ChangeKind, old: FileSide?, new: FileSide?, hunks: [Hunk] = [], omitted: OmittedLines? = nil) {
        precondition(old != nil || new != nil, "a change has an end")
        self.kind = kind
        self.old = old
        self.new = new
        self.hunks = hunks
        self.omitted = omitted
    }

    /// Where it is now, or was.
    package var path: RepositoryPath { (new ?? old)?.path ?? RepositoryPath(bytes: []) }

    /// Both ends, each once.
    package var paths: [RepositoryPath] {
        let ends = [old?.path, new?.path].compactMap { $0 }
        return ends.count == 2 && ends[0] == ends[1] ? [ends[0]] : ends
    }

    package var addedCount: Int { count(.added) }
    package var removedCount: Int { count(.removed) }

    private func count(_ kind: DiffLine.Kind) -> Int {
        hunks.reduce(0) { sum, hunk in sum + hunk.lines.count { $0.kind == kind } }
    }
}

package struct Hunk: Hashable, Sendable {
    /// Line numbers as in `@@ -old,… +new,… @@`.
    package var oldStart: Int
    package var newStart: Int
    /// What git shows behind the second `@@`: the function around it.
    package var heading: [UInt8]
    package var lines: [DiffLine]

    package init(oldStart: Int, newStart: Int, heading: [UInt8] = [], lines: [DiffLine]) {
        self.oldStart = oldStart
        self.newStart = newStart
        self.heading = heading
        self.lines = lines
    }
}

package struct DiffLine: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case context, added, removed
    }

    package var kind: Kind
    /// Nil when added.
    package var oldNumber: Int?
    /// Nil when removed.
    package var newNumber: Int?
    /// Without its line feed; a carriage return stays.
    package var text: ArraySlice<UInt8>
    /// False for the last line of a file that does not end in one.
    package var hasLineFeed: Bool

    package init(_ kind: Kind, old oldNumber: Int?, new newNumber: Int?, text: ArraySlice<UInt8>, hasLineFeed: Bool = true) {
        self.kind = kind
        self.oldNumber = oldNumber
        self.newNumber = newNumber
        self.text = text
        self.hasLineFeed = hasLineFeed
    }
}

package struct Diff: Hashable, Sendable {
    package var files: [FileChange]

    package init(files: [FileChange] = []) {
        self.files = files
    }
}
