// What a job `review` or `refresh` asks for, read from its payload. `JobPlan` (ForgeWebhooks) writes it; so does whoever queues one for a
// person.

package import ForgeCore

package struct ReviewRequest: Hashable, Sendable {
    package var place: HostPlace
    /// Nil when only the head is known, as for a check on a fork's commit.
    package var pull: Int64?
    package var head: CommitSHA?
    /// The event it came from, such as `pull_request.synchronize`.
    package var event: String
    /// A person wants it: reviewed even where it would not be by itself.
    package var isAsked: Bool
    /// Everything is commented on that has no comment yet, not only what is new.
    package var isFull: Bool
    /// The summary and the check are to say what holds now: no model is asked, and nobody is notified.
    package var isRefresh: Bool

    package static let refreshKind = "refresh"

    package init(
        place: HostPlace, pull: Int64?, head: CommitSHA? = nil, event: String = "", isAsked: Bool = false, isFull: Bool = false,
        isRefresh: Bool = false
    ) {
        self.place = place
        self.pull = pull
        self.head = head
        self.event = event
        self.isAsked = isAsked
        self.isFull = isFull
        self.isRefresh = isRefresh
    }

    package init(_ job: Job) throws(JobRefused) {
        guard let repository = RepositoryName(job.new.repository) else {
            throw JobRefused(reason: "a review needs a repository, and '\(job.new.repository)' is none")
        }
        let payload = job.new.payload
        self.init(
            place: HostPlace(tenant: job.new.tenant, repository: repository), pull: payload["pull"]?.integer,
            head: payload["head"]?.string.flatMap { CommitSHA($0) }, event: payload["event"]?.string ?? "",
            isAsked: payload["asked"]?.bool ?? false, isFull: payload["full"]?.bool ?? false,
            isRefresh: job.new.kind == Self.refreshKind)
        guard pull != nil || head != nil else {
            throw JobRefused(reason: "a review needs a pull request or a head, and the job has neither")
        }
    }

    /// New commits on a pull request that is open already.
    package var isPush: Bool { event.hasSuffix(".synchronize") }
}

extension ReviewRequest {
    /// The same wish about one pull request, of the many that have its head.
    static func job(about number: Int64, head: CommitSHA, like job: Job) -> NewJob {
        var new = job.new
        new.workKey = "\(job.new.workKey)/\(number)"
        new.subject = "pull/\(number)"
        new.notBefore = nil
        let members = (job.new.payload.members ?? []).filter { $0.name != "pull" }
        new.payload = .object(members + [.init("pull", JSON(number))])
        return new
    }

    /// The head of an open pull request, as if its event had come now: the same work as one that waits already.
    static func job(catchingUpWith pull: PullRequest, like job: Job) -> NewJob {
        let repository = job.new.payload["repository_id"]
        return NewJob(
            kind: "review", tenant: job.new.tenant, repository: job.new.repository,
            workKey: "review:\(repository?.integer ?? 0):\(pull.number)@\(pull.head)", subject: "pull/\(pull.number)",
            attemptsMax: job.new.attemptsMax,
            payload: JSON.object([
                .init("schema", 1), .init("event", job.new.payload["event"] ?? .null), .init("repository_id", repository ?? .null),
                .init("pull", .integer(pull.number)), .init("head", .string(pull.head.description)),
            ]).withoutNulls)
    }

    /// What a person's command or a change of the ledger leads to. A review takes the place of what waits for the same pull request; a refresh
    /// does not. `cause` tells one wish from the next: one that came while another is carried out is a wish of its own.
    package static func job(
        about number: Int64, in place: HostPlace, wish: ReviewWish, cause: String, because: String, attemptsMax: Int = 8
    ) -> NewJob {
        NewJob(
            kind: wish == .refresh ? refreshKind : "review", tenant: place.tenant, repository: place.repository.description,
            workKey: "\(wish.rawValue):\(place.repository)#\(number)/\(cause)", subject: "pull/\(number)", priority: 10,
            attemptsMax: attemptsMax,
            payload: [
                "schema": 1, "event": "command", "pull": .integer(number), "asked": .bool(wish != .refresh), "full": .bool(wish == .full),
                "because": .string(because),
            ])
    }
}

package enum ReviewWish: String, Hashable, Sendable, CaseIterable {
    case review, full, refresh
}
