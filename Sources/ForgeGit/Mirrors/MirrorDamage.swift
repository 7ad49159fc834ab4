// Damage met while a mirror is read or written to: it is told to the next fetch, which builds the mirror anew. The mirror may have been
// replaced by then; another one under the same name is not damaged by what its predecessor was.

import CGit2
import ForgeCore

struct MirrorDamage: Sendable {
    let place: MirrorPlace
    private let log: Log
    /// Of the folder as it was opened.
    private let identity: UInt64?

    init(_ place: MirrorPlace, _ log: Log) {
        self.place = place
        self.log = log
        identity = Disk.identity(of: place.repository)
    }

    /// Whether the mirror is still the one that was opened.
    var isSame: Bool { identity != nil && Disk.identity(of: place.repository) == identity }

    var replaced: SourceError {
        SourceError(.unavailable, "the copy of \(place.repositoryName) on this machine was replaced; the next fetch has it whole")
    }

    func failure(_ error: GitError) -> SourceError {
        guard error.isDamage else { return SourceError(reading: error, place.repositoryName) }
        guard isSame else { return replaced }
        log.warning(
            "the mirror of \(place.repositoryName) is damaged; the next fetch builds it anew: \(error.message)",
            [.init("repository", .string(place.repositoryName))])
        do throws(GitError) {
            try Disk.createFile(place.damageMark)
        } catch {
            log.error("the damaged mirror could not be marked: \(error.message)")
        }
        return SourceError(.unavailable, "the copy of \(place.repositoryName) on this machine was damaged and is fetched anew next time")
    }
}
