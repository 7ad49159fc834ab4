// A review whose workers died one after the other: its pull request is told, since nobody who had the job could.

package import ForgeCore
import ForgeReview

extension ReviewHandler {
    /// Leaves a failed check run where the run left none that is concluded. What cannot be told stands in the run's row.
    package func tellOfDeath(_ run: Run, _ job: Job) async {
        guard run.new.kind == .review, let subject = RunSubject(run.new.subject),
            // A job that says nothing had no pull request either.
            let request = try? ReviewRequest(job)
        else { return }
        let session = needs.host.session(request.place, .review, .background)
        do {
            let content = ForgeCheck.content(
                .failed(because: "it was begun \(job.attempt) times and never came to its end", willRetry: false), head: subject.head,
                pull: subject.number, run: run.id.description, isGate: false)
            let known = try await session.checkRuns(named: ForgeCheck.name, at: subject.head)
            let own = known.first { $0.isOwn && $0.externalID == content.externalID }
            if let own, !own.isCompleted { try await session.updateCheckRun(own.id, content) }
            if own == nil { _ = try await session.createCheckRun(content) }
        } catch {
            needs.log.warning("a dead review could not be shown", [.init("run", JSON(run.id.number)), .init("error", .string("\(error)"))])
        }
        await session.end()
    }
}

/// `pull/7@…`, as runs of reviews are called.
struct RunSubject: Hashable {
    var number: Int64
    var head: CommitSHA

    init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, parts[0].hasPrefix("pull/"), let number = Int64(parts[0].dropFirst("pull/".count)),
            let head = CommitSHA(parts[1])
        else { return nil }
        self.number = number
        self.head = head
    }
}
