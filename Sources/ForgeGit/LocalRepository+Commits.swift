// Questions about commits that reviews of a host's pull requests ask.

import CGit2
import ForgeCore

extension LocalRepository {
    /// Whether a commit is here; its trees and files are not looked at.
    func contains(_ commit: CommitSHA) throws(GitError) -> Bool {
        // Names of another length are those of another kind of repository.
        guard commit.description.utf8.count == 40 else { return false }
        var id = try commit.objectID()
        var found: OpaquePointer?
        let status = unsafe git_commit_lookup(&found, repository.raw, &id)
        defer { unsafe git_commit_free(found) }
        if status == GIT_ENOTFOUND.rawValue { return false }
        try check("git_commit_lookup", status)
        return true
    }

    /// A commit is its own ancestor, as for `git merge-base --is-ancestor`.
    func isAncestor(_ ancestor: CommitSHA, of commit: CommitSHA) throws(GitError) -> Bool {
        if ancestor == commit { return true }
        var ancestorID = try ancestor.objectID()
        var commitID = try commit.objectID()
        let answer = unsafe git_graph_descendant_of(repository.raw, &commitID, &ancestorID)
        try check("git_graph_descendant_of", answer)
        return answer == 1
    }

    /// Of these paths, those to which the commit's own `.gitattributes` give the attribute, bare or as `true`. Nothing outside of the commit
    /// counts. Macros that the commit defines are not known to the library in a repository without files.
    func paths(_ paths: [RepositoryPath], with attribute: String, at commit: CommitSHA) throws(GitError) -> Set<RepositoryPath> {
        var options = unsafe git_attr_options()
        unsafe options.version = UInt32(GIT_ATTR_OPTIONS_VERSION)
        unsafe options.flags = UInt32(GIT_ATTR_CHECK_INDEX_ONLY | GIT_ATTR_CHECK_NO_SYSTEM | GIT_ATTR_CHECK_INCLUDE_COMMIT)
        unsafe options.attr_commit_id = try commit.objectID()
        var found: Set<RepositoryPath> = []
        for (number, path) in paths.enumerated() where !path.bytes.contains(0) && path.bytes.first != 0x2F {
            if number.isMultiple(of: 256), Task.isCancelled { throw GitError(.cancelled, "attributes", "reading attributes was cancelled") }
            var value: UnsafePointer<CChar>?
            let name = path.bytes.map { CChar(bitPattern: $0) } + [0]
            try check("git_attr_get_ext", unsafe git_attr_get_ext(&value, repository.raw, &options, name, attribute))
            if unsafe isTrue(value) { found.insert(path) }
        }
        return found
    }

    private func isTrue(_ value: UnsafePointer<CChar>?) -> Bool {
        switch unsafe git_attr_value(value) {
        case GIT_ATTR_VALUE_TRUE: true
        case GIT_ATTR_VALUE_STRING: unsafe value.map { unsafe strcmp($0, "true") == 0 } ?? false
        default: false
        }
    }

    /// On this repository's thread, with a handle of its own to write with.
    func keep(_ commit: CommitSHA, as ref: String, in path: String, _ runtime: GitRuntime) throws(GitError) {
        try BareRepository(path, runtime: runtime).keep(commit, as: ref)
    }
}
