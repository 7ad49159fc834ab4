// What is known of pull requests: the port `ReviewStore`.

package import ForgeCore

extension SQLiteStore: ReviewStore {
    package func pullRequestState(_ key: PullRequestKey) async throws(StoreError) -> PullRequestState {
        try await readers.read("read pull request") { connection throws(StoreError) in
            try connection.storedPullRequest(key)?.state ?? PullRequestState(key: key)
        }
    }

    package func changePullRequest(
        _ key: PullRequestKey, lease: Lease?, _ change: @escaping @Sendable (inout PullRequestState) -> Void
    ) async throws(StoreError) -> PullRequestState {
        try await writer.write("change pull request", bytes: 4096) { transaction throws(StoreError) in
            try transaction.changePullRequest(key, lease: lease, change)
        }
    }

    package func dismissals(in place: HostPlace) async throws(StoreError) -> [String: Int] {
        try await readers.read("count dismissals") { connection throws(StoreError) in try connection.dismissals(in: place) }
    }
}
