// Reading what the local code host keeps.

import ForgeCore

/// A discussion, and the row its pull request stands in.
struct StoredDiscussion {
    var row: Int64
    var discussion: LocalDiscussion
}

extension Connection {
    private static let pullColumns = """
        SELECT id, repository, number, title, body, author, state, is_draft, head_branch, base_branch, labels, last_head, last_base,
            merge_commit, created_at, updated_at FROM local_pull_requests
        """

    private static func pull(_ row: inout Row) throws(StoreError) -> (Int64, LocalPullRequest) {
        let id = row.integer()
        let name = row.text()
        guard let repository = RepositoryName(name) else { throw .unreadable("the repository '\(name)'") }
        let pull = LocalPullRequest(
            key: LocalPullRequestKey(repository: repository, number: row.integer()), title: row.text(), body: row.text(),
            author: row.text(), state: try row.word(), isDraft: row.flag(), headBranch: row.text(), baseBranch: row.text(),
            labels: (try row.json().array ?? []).compactMap(\.string), lastHead: try row.optionalCommit(),
            lastBase: try row.optionalCommit(), mergeCommit: try row.optionalCommit(), createdAt: row.moment(), updatedAt: row.moment())
        return (id, pull)
    }

    func localPullRequests(_ filter: LocalPullRequestFilter, page: PageRequest) throws(StoreError) -> Page<LocalPullRequest> {
        var listing = Listing(Self.pullColumns, page: page)
        listing.require("repository = ?", (filter.repository?.description).map(Value.text))
        listing.require("state = ?", filter.state.map { Value($0) })
        listing.require("? IN (head_branch, base_branch)", filter.branch.map(Value.text))
        let found = try listing.read(on: self, id: \.0, Self.pull)
        return Page(items: found.items.map(\.1), next: found.next)
    }

    func localDiscussion(_ key: LocalPullRequestKey) throws(StoreError) -> StoredDiscussion? {
        let sql = "\(Self.pullColumns) WHERE repository = ? AND number = ?"
        guard let (row, pull) = try first(sql, [.text(key.repository.description), Value(key.number)], Self.pull) else { return nil }
        return StoredDiscussion(row: row, discussion: LocalDiscussion(pull: pull, remarks: try remarks(of: row)))
    }

    private func remarks(of pull: Int64) throws(StoreError) -> [LocalRemark] {
        let sql = "SELECT number, content, created_at, updated_at FROM local_remarks WHERE pull_request = ? ORDER BY number"
        return try all(sql, [.integer(pull)]) { row throws(StoreError) in
            let number = row.integer()
            let content = try row.json()
            guard let remark = LocalRemark(stored: content, id: number, createdAt: row.moment(), updatedAt: row.moment()) else {
                throw .unreadable("the remark \(number)")
            }
            return remark
        }
    }

    private static let checkColumns = "SELECT id, head, name, external_id, content, updated_at FROM local_checks"

    private static func check(_ row: inout Row) throws(StoreError) -> LocalCheck {
        let id = row.integer()
        let head = try row.commit()
        let name = row.text()
        let external = row.text()
        guard let content = CheckRunContent(stored: try row.json(), name: name, head: head, externalID: external) else {
            throw .unreadable("the check \(id)")
        }
        return LocalCheck(id: id, content: content, updatedAt: row.moment())
    }

    func localChecks(in repository: RepositoryName, at head: CommitSHA) throws(StoreError) -> [LocalCheck] {
        let sql = "\(Self.checkColumns) WHERE repository = ? AND head = ? ORDER BY id DESC"
        return try all(sql, [.text(repository.description), .text(head.description)], Self.check)
    }

    func localCheck(_ id: Int64, in repository: RepositoryName) throws(StoreError) -> LocalCheck? {
        let sql = "\(Self.checkColumns) WHERE id = ? AND repository = ?"
        return try first(sql, [.integer(id), .text(repository.description)], Self.check)
    }
}
