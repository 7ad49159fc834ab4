// Jobs `catch_up`: an installation is there (again), and while it was not its code host told of nothing. Every pull request of a repository
// that something happened to meanwhile is looked at; one whose head was reviewed already says so and costs nothing.

import ForgeCore

extension ReviewHandler {
    /// Of one repository, those that changed last: a longer list is more than anybody waits for at once.
    private static let caughtUpMax = 50

    func catchUp(_ job: Job) async throws {
        guard let repository = RepositoryName(job.new.repository), let hours = job.new.payload["hours"]?.integer else {
            throw JobRefused(reason: "to catch up, a job needs a repository and how far back to look")
        }
        let place = HostPlace(tenant: job.new.tenant, repository: repository)
        let session = needs.host.session(place, .review, .background)
        do {
            let pulls = try await session.openPullRequests(since: job.createdAt - .seconds(hours * 3_600), limit: Self.caughtUpMax)
            needs.doors.noteOpen(place.tenant)
            try await needs.requireSameName(job)
            for pull in pulls { _ = try await needs.store.enqueue(ReviewRequest.job(catchingUpWith: pull, like: job)) }
            await session.end()
        } catch {
            await session.end()
            switch needs.doors.failure(error, of: job, at: needs.now.now) {
            case .quiet, .passing, .shut: throw error
            case .wait(let reason, let pause): throw JobDeferred(because: reason, retryAfter: pause)
            case .gone: return
            case .blocked(let reason), .broken(let reason): throw JobRefused(reason: reason)
            }
        }
    }
}
