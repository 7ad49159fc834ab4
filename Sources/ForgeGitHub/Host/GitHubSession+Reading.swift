// What a session reads: the pull request, its conversation, its reviews, who may do what, and the checks on a commit.

package import ForgeCore

extension GitHubSession {
    package func pullRequest(_ number: Int64) async throws(CodeHostError) -> PullRequest {
        let json = try await send(.get("\(root)/pulls/\(number)", mustExist: true))
        return try need(PullRequest(json), "pull request")
    }

    package func pullRequests(withHead head: CommitSHA) async throws(CodeHostError) -> [Int64] {
        func numbers(_ items: [JSON]) -> [Int64] {
            items.filter { $0["state"]?.string == "open" && $0["head"]?["sha"]?.string == head.description }
                .compactMap { $0["number"]?.integer }
        }
        do throws(CodeHostError) {
            let found = numbers(try await all("\(root)/commits/\(head)/pulls"))
            if !found.isEmpty { return found }
        } catch  where error.kind == .refused || error.kind == .notFound {
            // A commit that only a fork has is none that this repository knows.
        }
        return numbers(try await all("\(root)/pulls", query: [("state", "open")]))
    }

    package func defaultBranch() async throws(CodeHostError) -> String? { try await send(.get(root))["default_branch"]?.string }

    package func openPullRequests(since: Timestamp, limit: Int) async throws(CodeHostError) -> [PullRequest] {
        let query = [(name: "state", value: "open"), ("sort", "updated"), ("direction", "desc"), ("per_page", "\(min(limit, 100))")]
        let page = try await send(.get("\(root)/pulls", query: query))
        let items = try need(page.array, "list of pull requests")
        return items.prefix(limit).filter { $0["updated_at"]?.string.flatMap { Timestamp(text: $0) }.map { $0 >= since } ?? true }
            .compactMap { PullRequest($0) }
    }

    package func comments(on number: Int64) async throws(CodeHostError) -> [HostComment] {
        let items = try await all("\(root)/issues/\(number)/comments")
        return items.compactMap { HostComment($0) }.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    package func comment(_ id: Int64, _ place: CommentPlace) async throws(CodeHostError) -> HostComment? {
        do throws(CodeHostError) {
            return try need(HostComment(try await send(.get(path(of: id, place), mustExist: true))), "comment")
        } catch  where error.kind == .notFound {
            return nil
        }
    }

    func path(of comment: Int64, _ place: CommentPlace) -> String {
        switch place {
        case .conversation: "\(root)/issues/comments/\(comment)"
        case .diff: "\(root)/pulls/comments/\(comment)"
        }
    }

    /// Without those that nobody but us sees yet.
    package func reviews(on number: Int64) async throws(CodeHostError) -> [HostReview] {
        try await all("\(root)/pulls/\(number)/reviews").filter { $0["state"]?.string != "PENDING" }.compactMap { HostReview($0) }
    }

    package func permission(of login: String) async throws(CodeHostError) -> HostPermission {
        do throws(CodeHostError) {
            return HostPermission(try await send(.get("\(root)/collaborators/\(login.percentEncoded)/permission")))
        } catch  where error.kind == .notFound {
            // Nobody GitHub knows.
            return .none
        }
    }

    package func checkRuns(named name: String, at head: CommitSHA) async throws(CodeHostError) -> [HostCheckRun] {
        let items = try await all(
            "\(root)/commits/\(head)/check-runs", query: [("check_name", name), ("filter", "all")], in: "check_runs")
        let app = try await host.identity().app
        return items.compactMap { HostCheckRun($0, app: app) }.sorted { $0.id > $1.id }
    }
}
