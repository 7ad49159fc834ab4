// Check runs: only the App's, at most 50 annotations in a request, and one that is completed stays so.

import ForgeCore

extension GitHubState {
    mutating func createCheckRun(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        guard let name = visit.body["name"]?.string, let head = visit.body["head_sha"]?.string else {
            note(violation: "a check run needs a name and a head_sha")
            throw GitHubRefusal(422, "Invalid request.\n\n\"name\", \"head_sha\" weren't supplied.")
        }
        guard git(repository).has(head) else { throw GitHubRefusal(422, "No commit found for SHA: \(head)") }
        try checkOutput(visit.body)
        var run = StandInCheckRun(
            id: newID(), name: name, head: head, externalID: "", status: "queued", startedAt: now, app: app.id)
        apply(visit.body, to: &run)
        repositories[visit.repository.lowercased()]?.checks.append(run)
        emitCheck(run.status == "completed" ? ["created", "completed"] : ["created"], run, visit.repository)
        return .value(201, json(check: run, in: try self.repository(visit.repository)))
    }

    private mutating func checkOutput(_ body: JSON) throws(GitHubRefusal) {
        if body["status"]?.string == "completed", body["conclusion"] == nil {
            throw GitHubRefusal(422, "Invalid request.\n\nA completed check run needs a conclusion.")
        }
        for action in body["actions"]?.array ?? [] {
            try checkFields(action, .checkAction, "actions[].")
            try limit(action, ["label": 20, "description": 40, "identifier": 20], "CheckAction")
        }
        guard (body["actions"]?.array ?? []).count <= 3 else { throw .invalid("CheckRun", "actions", "custom", "at most 3 actions") }
        guard let output = body["output"] else { return }
        try checkFields(output, .checkOutput, "output.")
        for name in ["summary", "text"] where (output[name]?.string?.utf8.count ?? 0) > 65_535 {
            throw .invalid("CheckRun", name, "custom", "\(name) exceeds a maximum bytesize of 65535")
        }
        try limit(output, ["title": 255], "CheckRun")
        let annotations = output["annotations"]?.array ?? []
        guard annotations.count <= 50 else {
            note(violation: "\(annotations.count) annotations in one request")
            throw GitHubRefusal(422, "Invalid request.\n\nNo more than 50 items are allowed; \(annotations.count) were supplied.")
        }
        for annotation in annotations { try check(annotation: annotation) }
    }

    private mutating func check(annotation: JSON) throws(GitHubRefusal) {
        try checkFields(annotation, .annotation, "output.annotations[].")
        let (first, last) = (annotation["start_line"]?.integer ?? 0, annotation["end_line"]?.integer ?? 0)
        guard first >= 1 else { throw .invalid("CheckAnnotation", "start_line", "custom", "start_line must be greater than 0") }
        guard last >= first else {
            throw .invalid("CheckAnnotation", "end_line", "custom", "end_line must be greater than or equal to start_line")
        }
        if annotation["start_column"] != nil, first != last {
            throw .invalid("CheckAnnotation", "start_column", "custom", "start_column can only be used on one line")
        }
        if (annotation["message"]?.string?.utf8.count ?? 0) > 65_536 {
            throw .invalid("CheckAnnotation", "message", "custom", "message exceeds a maximum bytesize of 65536")
        }
        try limit(annotation, ["title": 255], "CheckAnnotation")
    }

    private func limit(_ json: JSON, _ lengths: [String: Int], _ resource: String) throws(GitHubRefusal) {
        for (name, most) in lengths where (json[name]?.string?.unicodeScalars.count ?? 0) > most {
            throw .invalid(resource, name, "custom", "\(name) is too long (maximum is \(most) characters)")
        }
    }

    private mutating func apply(_ body: JSON, to run: inout StandInCheckRun) {
        if let name = body["name"]?.string { run.name = name }
        if let id = body["external_id"]?.string { run.externalID = id }
        if let url = body["details_url"]?.string { run.detailsURL = url }
        if let actions = body["actions"]?.array { run.actions = actions }
        if let output = body["output"] {
            run.title = output["title"]?.string ?? run.title
            run.summary = output["summary"]?.string ?? run.summary
            run.text = output["text"]?.string ?? run.text
            run.annotations += output["annotations"]?.array ?? []
        }
        if let status = body["status"]?.string { run.status = status }
        if let conclusion = body["conclusion"]?.string {
            run.conclusion = conclusion
            run.status = "completed"
        }
        if run.status == "completed", run.completedAt == nil { run.completedAt = now }
    }

    private func check(_ visit: Visit) throws(GitHubRefusal) -> StandInCheckRun {
        guard let found = try repository(visit.repository).checks.first(where: { $0.id == visit.number("id") }) else { throw .notFound }
        return found
    }

    func showCheckRun(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        .value(200, json(check: try check(visit), in: try repository(visit.repository)))
    }

    func listAnnotations(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer { .list(try check(visit).annotations) }

    /// Annotations add up. A completed run takes more of them, and is not opened again.
    mutating func updateCheckRun(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        var run = try check(visit)
        try checkOutput(visit.body)
        let wasCompleted = run.status == "completed"
        if wasCompleted, let status = visit.body["status"]?.string, status != "completed" {
            note(violation: "a completed check run was asked to run again")
            return .value(200, json(check: run, in: try repository(visit.repository)))
        }
        apply(visit.body, to: &run)
        if let index = try repository(visit.repository).checks.firstIndex(where: { $0.id == run.id }) {
            repositories[visit.repository.lowercased()]?.checks[index] = run
        }
        if !wasCompleted, run.status == "completed" { emitCheck(["completed"], run, visit.repository) }
        return .value(200, json(check: run, in: try repository(visit.repository)))
    }

    /// The newest of each name, unless all are asked for.
    func listCheckRuns(_ visit: Visit) throws(GitHubRefusal) -> RESTAnswer {
        let repository = try repository(visit.repository)
        let sha = visit.parameters["sha"] ?? ""
        guard git(repository).has(sha) else { throw GitHubRefusal(422, "No commit found for SHA: \(sha)") }
        var runs = repository.checks.filter { $0.head == sha }.sorted { $0.id > $1.id }
        if let name = visit.query("check_name") { runs = runs.filter { $0.name == name } }
        if let status = visit.query("status") { runs = runs.filter { $0.status == status } }
        if let app = visit.query("app_id") { runs = runs.filter { String($0.app) == app } }
        if visit.query("filter") != "all" {
            var seen: Set<String> = []
            runs = runs.filter { seen.insert("\($0.app) \($0.name)").inserted }
        }
        return .named("check_runs", runs.map { json(check: $0, in: repository) })
    }
}
