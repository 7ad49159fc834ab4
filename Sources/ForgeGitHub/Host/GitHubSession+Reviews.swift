// One review: its text and its comments on lines in one request, all or nothing, as GitHub has it. A comment on a whole file has no place in
// that request. It goes out before it and is looked for first, so that a review that is posted again after a failure posts it once; alone, it
// needs no review around it.

package import ForgeCore

extension GitHubSession {
    package func post(_ review: NewReview, on number: Int64) async throws(CodeHostError) -> HostReview {
        let onFiles = review.comments.filter { $0.anchor == .file }
        if review.isOfFilesOnly, onFiles.count == 1 { return try await postOnFile(onFiles[0], review.commit, number) }
        if !onFiles.isEmpty {
            let last = try await postOnFiles(onFiles, review.commit, number)
            if review.isOfFilesOnly, let last { return last }
        }
        let body = reviewBody(review)
        do throws(CodeHostError) {
            return try await postReview(body, number)
        } catch  where error.kind == .refused && error.message.contains("pending review") {
            // Left over from somebody's draft under our name; GitHub takes no other while it is there.
            guard try await discardPending(number) else { throw error }
            return try await postReview(body, number)
        }
    }

    package func dismiss(review id: Int64, because message: String, on number: Int64) async throws(CodeHostError) {
        let body: JSON = ["message": .string(message), "event": "DISMISS"]
        try await write(.put, "\(root)/pulls/\(number)/reviews/\(id)/dismissals", body)
    }

    private func postReview(_ body: JSON, _ number: Int64) async throws(CodeHostError) -> HostReview {
        let json = try await write(.post, "\(root)/pulls/\(number)/reviews", body)
        return try needWritten(HostReview(json), "review")
    }

    private func reviewBody(_ review: NewReview) -> JSON {
        [
            "commit_id": .string(review.commit.description), "event": .string(review.event.rawValue), "body": .string(review.body),
            "comments": .array(review.comments.filter { $0.anchor != .file }.map { .object(Self.comment($0)) }),
        ]
    }

    private static func comment(_ comment: NewReviewComment) -> [JSON.Member] {
        let common = [JSON.Member("path", .string(comment.path.text)), JSON.Member("body", .string(comment.body))]
        return common + anchor(comment.anchor)
    }

    /// Both sides are always said. A range of one line is a line: GitHub refuses a start that does not come before the end.
    private static func anchor(_ anchor: ReviewAnchor) -> [JSON.Member] {
        func line(_ side: DiffSide, _ number: Int) -> [JSON.Member] {
            [JSON.Member("line", JSON(number)), JSON.Member("side", .string(side.rawValue))]
        }
        switch anchor {
        case .line(let side, let number): return line(side, number)
        case .range(let side, let lines) where lines.lowerBound == lines.upperBound: return line(side, lines.upperBound)
        case .range(let side, let lines):
            return line(side, lines.upperBound)
                + [JSON.Member("start_line", JSON(lines.lowerBound)), JSON.Member("start_side", .string(side.rawValue))]
        case .file: return [JSON.Member("subject_type", "file")]
        }
    }

    // MARK: On whole files

    /// Those that do not stand already; returns what the last of them is part of.
    private func postOnFiles(
        _ comments: [NewReviewComment], _ commit: CommitSHA, _ number: Int64
    ) async throws(CodeHostError) -> HostReview? {
        let identity = try await host.identity()
        let standing = try await all("\(root)/pulls/\(number)/comments").filter { $0["subject_type"]?.string == "file" }
        var last: HostReview?
        for comment in comments {
            let there = standing.first { json in
                json["path"]?.string == comment.path.text && json["body"]?.string == comment.body && identity.isAuthor(Actor(author: json))
            }
            last = if let there { HostReview(around: there) } else { try await postOnFile(comment, commit, number) }
        }
        return last
    }

    private func postOnFile(_ comment: NewReviewComment, _ commit: CommitSHA, _ number: Int64) async throws(CodeHostError) -> HostReview {
        let members = Self.comment(comment) + [JSON.Member("commit_id", .string(commit.description))]
        let json = try await write(.post, "\(root)/pulls/\(number)/comments", .object(members))
        return try needWritten(HostReview(around: json), "comment")
    }

    /// True when there was one.
    private func discardPending(_ number: Int64) async throws(CodeHostError) -> Bool {
        let identity = try await host.identity()
        let path = "\(root)/pulls/\(number)/reviews"
        let pending = try await all(path).first { $0["state"]?.string == "PENDING" && identity.isAuthor(Actor(author: $0)) }
        guard let id = pending?["id"]?.integer else { return false }
        try await write(.delete, "\(path)/\(id)")
        return true
    }
}
