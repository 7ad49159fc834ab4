// One session with the host in memory.
import ForgeCore
import Synchronization

final class FakeHostSession: HostSession {
    let host: FakeCodeHost
    let place: HostPlace
    /// A token is made at first use, and costs a request; giving it back costs another.
    private let hasToken = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)

    init(host: FakeCodeHost, place: HostPlace) {
        self.host = host
        self.place = place
    }

    private func useToken() {
        precondition(!hasEnded.load(ordering: .relaxed), "nothing is asked of a session that has ended")
        if !hasToken.exchange(true, ordering: .relaxed) { host.count("mint") }
    }

    private func read<Answer>(
        _ name: String, _ work: (FakeHostRepository) throws(CodeHostError) -> Answer
    ) async throws(CodeHostError) -> Answer {
        useToken()
        return try await host.read(name, in: place, work)
    }

    private func write<Answer>(
        _ name: String, needs permission: String, _ work: (inout FakeHostRepository, Int64, Timestamp) throws(CodeHostError) -> Answer
    ) async throws(CodeHostError) -> Answer {
        useToken()
        return try await host.write(name, in: place) { (repository, id, moment) throws(CodeHostError) in
            try repository.require(permission)
            return try work(&repository, id, moment)
        }
    }

    // MARK: Reading

    func pullRequest(_ number: Int64) async throws(CodeHostError) -> PullRequest {
        try await read("pullRequest") { (repository) throws(CodeHostError) in try repository.pull(number) }
    }

    func pullRequests(withHead head: CommitSHA) async throws(CodeHostError) -> [Int64] {
        try await read("pullRequests") { $0.pulls.values.filter { $0.isOpen && $0.head == head }.map(\.number).sorted() }
    }

    func defaultBranch() async throws(CodeHostError) -> String? {
        try await read("defaultBranch") { $0.history.tip(of: "refs/heads/main") == nil ? nil : "main" }
    }

    func openPullRequests(since: Timestamp, limit: Int) async throws(CodeHostError) -> [PullRequest] {
        try await read("openPullRequests") { repository in
            let open = repository.pulls.values.filter { $0.isOpen && repository.changedAt[$0.number].map { $0 >= since } ?? true }
            return Array(open.sorted { $0.number > $1.number }.prefix(limit))
        }
    }

    func gitRemote() async throws(CodeHostError) -> GitRemote {
        useToken()
        return GitRemote(url: "memory:\(place.repository)", password: Secret(Array("a token".utf8)))
    }

    func comments(on number: Int64) async throws(CodeHostError) -> [HostComment] {
        try await read("comments") { $0.conversations[number, default: []] }
    }

    func comment(_ id: Int64, _ place: CommentPlace) async throws(CodeHostError) -> HostComment? {
        try await read("comment") { repository in
            switch place {
            case .conversation: repository.conversations.values.joined().first { $0.id == id }
            case .diff: repository.threads.values.joined().flatMap(\.comments).first { $0.id == id }
            }
        }
    }

    func reviews(on number: Int64) async throws(CodeHostError) -> [HostReview] {
        try await read("reviews") { $0.reviews[number, default: []] }
    }

    func threads(on number: Int64) async throws(CodeHostError) -> [HostThread] {
        try await read("threads") { $0.threads[number, default: []] }
    }

    func permission(of login: String) async throws(CodeHostError) -> HostPermission {
        try await read("permission") { $0.permissions[login] ?? .none }
    }

    func checkRuns(named name: String, at head: CommitSHA) async throws(CodeHostError) -> [HostCheckRun] {
        try await read("checkRuns") { repository in
            repository.checks.reversed().filter { $0.content.head == head && $0.content.name == name }.map { check in
                HostCheckRun(
                    id: check.id, externalID: check.content.externalID, isCompleted: check.conclusion != nil, isOwn: check.isOwn)
            }
        }
    }

    func annotations(ofCheck id: Int64, limit: Int) async throws(CodeHostError) -> [CheckAnnotation] {
        try await read("annotations") { Array($0.checks.first { $0.id == id }?.content.annotations.prefix(limit) ?? []) }
    }

    // MARK: Writing

    func post(_ review: NewReview, on number: Int64) async throws(CodeHostError) -> HostReview {
        try await write("post", needs: "pull_requests=write") { (repository, id, moment) throws(CodeHostError) in
            try repository.add(review, on: number, firstID: id, at: moment)
        }
    }

    func dismiss(review id: Int64, because message: String, on number: Int64) async throws(CodeHostError) {
        try await write("dismiss", needs: "pull_requests=write") { (repository, _, _) throws(CodeHostError) in
            guard let index = repository.reviews[number]?.firstIndex(where: { $0.id == id }) else {
                throw CodeHostError(.notFound, "there is no review \(id)")
            }
            guard repository.reviews[number]?[index].asksForChanges == true else {
                throw CodeHostError(.refused, "what asks for nothing cannot be dismissed")
            }
            repository.reviews[number]?[index].asksForChanges = false
        }
    }

    func postComment(_ body: String, on number: Int64) async throws(CodeHostError) -> HostComment {
        try await write("postComment", needs: "issues=write") { (repository, id, moment) throws(CodeHostError) in
            _ = try repository.pull(number)
            let comment = HostComment(id: id, author: FakeCodeHost.own, body: body, createdAt: moment, updatedAt: moment)
            repository.conversations[number, default: []].append(comment)
            return comment
        }
    }

    func editComment(_ id: Int64, to body: String) async throws(CodeHostError) {
        try await write("editComment", needs: "issues=write") { (repository, _, moment) throws(CodeHostError) in
            for (number, comments) in repository.conversations {
                guard let index = comments.firstIndex(where: { $0.id == id }) else { continue }
                guard comments[index].author == FakeCodeHost.own else { throw CodeHostError(.forbidden(missing: nil), "it is not ours") }
                repository.conversations[number]?[index].body = body
                repository.conversations[number]?[index].updatedAt = moment
                return
            }
            throw CodeHostError(.notFound, "there is no comment \(id)")
        }
    }

    func reply(_ body: String, to comment: Int64, on number: Int64) async throws(CodeHostError) -> HostComment {
        try await write("reply", needs: "pull_requests=write") { (repository, id, moment) throws(CodeHostError) in
            guard let index = repository.threads[number]?.firstIndex(where: { $0.comments.first?.id == comment }) else {
                throw CodeHostError(.notFound, "there is no thread that comment \(comment) opened")
            }
            let reply = HostComment(id: id, author: FakeCodeHost.own, body: body, createdAt: moment, updatedAt: moment)
            repository.threads[number]?[index].comments.append(reply)
            return reply
        }
    }

    func resolve(thread: String) async throws(CodeHostError) {
        try await write("resolve", needs: "contents=write") { (repository, _, _) throws(CodeHostError) in
            for (number, threads) in repository.threads {
                guard let index = threads.firstIndex(where: { $0.id == thread }) else { continue }
                repository.threads[number]?[index].isResolved = true
                return
            }
            throw CodeHostError(.notFound, "there is no thread \(thread)")
        }
    }

    func react(_ reaction: HostReaction, to comment: Int64, _ place: CommentPlace) async throws(CodeHostError) {
        try await write("react", needs: "issues=write") { (repository, _, _) throws(CodeHostError) in
            let made = FakeReaction(comment: comment, place: place, reaction: reaction)
            if !repository.reactions.contains(made) { repository.reactions.append(made) }
        }
    }

    func createCheckRun(_ content: CheckRunContent) async throws(CodeHostError) -> Int64 {
        try await write("createCheckRun", needs: "checks=write") { (repository, id, _) throws(CodeHostError) in
            repository.checks.append(FakeCheckRun(id: id, content: content))
            return id
        }
    }

    func updateCheckRun(_ id: Int64, _ content: CheckRunContent) async throws(CodeHostError) {
        try await write("updateCheckRun", needs: "checks=write") { (repository, _, _) throws(CodeHostError) in
            guard let index = repository.checks.firstIndex(where: { $0.id == id }) else {
                throw CodeHostError(.notFound, "there is no check run \(id)")
            }
            guard repository.checks[index].conclusion == nil else {
                throw CodeHostError(.refused, "a check run that is completed stays as it is")
            }
            repository.checks[index].content = content
        }
    }

    func changeLabels(on number: Int64, adding: [String], removing: [String]) async throws(CodeHostError) {
        try await write("changeLabels", needs: "issues=write") { (repository, _, _) throws(CodeHostError) in
            let labels = try repository.pull(number).labels.filter { !removing.contains($0) }
            repository.pulls[number]?.labels = labels + adding.filter { !labels.contains($0) }
        }
    }

    func setDescription(of number: Int64, to body: String) async throws(CodeHostError) {
        try await write("setDescription", needs: "pull_requests=write") { (repository, _, _) throws(CodeHostError) in
            _ = try repository.pull(number)
            repository.pulls[number]?.body = body
        }
    }

    func end() async {
        if hasToken.load(ordering: .relaxed), !hasEnded.exchange(true, ordering: .relaxed) { host.count("revoke") }
    }
}
