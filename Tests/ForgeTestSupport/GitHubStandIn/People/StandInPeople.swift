// What people do there: make repositories, open pull requests, push, comment, resolve, press buttons. Each is told to the App as GitHub would.

import ForgeCore
import Foundation
import Synchronization

package struct PullDraft: Sendable {
    package var repository: String
    package var branch: String
    package var title: String
    package var body: String
    package var author: String
    package var base: String
    package var isDraft: Bool
    /// The full name of the fork that the branch is in.
    package var fork: String?

    package init(
        _ repository: String, branch: String, title: String, body: String = "", author: String = "alice", base: String = "main",
        isDraft: Bool = false, fork: String? = nil
    ) {
        self.repository = repository
        self.branch = branch
        self.title = title
        self.body = body
        self.author = author
        self.base = base
        self.isDraft = isDraft
        self.fork = fork
    }
}

extension GitHubStandIn {
    package typealias Files = [(path: String, file: StandInFile)]

    // MARK: - Repositories

    /// One with these files on its default branch; `people` by login to role.
    package func makeRepository(_ name: String, _ files: Files, people: [String: String] = ["alice": "write"], isPrivate: Bool = true)
        throws
    {
        let sides = name.split(separator: "/").map(String.init)
        try core.change { state throws(GitHubRefusal) in
            var repository = StandInRepository(id: state.newID(), owner: sides[0], name: sides[1])
            repository.isPrivate = isPrivate
            for (person, role) in people {
                state.account(person)
                repository.roles[person.lowercased()] = role
            }
            state.account(sides[0])
            state.repositories[name.lowercased()] = repository
        }
        try git(name).create()
        try write(files, to: "main", of: name, as: people.keys.sorted().first ?? "alice", "First")
    }

    package func fork(_ parent: String, by person: String) throws -> String {
        let name = "\(person)/\(parent.split(separator: "/")[1])"
        try core.change { state throws(GitHubRefusal) in
            state.account(person)
            var repository = StandInRepository(id: state.newID(), owner: person, name: String(parent.split(separator: "/")[1]))
            repository.parent = parent
            repository.roles[person.lowercased()] = "admin"
            state.repositories[name.lowercased()] = repository
        }
        let (own, other) = (git(name), git(parent))
        try own.create()
        if let tip = other.tip(of: "refs/heads/main") { try own.fetch(tip, from: other, as: "refs/heads/main") }
        return name
    }

    func git(_ repository: String) -> BareRepository { BareRepository(folder: "\(state.root)/\(repository.lowercased()).git") }

    package func setRole(_ role: String?, of person: String, in repository: String) {
        change { state in
            state.account(person)
            state.repositories[repository.lowercased()]?.roles[person.lowercased()] = role
        }
    }

    /// The tip of a branch.
    package func tip(of branch: String, in repository: String) -> String? { git(repository).tip(of: "refs/heads/\(branch)") }

    private func write(_ files: Files, to branch: String, of name: String, as person: String, _ message: String) throws {
        let own = git(name)
        let moment = core.state.withLock { $0.newCommitMoment() }
        let made = try own.commit(files, on: own.tip(of: "refs/heads/\(branch)"), message: message, by: person, at: moment)
        try own.set("refs/heads/\(branch)", to: made)
    }

    // MARK: - Branches

    /// A commit on a branch, which begins at `from` when it is new. Pull requests with that head move along.
    @discardableResult
    package func push(
        _ files: Files, to branch: String, of name: String, as person: String = "alice", message: String = "Change",
        from base: String = "main"
    ) throws -> String {
        let own = git(name)
        if own.tip(of: "refs/heads/\(branch)") == nil, let start = own.tip(of: "refs/heads/\(base)") {
            try own.set("refs/heads/\(branch)", to: start)
        }
        let before = own.tip(of: "refs/heads/\(branch)") ?? ""
        try write(files, to: branch, of: name, as: person, message)
        let after = own.tip(of: "refs/heads/\(branch)") ?? ""
        try moved(branch, of: name, from: before, to: after, by: person, isForced: false)
        return after
    }

    /// Throws away the branch's commits and puts this one on its base.
    @discardableResult
    package func forcePush(
        _ files: Files, to branch: String, of name: String, as person: String = "alice", from base: String = "main",
        message: String = "Again"
    ) throws -> String {
        let own = git(name)
        let before = own.tip(of: "refs/heads/\(branch)") ?? ""
        let start = own.tip(of: "refs/heads/\(base)")
        let after = try own.commit(files, on: start, message: message, by: person, at: core.state.withLock { $0.newCommitMoment() })
        try own.set("refs/heads/\(branch)", to: after)
        try moved(branch, of: name, from: before, to: after, by: person, isForced: true)
        return after
    }

    /// Brings one branch into another.
    @discardableResult
    package func merge(_ other: String, into branch: String, of name: String, as person: String = "alice") throws -> String {
        let own = git(name)
        guard let before = own.tip(of: "refs/heads/\(branch)"), let from = own.tip(of: "refs/heads/\(other)") else { return "" }
        let after = try own.merge(from, into: before, by: person, at: state.now.milliseconds / 1_000)
        try own.set("refs/heads/\(branch)", to: after)
        try moved(branch, of: name, from: before, to: after, by: person, isForced: false)
        return after
    }

    package func deleteBranch(_ branch: String, of name: String, as person: String = "alice") throws {
        let before = git(name).tip(of: "refs/heads/\(branch)") ?? ""
        try git(name).delete("refs/heads/\(branch)")
        try core.change { state throws(GitHubRefusal) in
            state.emitPush(branch, name, before: before, after: String(repeating: "0", count: 40), isForced: false, by: person)
        }
    }

    private func moved(_ branch: String, of name: String, from before: String, to after: String, by person: String, isForced: Bool) throws {
        let targets = state.repositories.values.flatMap { repository in
            repository.pulls.values.filter { $0.isOpen }.map { (repository.fullName, $0) }
        }
        for (base, pull) in targets {
            if pull.headRepository?.lowercased() == name.lowercased(), pull.headBranch == branch {
                try moveHead(of: pull, in: base, to: after, from: git(name))
            }
        }
        try core.change { state throws(GitHubRefusal) in
            state.account(person)
            state.emitPush(branch, name, before: before, after: after, isForced: isForced, by: person)
            for (base, pull) in targets {
                if pull.headRepository?.lowercased() == name.lowercased(), pull.headBranch == branch {
                    let old = pull.head
                    state.change(pull.number, in: base) { $0.head = after }
                    let moved = try state.pull(pull.number, in: base)
                    state.emitPull("synchronize", moved, base, by: person, ("before", .string(old)), ("after", .string(after)))
                } else if base.lowercased() == name.lowercased(), pull.baseBranch == branch {
                    state.change(pull.number, in: base) { $0.base = after }
                }
            }
        }
    }

    /// The base repository has every head under a ref of its own, and comments move with their lines.
    private func moveHead(of pull: StandInPull, in base: String, to sha: String, from source: BareRepository) throws {
        let own = git(base)
        try own.fetch(sha, from: source, as: "refs/pull/\(pull.number)/head")
        let patch = try own.differences(pull.head, sha, context: 0)
        core.state.withLock { state in
            state.change(pull.number, in: base) { pull in
                for index in pull.threads.indices { pull.threads[index].follow(patch) }
            }
        }
    }

    // MARK: - Pull requests

    @discardableResult
    package func open(_ draft: PullDraft) throws -> Int64 {
        let source = git(draft.fork ?? draft.repository)
        let own = git(draft.repository)
        guard let head = source.tip(of: "refs/heads/\(draft.branch)"), let base = own.tip(of: "refs/heads/\(draft.base)") else {
            throw GitHubRefusal(422, "there is no branch \(draft.branch) or \(draft.base)")
        }
        let number = (state.repositories[draft.repository.lowercased()]?.lastNumber ?? 0) + 1
        try own.fetch(head, from: source, as: "refs/pull/\(number)/head")
        return try core.change { state throws(GitHubRefusal) in
            state.account(draft.author)
            let pull = StandInPull(
                id: state.newID(), number: number, title: draft.title, body: draft.body, author: draft.author, isDraft: draft.isDraft,
                headBranch: draft.branch, headRepository: draft.fork ?? draft.repository, head: head, baseBranch: draft.base, base: base,
                createdAt: state.now, updatedAt: state.now)
            state.repositories[draft.repository.lowercased()]?.pulls[number] = pull
            state.repositories[draft.repository.lowercased()]?.lastNumber = number
            state.emitPull("opened", pull, draft.repository, by: draft.author)
            return number
        }
    }

    /// Whatever changes a pull request: the action is the webhook's.
    package func act(
        _ action: String, on number: Int64, in repository: String, as person: String = "alice",
        _ work: (inout StandInPull) -> Void = { _ in }
    ) throws {
        try core.change { state throws(GitHubRefusal) in
            state.account(person)
            var changes: [(String, JSON)] = []
            let before = try state.pull(number, in: repository)
            state.change(number, in: repository, work)
            let after = try state.pull(number, in: repository)
            if before.baseBranch != after.baseBranch {
                let old: JSON = .members(("ref", .members(("from", .string(before.baseBranch)))))
                changes.append(("changes", .members(("base", old))))
            } else if before.title != after.title {
                changes.append(("changes", .members(("title", .members(("from", .string(before.title)))))))
            }
            if let label = after.labels.first(where: { !before.labels.contains($0) })
                ?? before.labels.first(where: { !after.labels.contains($0) })
            {
                changes.append(("label", state.json(label: label, in: try state.repository(repository))))
            }
            guard let found = state.repositories[repository.lowercased()] else { return }
            let members: [(String, JSON)] = [("number", JSON(number)), ("pull_request", state.json(pull: after, in: found))]
            state.emit("pull_request", action, members + changes, repository, by: person)
        }
    }

    package func markReady(_ number: Int64, in repository: String) throws {
        try act("ready_for_review", on: number, in: repository) { $0.isDraft = false }
    }

    package func close(_ number: Int64, in repository: String) throws {
        try act("closed", on: number, in: repository) { $0.isOpen = false }
    }

    package func retarget(_ number: Int64, in repository: String, to base: String) throws {
        let tip = git(repository).tip(of: "refs/heads/\(base)") ?? ""
        try act("edited", on: number, in: repository) { pull in
            pull.baseBranch = base
            pull.base = tip
        }
    }

    // MARK: - Words

    @discardableResult
    package func comment(_ body: String, on number: Int64, in repository: String, as person: String) throws -> Int64 {
        try core.change { state throws(GitHubRefusal) in try state.addComment(body, on: number, in: repository, by: person).id }
    }

    package func edit(_ comment: Int64, to body: String, in repository: String, as person: String) throws {
        try core.change { state throws(GitHubRefusal) in try state.changeComment(comment, to: body, in: repository, by: person) }
    }

    package func delete(_ comment: Int64, in repository: String, as person: String) throws {
        try core.change { state throws(GitHubRefusal) in try state.removeComment(comment, in: repository, by: person) }
    }

    /// Under the comment that opened a thread.
    @discardableResult
    package func reply(_ body: String, to comment: Int64, in repository: String, as person: String) throws -> Int64 {
        try core.change { state throws(GitHubRefusal) in try state.addReply(body, to: comment, in: repository, by: person) }
    }

    package func setResolved(_ isResolved: Bool, thread: String, on number: Int64, in repository: String, as person: String) throws {
        try core.change { state throws(GitHubRefusal) in
            state.account(person)
            state.resolve(thread, isResolved ? person : nil, number, in: repository, by: person)
        }
    }

    /// Presses a button under a check run, or `Re-run` without one.
    package func press(_ button: String?, ofCheck id: Int64, in repository: String, as person: String) throws {
        try core.change { state throws(GitHubRefusal) in
            state.account(person)
            guard let found = state.repositories[repository.lowercased()], let run = found.checks.first(where: { $0.id == id }) else {
                return
            }
            var members: [(String, JSON)] = [("check_run", state.json(check: run, in: found))]
            if let button { members.append(("requested_action", .members(("identifier", .string(button))))) }
            state.emit("check_run", button == nil ? "rerequested" : "requested_action", members, repository, by: person)
        }
    }
}

extension GitHubState {
    mutating func emitPush(_ branch: String, _ name: String, before: String, after: String, isForced: Bool, by person: String) {
        let isGone = after.allSatisfy { $0 == "0" }
        let members: [(String, JSON)] = [
            ("ref", .string("refs/heads/\(branch)")), ("before", .string(before)), ("after", .string(after)), ("forced", JSON(isForced)),
            ("created", JSON(before.isEmpty)), ("deleted", JSON(isGone)), ("commits", .array([])),
            ("pusher", .members(("name", .string(person)))),
        ]
        emit("push", nil, members, name, by: person)
    }
}

extension StandInThread {
    /// Its place after a push: with its line, or outdated when that was changed.
    fileprivate mutating func follow(_ patch: PatchLines) {
        guard let line = anchor.line else { return }
        guard let found = patch.newLine(of: line, in: anchor.path), anchor.side == "RIGHT" else {
            anchor.line = nil
            anchor.startLine = nil
            isOutdated = true
            return
        }
        anchor.path = found.path
        anchor.startLine = anchor.startLine.map { $0 + found.line - line }
        anchor.line = found.line
    }
}
