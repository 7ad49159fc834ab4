// How often one pull request is reviewed within a day, unasked. Whoever asks gets a review; everybody else reads in the check run why there is
// none, and when a push is reviewed again.

import ForgeConfig
import ForgeCore
import ForgeReview

extension ReviewRun {
    private static let day = Duration.seconds(86_400)
    /// Runs of the repository that are looked through; a pull request of one that has more within a day is reviewed.
    private static let pagesMax = 50

    /// Nil when it is reviewed.
    func reasonInQuota(_ config: RepositoryConfig, _ state: PullRequestState) async throws -> PauseDecision? {
        guard !request.isAsked, !request.isRefresh else { return nil }
        let most = config.budgets.reviewsPerDay
        // Whoever was reviewed less often in all was so within a day.
        guard (state.reviewed?.round ?? 0) >= most else { return nil }
        guard most > 0 else { return .wait(.enough(reviews: 0, next: nil), notice: nil) }
        let since = needs.now.now - Self.day
        let reviews = try await reviews(since: since, most: most)
        guard reviews.count >= most, let oldest = reviews.last else { return nil }
        return .wait(.enough(reviews: most, next: oldest + Self.day), notice: nil)
    }

    /// When the newest reviews of this pull request began, asked for or not.
    private func reviews(since: Timestamp, most: Int) async throws -> [Timestamp] {
        let filter = RunFilter(state: .done, kind: .review, repository: place.repository.description)
        let subject = "pull/\(pull.number)@"
        var found: [Timestamp] = []
        var before: Int64?
        for _ in 0..<Self.pagesMax {
            let page = try await needs.store.runs(
                filter, page: PageRequest(before: before, limit: PageRequest.limitMax), scope: .only(place.tenant))
            for run in page.items where run.new.subject.hasPrefix(subject) && run.createdAt > since && ReviewEnding.isReview(run) {
                found.append(run.createdAt)
                if found.count == most { return found }
            }
            before = page.next
            guard before != nil, let oldest = page.items.last, oldest.createdAt > since else { break }
        }
        return found
    }
}
