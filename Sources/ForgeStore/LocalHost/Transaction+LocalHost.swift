// Writing what the local code host keeps: of a discussion only the remarks that differ.

import ForgeCore

extension Transaction {
    func openLocalPullRequest(_ new: NewLocalPullRequest) throws(StoreError) -> LocalPullRequest {
        let name = Value.text(new.repository.description)
        let same = "SELECT number FROM local_pull_requests WHERE repository = ? AND head_branch = ? AND base_branch = ? AND state = 'open'"
        let branches = [name, .text(new.headBranch), .text(new.baseBranch)]
        if let number = try connection.first(same, branches, { row in row.integer() }) {
            throw .refused("open pull request", "#\(number) is open from \(new.headBranch) into \(new.baseBranch)")
        }
        let last = "SELECT coalesce(max(number), 0) FROM local_pull_requests WHERE repository = ?"
        let key = LocalPullRequestKey(repository: new.repository, number: try connection.number(last, [name]) + 1)
        try connection.run(
            """
            INSERT INTO local_pull_requests (repository, number, title, body, author, state, is_draft, head_branch, base_branch, labels,
                created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?8, '[]', ?9, ?9)
            """,
            [
                name, Value(key.number), .text(new.title), .text(new.body), .text(new.author), Value(new.isDraft), .text(new.headBranch),
                .text(new.baseBranch), Value(now),
            ])
        return LocalPullRequest(
            key: key, title: new.title, body: new.body, author: new.author, isDraft: new.isDraft, headBranch: new.headBranch,
            baseBranch: new.baseBranch, createdAt: now, updatedAt: now)
    }

    func changeLocalDiscussion<Answer>(
        _ key: LocalPullRequestKey, _ change: (inout LocalDiscussion) -> Answer
    ) throws(StoreError) -> Answer? {
        guard let stored = try connection.localDiscussion(key) else { return nil }
        var after = stored.discussion
        let answer = change(&after)
        after.pull.key = key
        if after.pull != stored.discussion.pull { try update(stored.row, after.pull) }
        let before = Dictionary(uniqueKeysWithValues: stored.discussion.remarks.map { ($0.id, $0) })
        for remark in after.remarks where before[remark.id] != remark { try write(remark, under: stored.row) }
        return answer
    }

    private func update(_ row: Int64, _ pull: LocalPullRequest) throws(StoreError) {
        try connection.run(
            """
            UPDATE local_pull_requests SET title = ?, body = ?, author = ?, state = ?, is_draft = ?, head_branch = ?, base_branch = ?,
                labels = ?, last_head = ?, last_base = ?, merge_commit = ?, updated_at = ?
            WHERE id = ?
            """,
            [
                .text(pull.title), .text(pull.body), .text(pull.author), Value(pull.state), Value(pull.isDraft), .text(pull.headBranch),
                .text(pull.baseBranch), Value(JSON.array(pull.labels.map(JSON.string))), Value(pull.lastHead?.description),
                Value(pull.lastBase?.description), Value(pull.mergeCommit?.description), Value(pull.updatedAt), .integer(row),
            ])
    }

    private func write(_ remark: LocalRemark, under row: Int64) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO local_remarks (pull_request, number, content, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (pull_request, number) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at
            """,
            [.integer(row), .integer(remark.id), Value(remark.stored), Value(remark.createdAt), Value(remark.updatedAt)])
    }

    func addLocalCheck(_ content: CheckRunContent, in repository: RepositoryName) throws(StoreError) -> LocalCheck {
        let id = try connection.first(
            """
            INSERT INTO local_checks (repository, head, name, external_id, content, updated_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (repository, external_id) DO NOTHING RETURNING id
            """,
            [
                .text(repository.description), .text(content.head.description), .text(content.name), .text(content.externalID),
                Value(content.stored), Value(now),
            ]
        ) { row in row.integer() }
        guard let id else { throw .refused("add check", "there is a check with the external id '\(content.externalID)'") }
        return LocalCheck(id: id, content: content, updatedAt: now)
    }

    func changeLocalCheck<Answer>(
        _ id: Int64, in repository: RepositoryName, _ change: (inout CheckRunContent) -> Answer
    ) throws(StoreError) -> Answer? {
        guard let check = try connection.localCheck(id, in: repository) else { return nil }
        var content = check.content
        let answer = change(&content)
        if content != check.content {
            let sql = "UPDATE local_checks SET content = ?, updated_at = ? WHERE id = ?"
            try connection.run(sql, [Value(content.stored), Value(now), .integer(id)])
        }
        return answer
    }
}
