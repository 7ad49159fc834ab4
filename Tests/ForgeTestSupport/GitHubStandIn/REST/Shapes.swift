// Records as GitHub shows them, in answers and in webhooks alike: every member that a client of ours may read, with the real names.

import ForgeCore

extension Timestamp {
    /// GitHub tells whole seconds.
    var github: JSON { .string(Timestamp(milliseconds: milliseconds / 1_000 * 1_000).description.replacing(".000Z", with: "Z")) }
}

extension JSON {
    /// Members in order, for values that are no literals.
    static func members(_ members: (String, JSON)...) -> JSON { .object(members.map { Member($0.0, $0.1) }) }

    func adding(_ members: (String, JSON)...) -> JSON { .object((self.members ?? []) + members.map { Member($0.0, $0.1) }) }
}

extension GitHubState {
    func json(user login: String) -> JSON {
        let account = accounts[login.lowercased()] ?? StandInAccount(id: 10_137, login: "ghost", kind: "User", app: nil)
        return .members(
            ("login", .string(account.login)), ("id", JSON(account.id)), ("node_id", .string("U_\(account.id)")),
            ("avatar_url", .string("\(webURL)/avatars/\(account.id)")), ("url", .string("\(apiURL)/users/\(account.login)")),
            ("html_url", .string("\(webURL)/\(account.login)")), ("type", .string(account.kind)), ("site_admin", false))
    }

    func json(repository: StandInRepository) -> JSON {
        .members(
            ("id", JSON(repository.id)), ("node_id", .string("R_\(repository.id)")), ("name", .string(repository.name)),
            ("full_name", .string(repository.fullName)), ("private", JSON(repository.isPrivate)),
            ("owner", json(user: repository.owner)), ("html_url", .string("\(webURL)/\(repository.fullName)")),
            ("fork", JSON(repository.parent != nil)), ("url", .string("\(apiURL)/repos/\(repository.fullName)")),
            ("clone_url", .string("\(webURL)/\(repository.fullName).git")), ("default_branch", .string(repository.defaultBranch)),
            ("archived", false), ("disabled", false), ("visibility", repository.isPrivate ? "private" : "public"))
    }

    func json(pull: StandInPull, in repository: StandInRepository) -> JSON {
        let home = "\(repository.fullName)/pull/\(pull.number)"
        return .members(
            ("id", JSON(pull.id)), ("node_id", .string("PR_\(pull.id)")), ("number", JSON(pull.number)),
            ("url", .string("\(apiURL)/repos/\(repository.fullName)/pulls/\(pull.number)")), ("html_url", .string("\(webURL)/\(home)")),
            ("state", pull.isOpen ? "open" : "closed"), ("locked", false), ("title", .string(pull.title)),
            ("body", pull.body.isEmpty ? .null : .string(pull.body)), ("user", json(user: pull.author)),
            ("labels", .array(pull.labels.map { json(label: $0, in: repository) })), ("draft", JSON(pull.isDraft)),
            ("head", json(end: pull.headRepository, pull.headBranch, pull.head)),
            ("base", json(end: repository.fullName, pull.baseBranch, pull.base)), ("merged", JSON(pull.isMerged)),
            ("mergeable", .null), ("author_association", "CONTRIBUTOR"), ("created_at", pull.createdAt.github),
            ("updated_at", pull.updatedAt.github), ("merged_at", pull.isMerged ? pull.updatedAt.github : .null),
            ("closed_at", pull.isOpen ? .null : pull.updatedAt.github), ("comments", JSON(pull.comments.count)))
    }

    private func json(end repository: String?, _ branch: String, _ sha: String) -> JSON {
        let found = repository.flatMap { repositories[$0.lowercased()] }
        let owner = found?.owner ?? repository?.split(separator: "/").first.map(String.init)
        return .members(
            ("label", .string("\(owner ?? "unknown"):\(branch)")), ("ref", .string(branch)), ("sha", .string(sha)),
            ("user", owner.map { json(user: $0) } ?? .null), ("repo", found.map { json(repository: $0) } ?? .null))
    }

    func json(label: String, in repository: StandInRepository) -> JSON {
        .members(
            ("id", JSON(Int64(label.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) % 1_000_000_007 }))), ("name", .string(label)),
            ("url", .string("\(apiURL)/repos/\(repository.fullName)/labels/\(label)")), ("color", "ededed"), ("default", false),
            ("description", .null))
    }

    /// A pull request as the issue it also is.
    func json(issueOf pull: StandInPull, in repository: StandInRepository) -> JSON {
        .members(
            ("id", JSON(pull.id + 1)), ("number", JSON(pull.number)), ("title", .string(pull.title)), ("user", json(user: pull.author)),
            ("body", pull.body.isEmpty ? .null : .string(pull.body)), ("state", pull.isOpen ? "open" : "closed"),
            ("labels", .array(pull.labels.map { json(label: $0, in: repository) })),
            ("html_url", .string("\(webURL)/\(repository.fullName)/pull/\(pull.number)")),
            ("pull_request", .members(("url", .string("\(apiURL)/repos/\(repository.fullName)/pulls/\(pull.number)")))),
            ("draft", JSON(pull.isDraft)), ("created_at", pull.createdAt.github), ("updated_at", pull.updatedAt.github))
    }

    func json(comment: StandInComment, on pull: StandInPull, in repository: StandInRepository) -> JSON {
        .members(
            ("id", JSON(comment.id)), ("node_id", .string("IC_\(comment.id)")),
            ("url", .string("\(apiURL)/repos/\(repository.fullName)/issues/comments/\(comment.id)")),
            ("html_url", .string("\(webURL)/\(repository.fullName)/pull/\(pull.number)#issuecomment-\(comment.id)")),
            ("issue_url", .string("\(apiURL)/repos/\(repository.fullName)/issues/\(pull.number)")),
            ("user", json(user: comment.author)), ("created_at", comment.createdAt.github), ("updated_at", comment.updatedAt.github),
            ("author_association", "CONTRIBUTOR"), ("body", .string(comment.body)), ("reactions", json(reactions: comment)),
            ("performed_via_github_app", json(appOf: comment.author)))
    }

    private func json(reactions comment: StandInComment) -> JSON { .members(("total_count", JSON(comment.reactions.count))) }

    func json(appOf login: String) -> JSON { accounts[login.lowercased()]?.app == app.id ? jsonApp : .null }

    var jsonApp: JSON {
        .members(
            ("id", JSON(app.id)), ("client_id", .string(app.clientID)), ("slug", .string(app.slug)), ("node_id", .string("A_\(app.id)")),
            ("name", "Forge"), ("owner", json(user: "acme")), ("html_url", .string("\(webURL)/apps/\(app.slug)")),
            ("permissions", .object(app.permissions.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })),
            ("events", .array(app.events.map { .string($0) })), ("installations_count", JSON(installations.count)),
            ("created_at", "2026-01-01T00:00:00Z"), ("updated_at", "2026-01-01T00:00:00Z"))
    }

    func json(review: StandInReview, on pull: StandInPull, in repository: StandInRepository, isWebhook: Bool = false) -> JSON {
        .members(
            ("id", JSON(review.id)), ("node_id", .string("PRR_\(review.id)")), ("user", json(user: review.author)),
            ("body", .string(review.body)), ("state", .string(isWebhook ? review.state.lowercased() : review.state)),
            ("html_url", .string("\(webURL)/\(repository.fullName)/pull/\(pull.number)#pullrequestreview-\(review.id)")),
            ("pull_request_url", .string("\(apiURL)/repos/\(repository.fullName)/pulls/\(pull.number)")),
            ("submitted_at", review.submittedAt.github), ("commit_id", .string(review.commit)), ("author_association", "CONTRIBUTOR"))
    }

    func json(
        reviewComment: StandInReviewComment, _ thread: StandInThread, on pull: StandInPull, in repository: StandInRepository
    ) -> JSON {
        let comment = reviewComment.comment
        let anchor = thread.anchor
        let original = reviewComment.original
        return .members(
            ("id", JSON(comment.id)), ("node_id", .string("PRRC_\(comment.id)")), ("pull_request_review_id", JSON(reviewComment.review)),
            ("url", .string("\(apiURL)/repos/\(repository.fullName)/pulls/comments/\(comment.id)")),
            ("html_url", .string("\(webURL)/\(repository.fullName)/pull/\(pull.number)#discussion_r\(comment.id)")),
            ("diff_hunk", "@@"), ("path", .string(anchor.path)), ("commit_id", .string(pull.head)),
            ("original_commit_id", .string(reviewComment.commit)), ("user", json(user: comment.author)), ("body", .string(comment.body)),
            ("created_at", comment.createdAt.github), ("updated_at", comment.updatedAt.github),
            ("line", JSON(anchor.line)), ("original_line", JSON(original.line)), ("start_line", JSON(anchor.startLine)),
            ("original_start_line", JSON(original.startLine)), ("side", .string(anchor.side)), ("start_side", JSON(anchor.startSide)),
            ("subject_type", anchor.isFile ? "file" : "line"), ("in_reply_to_id", JSON(reviewComment.inReplyTo)),
            ("author_association", "CONTRIBUTOR"), ("performed_via_github_app", json(appOf: comment.author))
        ).withoutNulls(but: ["line", "start_line", "original_start_line", "start_side"])
    }

    func json(check: StandInCheckRun, in repository: StandInRepository) -> JSON {
        let pulls = repository.pulls.values.filter { $0.head == check.head && $0.headRepository == repository.fullName && $0.isOpen }
        return .members(
            ("id", JSON(check.id)), ("node_id", .string("CR_\(check.id)")), ("head_sha", .string(check.head)),
            ("external_id", .string(check.externalID)), ("name", .string(check.name)), ("status", .string(check.status)),
            ("conclusion", JSON(check.conclusion)), ("started_at", check.startedAt.github),
            ("completed_at", check.completedAt?.github ?? .null), ("details_url", JSON(check.detailsURL)),
            ("url", .string("\(apiURL)/repos/\(repository.fullName)/check-runs/\(check.id)")),
            ("html_url", .string("\(webURL)/\(repository.fullName)/runs/\(check.id)")),
            (
                "output",
                .members(
                    ("title", .string(check.title)), ("summary", .string(check.summary)), ("text", .string(check.text)),
                    ("annotations_count", JSON(check.annotations.count)))
            ),
            ("app", check.app == app.id ? jsonApp : .members(("id", JSON(check.app)), ("slug", "another"))),
            ("check_suite", .members(("id", JSON(check.id - 1)), ("head_branch", JSON(pulls.first?.headBranch)))),
            ("pull_requests", .array(pulls.map { .members(("id", JSON($0.id)), ("number", JSON($0.number))) })))
    }
}

extension JSON {
    /// Without null members, but for those that GitHub always shows.
    func withoutNulls(but kept: Set<String>) -> JSON {
        .object((members ?? []).filter { $0.value != .null || kept.contains($0.name) })
    }
}
