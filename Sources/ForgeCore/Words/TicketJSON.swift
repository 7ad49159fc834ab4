// A ticket as JSON: a contract with other tools (docs/formats.md), and the form the store keeps. Absent and null are the same; lists and
// groups are always there, empty when there is nothing in them, so that a reader need not ask.

extension Ticket {
    package var json: JSON {
        var members: [JSON.Member] = [
            .init("schema", 1), .init("id", JSON(id.number)), .init("state", .string(state.rawValue)),
            .init("tenant", .string(tenant.description)), .init("joined", JSON(joined)), .init("created_at", JSON(createdAt)),
            .init("updated_at", JSON(updatedAt)),
        ]
        members += draft.json.members?.filter { $0.name != "schema" } ?? []
        return .object(members)
    }
}

extension TicketDraft {
    package var json: JSON {
        var members: [JSON.Member] = [
            .init("schema", 1), .init("source", .string(source.rawValue)), .init("tracker", JSON(tracker)),
            .init("repository", JSON(repository)), .init("project", JSON(project)), .init("title", .string(title)),
            .init("body", JSON(body)), .init("culprit", JSON(culprit)), .init("severity", .string(severity.rawValue)),
            .init("environment", JSON(environment)), .init("release", JSON(release)), .init("url", JSON(url)),
            .init("issue_id", JSON(issueID)), .init("event_id", JSON(eventID)), .init("identity", .string(identity)),
            .init("fingerprint", .string(fingerprint)), .init("trust", .string(trust.rawValue)), .init("seen", seen.json),
        ]
        if joinsByFingerprint { members.append(.init("joins_by_fingerprint", true)) }
        let sorted = tags.sorted { $0.key < $1.key }
        members.append(.init("tags", .object(sorted.map { .init($0.key, .string($0.value)) })))
        members.append(.init("evidence", evidence.json))
        if extra != .object([]) { members.append(.init("extra", extra)) }
        return JSON.object(members).withoutNulls
    }

    /// Nil when what cannot be missing is: source, title, identity, fingerprint.
    package init?(json: JSON) {
        guard let source = json["source"]?.string.flatMap(Source.init(rawValue:)), let title = json["title"]?.string,
            let identity = json["identity"]?.string, let fingerprint = json["fingerprint"]?.string
        else { return nil }
        self.init(
            source: source, tracker: json["tracker"]?.string, repository: json["repository"]?.string, project: json["project"]?.string,
            title: title, body: json["body"]?.string, culprit: json["culprit"]?.string,
            severity: json["severity"]?.string.flatMap(Severity.init(rawValue:)) ?? .error, environment: json["environment"]?.string,
            release: json["release"]?.string, url: json["url"]?.string, issueID: json["issue_id"]?.string,
            eventID: json["event_id"]?.string, identity: identity, fingerprint: fingerprint,
            joinsByFingerprint: json["joins_by_fingerprint"]?.bool ?? false,
            trust: json["trust"]?.string.flatMap(Trust.init(rawValue:)) ?? .public, seen: Sightings(json: json["seen"]),
            evidence: Evidence(json: json["evidence"]), extra: json["extra"] ?? .object([]))
        for member in json["tags"]?.members ?? [] { tags[member.name] = member.value.string }
    }
}

extension Sightings {
    package var json: JSON {
        JSON.object([
            .init("count", JSON(count)), .init("users", JSON(users)), .init("first", JSON(first)), .init("last", JSON(last)),
        ]).withoutNulls
    }

    init(json: JSON?) {
        self.init(
            count: json?["count"]?.integer, users: json?["users"]?.integer,
            first: json?["first"]?.string.flatMap { Timestamp(text: $0) }, last: json?["last"]?.string.flatMap { Timestamp(text: $0) })
    }
}

extension Evidence {
    package var json: JSON {
        var members: [JSON.Member] = [
            .init("exceptions", .array(exceptions.map(\.json))), .init("breadcrumbs", .array(breadcrumbs.map(\.json))),
        ]
        if let request {
            let method = JSON.Member("method", JSON(request.method))
            members.append(.init("request", JSON.object([method, .init("url", JSON(request.url))]).withoutNulls))
        }
        return .object(members)
    }

    init(json: JSON?) {
        self.init(
            exceptions: (json?["exceptions"]?.array ?? []).map(ExceptionEvidence.init(json:)),
            breadcrumbs: (json?["breadcrumbs"]?.array ?? []).map(Breadcrumb.init(json:)),
            request: json?["request"].map { RequestEvidence(method: $0["method"]?.string, url: $0["url"]?.string) })
    }
}

extension ExceptionEvidence {
    fileprivate var json: JSON {
        JSON.object([.init("type", JSON(type)), .init("value", JSON(value)), .init("frames", .array(frames.map(\.json)))]).withoutNulls
    }

    fileprivate init(json: JSON) {
        self.init(
            type: json["type"]?.string, value: json["value"]?.string, frames: (json["frames"]?.array ?? []).map(Frame.init(json:)))
    }
}

extension Frame {
    fileprivate var json: JSON {
        let context = JSON.object([
            .init("before", .array(before.map(JSON.string))), .init("line", JSON(contextLine)),
            .init("after", .array(after.map(JSON.string))),
        ])
        return JSON.object([
            .init("path", JSON(path)), .init("module", JSON(module)), .init("function", JSON(function)), .init("line", JSON(line)),
            .init("column", JSON(column)), .init("in_app", .bool(isInApp)), .init("context", context.withoutNulls),
        ]).withoutNulls
    }

    fileprivate init(json: JSON) {
        let context = json["context"]
        self.init(
            path: json["path"]?.string, module: json["module"]?.string, function: json["function"]?.string,
            line: json["line"]?.integer.flatMap { Int(exactly: $0) }, column: json["column"]?.integer.flatMap { Int(exactly: $0) },
            isInApp: json["in_app"]?.bool ?? false, before: context?["before"]?.array?.compactMap(\.string) ?? [],
            contextLine: context?["line"]?.string, after: context?["after"]?.array?.compactMap(\.string) ?? [])
    }
}

extension Breadcrumb {
    fileprivate var json: JSON {
        JSON.object([
            .init("time", JSON(time)), .init("category", JSON(category)), .init("level", JSON(level)), .init("message", JSON(message)),
        ]).withoutNulls
    }

    fileprivate init(json: JSON) {
        self.init(
            time: json["time"]?.string.flatMap { Timestamp(text: $0) }, category: json["category"]?.string,
            level: json["level"]?.string, message: json["message"]?.string)
    }
}
