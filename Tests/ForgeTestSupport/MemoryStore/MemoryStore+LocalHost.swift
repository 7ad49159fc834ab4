// What the local code host keeps, in memory.
package import ForgeCore

struct MemoryCheck: Sendable {
    var repository: RepositoryName
    var check: LocalCheck
}

extension MemoryStore {
    package func openLocalPullRequest(_ new: NewLocalPullRequest) async throws(StoreError) -> LocalPullRequest {
        try transact { (state) throws(StoreError) in
            let others = state.localPulls.rows.map(\.pull).filter { $0.key.repository == new.repository }
            let isSame = { (pull: LocalPullRequest) in
                pull.state == .open && pull.headBranch == new.headBranch && pull.baseBranch == new.baseBranch
            }
            if let same = others.first(where: isSame) { throw state.refused("#\(same.key.number) is open between these branches") }
            let key = LocalPullRequestKey(repository: new.repository, number: Int64(others.count) + 1)
            let pull = LocalPullRequest(
                key: key, title: new.title, body: new.body, author: new.author, isDraft: new.isDraft, headBranch: new.headBranch,
                baseBranch: new.baseBranch, createdAt: state.now, updatedAt: state.now)
            state.localPulls.insert { _ in LocalDiscussion(pull: pull) }
            return pull
        }
    }

    package func localPullRequests(
        _ filter: LocalPullRequestFilter, page: PageRequest
    ) async throws(StoreError) -> Page<LocalPullRequest> {
        try transact { state in
            let found = state.localPulls.page(page) { row in
                let pull = row.pull
                return filter.repository ?? pull.key.repository == pull.key.repository && filter.state ?? pull.state == pull.state
                    && (filter.branch == nil || filter.branch == pull.headBranch || filter.branch == pull.baseBranch)
            }
            return Page(items: found.items.map(\.pull), next: found.next)
        }
    }

    package func localDiscussion(_ key: LocalPullRequestKey) async throws(StoreError) -> LocalDiscussion? {
        try transact { state in state.localPulls.rows.first { $0.pull.key == key } }
    }

    package func changeLocalDiscussion<Answer: Sendable>(
        _ key: LocalPullRequestKey, _ change: @escaping @Sendable (inout LocalDiscussion) -> Answer
    ) async throws(StoreError) -> Answer? {
        try transact { state in
            // Pull requests are never removed, so the row's place is its number less one.
            guard let index = state.localPulls.rows.firstIndex(where: { $0.pull.key == key }) else { return nil }
            var discussion = state.localPulls.rows[index]
            let answer = change(&discussion)
            discussion.pull.key = key
            state.localPulls[Int64(index) + 1] = discussion
            return answer
        }
    }

    package func localChecks(in repository: RepositoryName, at head: CommitSHA) async throws(StoreError) -> [LocalCheck] {
        try transact { state in
            state.localChecks.rows.filter { $0.repository == repository && $0.check.content.head == head }.map(\.check).reversed()
        }
    }

    package func localCheck(_ id: Int64, in repository: RepositoryName) async throws(StoreError) -> LocalCheck? {
        try transact { state in state.localChecks[id].flatMap { $0.repository == repository ? $0.check : nil } }
    }

    package func addLocalCheck(_ content: CheckRunContent, in repository: RepositoryName) async throws(StoreError) -> LocalCheck {
        try transact { (state) throws(StoreError) in
            let isTaken = state.localChecks.rows.contains {
                $0.repository == repository && $0.check.content.externalID == content.externalID
            }
            guard !isTaken else { throw state.refused("there is a check '\(content.externalID)'") }
            let now = state.now
            return state.localChecks.insert {
                MemoryCheck(repository: repository, check: LocalCheck(id: $0, content: content, updatedAt: now))
            }.check
        }
    }

    package func changeLocalCheck<Answer: Sendable>(
        _ id: Int64, in repository: RepositoryName, _ change: @escaping @Sendable (inout CheckRunContent) -> Answer
    ) async throws(StoreError) -> Answer? {
        try transact { state in
            guard var row = state.localChecks[id], row.repository == repository else { return nil }
            var content = row.check.content
            let answer = change(&content)
            (content.head, content.name, content.externalID) = (
                row.check.content.head, row.check.content.name, row.check.content.externalID
            )
            if content != row.check.content { row.check = LocalCheck(id: id, content: content, updatedAt: state.now) }
            state.localChecks[id] = row
            return answer
        }
    }
}
