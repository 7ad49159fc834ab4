// The files of a worktree, for tools that a model calls: nothing above its folder, behind a symlink or in a git directory can be reached.

package struct WorkFile: Hashable, Sendable {
    package var bytes: [UInt8]
    package var isExecutable: Bool
    /// Changes whenever somebody else writes the file.
    package var stamp: WorkStamp

    package init(bytes: [UInt8], isExecutable: Bool, stamp: WorkStamp) {
        self.bytes = bytes
        self.isExecutable = isExecutable
        self.stamp = stamp
    }
}

package struct WorkStamp: Hashable, Sendable {
    package var inode: UInt64
    package var size: Int
    package var modifiedNanoseconds: Int64

    package init(inode: UInt64, size: Int, modifiedNanoseconds: Int64) {
        self.inode = inode
        self.size = size
        self.modifiedNanoseconds = modifiedNanoseconds
    }
}

package struct WorkEntry: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case file, executable, folder, symlink, other }

    package var path: RepositoryPath
    package var kind: Kind
    package var size: Int

    package init(path: RepositoryPath, kind: Kind, size: Int) {
        self.path = path
        self.kind = kind
        self.size = size
    }
}

package struct WorkSearch: Hashable, Sendable {
    /// A regular expression (PCRE2), or the text itself.
    package var pattern: String
    package var isLiteral: Bool
    package var ignoresCase: Bool
    /// The folder or file to search in; nil is everything.
    package var beneath: RepositoryPath?
    /// Globs as in `.gitignore`; empty means all.
    package var globs: [String]
    package var matchesMax: Int
    package var includesIgnored: Bool

    package init(
        pattern: String, isLiteral: Bool = false, ignoresCase: Bool = false, beneath: RepositoryPath? = nil, globs: [String] = [],
        matchesMax: Int = 200, includesIgnored: Bool = false
    ) {
        self.pattern = pattern
        self.isLiteral = isLiteral
        self.ignoresCase = ignoresCase
        self.beneath = beneath
        self.globs = globs
        self.matchesMax = matchesMax
        self.includesIgnored = includesIgnored
    }
}

package struct WorkMatch: Hashable, Sendable {
    package var path: RepositoryPath
    /// From 1.
    package var line: Int
    package var text: [UInt8]

    package init(path: RepositoryPath, line: Int, text: [UInt8]) {
        self.path = path
        self.line = line
        self.text = text
    }
}

/// In the order of the paths, then of the lines.
package struct WorkMatches: Hashable, Sendable {
    package var matches: [WorkMatch]
    package var isCut: Bool
    package var filesSearched: Int
    /// Files that stand there and may not be read, so that nothing is known of them.
    package var filesUnread: Int

    package init(matches: [WorkMatch], isCut: Bool, filesSearched: Int, filesUnread: Int = 0) {
        self.matches = matches
        self.isCut = isCut
        self.filesSearched = filesSearched
        self.filesUnread = filesUnread
    }
}

package protocol WorkFiles: Sendable {
    func read(_ path: RepositoryPath, bytesMax: Int) async throws(WorkFileError) -> WorkFile
    /// Nil when there is nothing.
    func entry(_ path: RepositoryPath) async throws(WorkFileError) -> WorkEntry?
    /// Replaces the whole file at once, keeping whether it is executable, or makes one and its folders. With a stamp, only if nobody else
    /// has changed it (`changed`); without one, only if there is none (`exists`).
    func write(_ bytes: [UInt8], to path: RepositoryPath, replacing stamp: WorkStamp?) async throws(WorkFileError)
    func remove(_ path: RepositoryPath) async throws(WorkFileError)
    /// Only one in which there is nothing.
    func removeFolder(_ path: RepositoryPath) async throws(WorkFileError)
    /// Never over something that is there.
    func move(_ path: RepositoryPath, to other: RepositoryPath) async throws(WorkFileError)
    /// Sorted; without what `.gitignore` names unless asked, and never a git directory. `depth` 1 is what stands right in the folder.
    func list(
        _ folder: RepositoryPath?, depth: Int, includesIgnored: Bool, entriesMax: Int
    ) async throws(WorkFileError) -> (entries: [WorkEntry], isCut: Bool)
    func search(_ search: WorkSearch) async throws(WorkFileError) -> WorkMatches
}

/// What a model can act on: its message names the path as the model wrote it and says what to do.
package struct WorkFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case notFound, exists, isFolder, notAFile
        /// It leads out of the worktree, through a symlink, or into a git directory.
        case forbidden
        case tooLarge
        /// Somebody else wrote it meanwhile.
        case changed
        /// A pattern that cannot be read.
        case invalid
        case unavailable
        case cancelled
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
