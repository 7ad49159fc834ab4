// A repository that got another name while one of its jobs ran. The store has moved the job, its run and what is known of the pull requests to
// the new name; the worker still holds the old one, under which nothing is found any more. The job is put off, and goes on under the new name.

import ForgeCore

extension ReviewDependencies {
    private static let pause = Duration.seconds(1)

    /// Throws `JobDeferred` when the job's repository is called otherwise now than when the job was claimed.
    func requireSameName(_ job: Job) async throws {
        guard let name = try await store.job(job.id, scope: .only(job.new.tenant))?.new.repository, name != job.new.repository else {
            return
        }
        throw JobDeferred(because: "the repository is called \(name) now", retryAfter: Self.pause)
    }
}
