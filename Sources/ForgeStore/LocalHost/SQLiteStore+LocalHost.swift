// What the local code host keeps: the port `LocalHostStore`.

package import ForgeCore

extension SQLiteStore: LocalHostStore {
    package func openLocalPullRequest(_ new: NewLocalPullRequest) async throws(StoreError) -> LocalPullRequest {
        try await writer.write("open pull request", bytes: 4096) { transaction throws(StoreError) in
            try transaction.openLocalPullRequest(new)
        }
    }

    package func localPullRequests(
        _ filter: LocalPullRequestFilter, page: PageRequest
    ) async throws(StoreError) -> Page<LocalPullRequest> {
        try await readers.read("list pull requests") { connection throws(StoreError) in
            try connection.localPullRequests(filter, page: page)
        }
    }

    package func localDiscussion(_ key: LocalPullRequestKey) async throws(StoreError) -> LocalDiscussion? {
        try await readers.read("read discussion") { connection throws(StoreError) in try connection.localDiscussion(key)?.discussion }
    }

    package func changeLocalDiscussion<Answer: Sendable>(
        _ key: LocalPullRequestKey, _ change: @escaping @Sendable (inout LocalDiscussion) -> Answer
    ) async throws(StoreError) -> Answer? {
        try await writer.write("change discussion", bytes: 4096) { transaction throws(StoreError) in
            try transaction.changeLocalDiscussion(key, change)
        }
    }

    package func localChecks(in repository: RepositoryName, at head: CommitSHA) async throws(StoreError) -> [LocalCheck] {
        try await readers.read("read checks") { connection throws(StoreError) in try connection.localChecks(in: repository, at: head) }
    }

    package func localCheck(_ id: Int64, in repository: RepositoryName) async throws(StoreError) -> LocalCheck? {
        try await readers.read("read check") { connection throws(StoreError) in try connection.localCheck(id, in: repository) }
    }

    package func addLocalCheck(_ content: CheckRunContent, in repository: RepositoryName) async throws(StoreError) -> LocalCheck {
        try await writer.write("add check", bytes: 4096) { transaction throws(StoreError) in
            try transaction.addLocalCheck(content, in: repository)
        }
    }

    package func changeLocalCheck<Answer: Sendable>(
        _ id: Int64, in repository: RepositoryName, _ change: @escaping @Sendable (inout CheckRunContent) -> Answer
    ) async throws(StoreError) -> Answer? {
        try await writer.write("change check", bytes: 4096) { transaction throws(StoreError) in
            try transaction.changeLocalCheck(id, in: repository, change)
        }
    }
}
