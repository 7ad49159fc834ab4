// Pull requests, labels and who may do what.

import ForgeCore

extension GitHubState {
    func listPulls(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        let state = visit.query("state") ?? "open"
        let pulls = repository.pulls.values.filter { pull in
            if state != "all", pull.isOpen != (state == "open") { return false }
            if let head = visit.query("head"), head != "\(pull.headRepository?.split(separator: "/").first ?? ""):\(pull.headBranch)" {
                return false
            }
            return visit.query("base").map { $0 == pull.baseBranch } ?? true
        }
        return .list(pulls.sorted { $0.number > $1.number }.map { json(pull: $0, in: repository) })
    }

    func showPull(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        .value(200, json(pull: try pull(visit.number("number"), in: visit.repository), in: try repository(visit.repository)))
    }

    /// GitHub knows the commits of forks here, too, though a check run on one names no pull request.
    func listPullsOfCommit(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        let sha = visit.parameters["sha"] ?? ""
        guard git(repository).has(sha) else { throw GitHubRefusal(422, "No commit found for SHA: \(sha)") }
        let pulls = repository.pulls.values.filter { pull in
            pull.head == sha || git(repository).isAncestor(sha, of: pull.head) && !git(repository).isAncestor(sha, of: pull.base)
        }
        return .list(pulls.sorted { $0.number < $1.number }.map { json(pull: $0, in: repository) })
    }

    mutating func editPull(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let number = visit.number("number")
        let before = try pull(number, in: visit.repository)
        if let body = visit.body["body"]?.string, body.unicodeScalars.count > 65_536 {
            throw .invalid("Issue", "body", "custom", "body is too long (maximum is 65536 characters)")
        }
        change(number, in: visit.repository) { pull in
            if let title = visit.body["title"]?.string { pull.title = title }
            if let body = visit.body["body"]?.string { pull.body = body }
        }
        let after = try pull(number, in: visit.repository)
        var changes: [JSON.Member] = []
        if before.title != after.title { changes.append(.init("title", .members(("from", .string(before.title))))) }
        if before.body != after.body { changes.append(.init("body", .members(("from", .string(before.body))))) }
        if !changes.isEmpty { emitPull("edited", after, visit.repository, by: actor(visit), ("changes", .object(changes))) }
        return try showPull(visit)
    }

    func showPermission(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        guard let account = accounts[(visit.parameters["login"] ?? "").lowercased()] else { throw .notFound }
        let role = repository.roles[account.login.lowercased()] ?? (repository.isPrivate ? "none" : "read")
        let coarse = ["maintain": "write", "triage": "read"][role] ?? role
        return .value(
            200,
            .members(("permission", .string(coarse)), ("role_name", .string(role)), ("user", json(user: account.login))))
    }

    // MARK: - Labels

    func listRepositoryLabels(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        return .list(repository.labels.sorted().map { json(label: $0, in: repository) })
    }

    mutating func createLabel(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        let name = visit.body["name"]?.string ?? ""
        guard !repository.labels.contains(name) else { throw .invalid("Label", "name", "already_exists") }
        guard !name.isEmpty, name.unicodeScalars.count <= 50 else { throw .invalid("Label", "name", "invalid") }
        repositories[visit.repository.lowercased()]?.labels.insert(name)
        return .value(201, json(label: name, in: repository))
    }

    func listLabels(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        return .list(try pull(visit.number("number"), in: visit.repository).labels.map { json(label: $0, in: repository) })
    }

    mutating func addLabels(_ visit: Visit, replacing: Bool) throws(GitHubRefusal) -> RESTAnswer {
        let number = visit.number("number")
        let before = try pull(number, in: visit.repository).labels
        let wanted = (visit.body["labels"]?.array ?? []).compactMap { $0.string ?? $0["name"]?.string }
        if wanted.contains(where: { $0.isEmpty || $0.unicodeScalars.count > 50 }) { throw .invalid("Label", "name", "invalid") }
        let after = replacing ? wanted : before + wanted.filter { !before.contains($0) }
        try setLabels(after, on: number, visit)
        return try listLabels(visit)
    }

    mutating func removeLabel(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let number = visit.number("number")
        let name = visit.parameters["name"] ?? ""
        let before = try pull(number, in: visit.repository).labels
        guard before.contains(where: { $0.lowercased() == name.lowercased() }) else { throw GitHubRefusal(404, "Label does not exist") }
        try setLabels(before.filter { $0.lowercased() != name.lowercased() }, on: number, visit)
        return try listLabels(visit)
    }

    private mutating func setLabels(_ labels: [String], on number: Int64, _ visit: Visit) throws(GitHubRefusal) {
        let before = try pull(number, in: visit.repository).labels
        change(number, in: visit.repository) { $0.labels = labels }
        repositories[visit.repository.lowercased()]?.labels.formUnion(labels)
        let pull = try pull(number, in: visit.repository)
        let repository = try repository(visit.repository)
        for label in labels where !before.contains(label) {
            emitPull("labeled", pull, visit.repository, by: actor(visit), ("label", json(label: label, in: repository)))
        }
        for label in before where !labels.contains(label) {
            emitPull("unlabeled", pull, visit.repository, by: actor(visit), ("label", json(label: label, in: repository)))
        }
    }

    /// In whose name a request is carried out.
    func actor(_ visit: Visit) -> String { app.botLogin }
}
