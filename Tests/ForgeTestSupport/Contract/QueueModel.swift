// The queue as its comments describe it, small enough to see that it is right: what a store does is compared with it, step by step.
// It must stay this simple; it is no third store.
import ForgeCore
import Testing

struct QueueModel {
    /// Every job as it was last seen in the store.
    private(set) var jobs: [JobID: Job] = [:]
    /// Leases that are worth nothing any more.
    private(set) var lostLeases: [Lease] = []
    private var lastServed: [String: Int] = [:]
    private var claims = 0

    var running: [Job] { jobs.values.filter { $0.state == .running }.sorted { $0.id < $1.id } }
    var dead: [Job] { jobs.values.filter { $0.state == .dead }.sorted { $0.id < $1.id } }

    mutating func added(_ id: JobID, _ job: Job) { jobs[id] = job }

    /// Who must be next: the highest priority, then the repository served longest ago, then the oldest.
    func expectedClaim(kinds: [String], perRepository: Int, now: Timestamp) -> JobID? {
        let busy = Dictionary(grouping: running, by: \.new.repository).mapValues(\.count)
        let due = jobs.values.filter { job in
            job.state == .queued && kinds.contains(job.new.kind) && (job.new.notBefore ?? now) <= now
                && busy[job.new.repository, default: 0] < perRepository && !running.contains { isSameSubject($0.new, job.new) }
        }
        return due.min { rank($0) < rank($1) }?.id
    }

    private func isSameSubject(_ one: NewJob, _ other: NewJob) -> Bool {
        one.subject != nil && one.subject == other.subject && one.tenant == other.tenant && one.repository == other.repository
    }

    private func rank(_ job: Job) -> (Int, Int, JobID) { (-job.new.priority, lastServed[job.new.repository, default: 0], job.id) }

    mutating func claimed(_ job: Job) {
        claims += 1
        lastServed[job.new.repository] = claims
    }

    /// Takes the store's present state, having held it against the one before: no job is lost, none that is done comes back, no attempt
    /// number goes down, no two unfinished ones share a work key.
    mutating func observe(_ present: [Job], perRepository: Int) {
        #expect(present.count == jobs.count, "jobs are neither lost nor made")
        for job in present {
            guard let before = jobs[job.id] else {
                Issue.record("job \(job.id) came from nowhere")
                continue
            }
            #expect(job.attempt >= before.attempt)
            if before.state == .done || before.state == .cancelled { #expect(job == before, "what has ended stays as it is") }
            if job.state != .running || job.attempt != before.attempt, before.state == .running { lostLeases.append(before.lease) }
            #expect((job.state == .running) == (job.leaseUntil != nil && job.worker != nil))
            jobs[job.id] = job
        }
        let keys = jobs.values.filter { !$0.state.isFinished }.map(\.new.workKey)
        #expect(Set(keys).count == keys.count, "one unfinished job per work key")
        for (repository, jobs) in Dictionary(grouping: running, by: \.new.repository) {
            #expect(jobs.count <= perRepository, "\(repository) has its share and no more")
        }
    }
}
