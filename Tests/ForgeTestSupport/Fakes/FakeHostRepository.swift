// What a code host keeps of one repository, and what of it a person sees.
package import ForgeCore

package struct FakeCheckRun: Hashable, Sendable {
    package var id: Int64
    package var content: CheckRunContent
    package var isOwn: Bool

    package init(id: Int64, content: CheckRunContent, isOwn: Bool = true) {
        self.id = id
        self.content = content
        self.isOwn = isOwn
    }

    package var conclusion: CheckConclusion? {
        if case .completed(let conclusion) = content.state { conclusion } else { nil }
    }
}

package struct FakeReaction: Hashable, Sendable {
    package var comment: Int64
    package var place: CommentPlace
    package var reaction: HostReaction
}

package struct FakeHostRepository: Sendable {
    package let history: FakeHistory
    package var pulls: [Int64: PullRequest] = [:]
    /// When something last happened to a pull request; a moment ago where nothing is said.
    package var changedAt: [Int64: Timestamp] = [:]
    package var conversations: [Int64: [HostComment]] = [:]
    package var reviews: [Int64: [HostReview]] = [:]
    package var threads: [Int64: [HostThread]] = [:]
    package var checks: [FakeCheckRun] = []
    package var reactions: [FakeReaction] = []
    package var permissions: [String: HostPermission] = [:]
    /// Permissions the installation was not given, such as `checks=write`.
    package var missing: Set<String> = []
    /// Files whose lines the host takes no comment on, for a reason of its own.
    package var refusedPaths: Set<RepositoryPath> = []

    package init(history: FakeHistory) { self.history = history }

    /// The newest check of the name at this head: the one that counts.
    package func check(at head: CommitSHA) -> FakeCheckRun? { checks.last { $0.content.head == head } }

    package func ownComments(on number: Int64) -> [HostComment] {
        conversations[number, default: []].filter { $0.author == FakeCodeHost.own }
    }

    /// As a chat log: reviews with their threads, the conversation, and the check of the head.
    package func shown(_ number: Int64) -> String {
        var lines: [String] = []
        for review in reviews[number, default: []] {
            let asks = review.asksForChanges ? " asks for changes" : ""
            lines.append("review by \(name(review.author))\(asks): \(firstLine(review.body))")
        }
        for thread in threads[number, default: []] {
            lines.append("thread \(thread.path.shown):\(thread.line.map(String.init) ?? "file")\(thread.isResolved ? " resolved" : "")")
            for comment in thread.comments { lines.append("  \(name(comment.author)): \(firstLine(comment.body))") }
        }
        for comment in conversations[number, default: []] { lines.append("\(name(comment.author)): \(firstLine(comment.body))") }
        if let pull = pulls[number], !pull.labels.isEmpty || !pull.body.isEmpty {
            lines.append("labels \(pull.labels.sorted()), description of \(pull.body.utf8.count) bytes")
        }
        if let head = pulls[number]?.head {
            for check in checks where check.content.head == head {
                lines.append("check \(check.conclusion?.rawValue ?? "in progress"): \(check.content.title)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func name(_ author: Actor) -> String { author.login ?? "nobody" }
    private func firstLine(_ body: String) -> Substring { body.prefix { $0 != "\n" } }
}

extension FakeHostRepository {
    func pull(_ number: Int64) throws(CodeHostError) -> PullRequest {
        guard let pull = pulls[number] else { throw CodeHostError(.notFound, "there is no pull request \(number)") }
        return pull
    }

    func require(_ permission: String) throws(CodeHostError) {
        if missing.contains(permission) {
            throw CodeHostError(.forbidden(missing: permission), "the installation may not do that")
        }
    }

    /// All or nothing, and never which of them was wrong.
    mutating func add(_ review: NewReview, on number: Int64, firstID: Int64, at moment: Timestamp) throws(CodeHostError) -> HostReview {
        let pull = try pull(number)
        guard pull.isOpen else { throw CodeHostError(.refused, "the pull request is closed") }
        guard review.commit == pull.head else { throw CodeHostError(.refused, "the commit is not the pull request's head") }
        guard !review.body.isEmpty || !review.comments.isEmpty else { throw CodeHostError(.refused, "a review says something") }
        let diff = diff(of: pull)
        guard review.comments.allSatisfy({ diff.takes($0) && ($0.anchor == .file || !refusedPaths.contains($0.path)) }) else {
            throw CodeHostError(.refused, "a line must be part of the diff")
        }
        let made = HostReview(
            id: firstID, author: FakeCodeHost.own, body: review.body, commit: review.commit, asksForChanges: review.event == .requestChanges
        )
        reviews[number, default: []].append(made)
        for (index, comment) in review.comments.enumerated() {
            let opening = HostComment(
                id: firstID + 1 + Int64(index), author: FakeCodeHost.own, body: comment.body, createdAt: moment, updatedAt: moment)
            threads[number, default: []].append(
                HostThread(
                    id: "PRRT_\(opening.id)", path: comment.path, line: comment.anchor.lastLine, isResolved: false, comments: [opening]))
        }
        return made
    }

    /// As the host itself has it: from where the two parted to the head.
    func diff(of pull: PullRequest) -> Diff {
        let base = history.tip(of: "refs/heads/\(pull.baseBranch)") ?? pull.base
        return history.diff(from: history.mergeBase(base, pull.head), to: pull.head)
    }
}

extension ReviewAnchor {
    fileprivate var lastLine: Int? {
        switch self {
        case .range(_, let lines): lines.upperBound
        case .line(_, let line): line
        case .file: nil
        }
    }
}

extension Diff {
    /// Whether a host would take a comment there: a file of the change, lines that a hunk shows, a range within one hunk.
    fileprivate func takes(_ comment: NewReviewComment) -> Bool {
        guard let file = files.first(where: { $0.path == comment.path }) else { return false }
        switch comment.anchor {
        case .file: return true
        case .line(let side, let line): return file.hunks.contains { $0.shows(line, side) }
        case .range(let side, let lines):
            return lines.count > 1 && file.hunks.contains { $0.shows(lines.lowerBound, side) && $0.shows(lines.upperBound, side) }
        }
    }
}

extension Hunk {
    fileprivate func shows(_ line: Int, _ side: DiffSide) -> Bool {
        lines.contains { side == .right ? $0.newNumber == line : $0.oldNumber == line && $0.kind == .removed }
    }
}
