// Which commits people mean: names to commits, merge bases, the branch a change would go into, the commits of a range.

import CGit2
package import ForgeCore

/// A commit as a listing shows it.
package struct CommitSummary: Hashable, Sendable {
    package let sha: CommitSHA
    /// The first one; nil for a root.
    package let parent: CommitSHA?
    package let parentCount: Int
    package let subject: String
    package let author: String
}

extension LocalRepository {
    /// The commit that a branch, a tag, an abbreviated SHA, `HEAD~2` … names.
    package func commit(named name: String) throws(GitError) -> CommitSHA {
        do throws(GitError) {
            return CommitSHA(try objectID(ofCommit: name))
        } catch {
            throw unknownName(name, error)
        }
    }

    /// Where two lines of history parted; nil when they share nothing that is here.
    package func mergeBase(_ first: CommitSHA, _ second: CommitSHA) throws(GitError) -> CommitSHA? {
        var firstID = try first.objectID()
        var secondID = try second.objectID()
        var base = git_oid()
        let status = unsafe git_merge_base(&base, repository.raw, &firstID, &secondID)
        if status == GIT_ENOTFOUND.rawValue { return nil }
        try check("git_merge_base", status)
        return CommitSHA(base)
    }

    /// The branch that a change is probably made for: what `origin` calls its default, else the usual names.
    package func defaultBranch() throws(GitError) -> String? {
        for name in [
            "refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master",
        ] {
            do throws(GitError) {
                _ = try objectID(ofCommit: name)
            } catch {
                guard error.code == .notFound else { throw error }
                continue
            }
            return name
        }
        return nil
    }

    /// Whether there is a commit at all.
    package func hasCommits() throws(GitError) -> Bool {
        let answer = unsafe git_repository_head_unborn(repository.raw)
        try check("git_repository_head_unborn", answer)
        return answer == 0
    }

    /// The commits that are in `head` and not in `base`, the oldest first. More than `countMax` is an error: a range has a size.
    package func commits(from base: CommitSHA, to head: CommitSHA, countMax: Int) throws(GitError) -> [CommitSummary] {
        let walk = try unsafe GitHandle("git_revwalk_new", git_revwalk_free) { unsafe git_revwalk_new($0, repository.raw) }
        unsafe git_revwalk_sorting(walk.raw, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_REVERSE.rawValue)
        var headID = try head.objectID()
        var baseID = try base.objectID()
        try check("git_revwalk_push", unsafe git_revwalk_push(walk.raw, &headID))
        try check("git_revwalk_hide", unsafe git_revwalk_hide(walk.raw, &baseID))
        var found: [CommitSummary] = []
        var id = git_oid()
        while true {
            let status = unsafe git_revwalk_next(&id, walk.raw)
            if status == GIT_ITEROVER.rawValue { return found }
            try check("git_revwalk_next", status)
            guard found.count < countMax else { throw GitError(.other, "commits", "the range has more than \(countMax) commits") }
            found.append(try summary(of: id))
        }
    }

    private func summary(of id: git_oid) throws(GitError) -> CommitSummary {
        var id = id
        let commit = try unsafe GitHandle("git_commit_lookup", git_commit_free) { unsafe git_commit_lookup($0, repository.raw, &id) }
        let parentCount = Int(unsafe git_commit_parentcount(commit.raw))
        let parent = unsafe git_commit_parent_id(commit.raw, 0).map { unsafe CommitSHA($0.pointee) }
        return CommitSummary(
            sha: CommitSHA(id), parent: parent, parentCount: parentCount,
            subject: unsafe git_commit_summary(commit.raw).map { unsafe String(cString: $0) } ?? "",
            author: unsafe git_commit_author(commit.raw).map { unsafe String(cString: $0.pointee.name) } ?? "")
    }

    private func objectID(ofCommit name: String) throws(GitError) -> git_oid {
        let object = try unsafe GitHandle("git_revparse_single", git_object_free) { unsafe git_revparse_single($0, repository.raw, name) }
        let commit = try unsafe GitHandle("git_object_peel", git_object_free) { unsafe git_object_peel($0, object.raw, GIT_OBJECT_COMMIT) }
        return unsafe git_object_id(commit.raw).pointee
    }

    private func unknownName(_ name: String, _ error: GitError) -> GitError {
        let shallow = isShallow ? "; this clone is shallow: git fetch --unshallow brings the rest" : ""
        switch error.code {
        case .notFound: return GitError(.notFound, error.call, "there is no commit called '\(name)' here\(shallow)")
        case .ambiguous: return GitError(.ambiguous, error.call, "'\(name)' names more than one commit: give more of its SHA")
        case .invalidName: return GitError(.invalidName, error.call, "'\(name)' is no name of a commit")
        default: return GitError(error.code, error.call, "'\(name)' cannot be read as a commit: \(error.message)")
        }
    }
}
