// The operations of GraphQL that only GraphQL has: a pull request's threads, and resolving one. A field that GitHub's schema has and this
// does not is a violation like one that nobody has: add it here.

import ForgeCore

/// A value that knows its fields only when asked, so that an answer holds what was asked for and nothing else.
indirect enum GraphQLValue {
    case scalar(JSON)
    case object([String: GraphQLValue])
    case list([GraphQLValue])
    /// Cut by `first` and `after`.
    case connection([GraphQLValue])
}

extension GitHubState {
    mutating func answerGraphQL(_ visit: Visit) throws(GitHubRefusal) -> JSON {
        guard case .installation(let token) = visit.caller else {
            throw GitHubRefusal(401, "This endpoint requires you to be authenticated.")
        }
        do throws(GraphQLProblem) {
            try checkEnvelope(visit.body)
            let document = try GraphQLDocument(visit.body["query"]?.string ?? "", variables: visit.body["variables"])
            var members: [JSON.Member] = []
            for field in document.fields {
                let value = document.isMutation ? try mutate(field, token) : try query(field, token)
                members.append(.init(field.alias, try Self.shape(value, field)))
            }
            return .object([.init("data", .object(members))])
        } catch {
            if !error.message.hasPrefix("Could not resolve"), !error.message.hasPrefix("Resource not") {
                note(violation: "GraphQL: \(error.message)")
            }
            let kind =
                error.message.hasPrefix("Could not resolve")
                ? "NOT_FOUND" : error.message.hasPrefix("Resource not") ? "FORBIDDEN" : "INVALID"
            let problem: JSON = .members(("type", .string(kind)), ("message", .string(error.message)))
            return .members(("data", .null), ("errors", .array([problem])))
        }
    }

    private func checkEnvelope(_ body: JSON) throws(GraphQLProblem) {
        for member in body.members ?? [] where !["query", "variables", "operationName"].contains(member.name) {
            throw GraphQLProblem(message: "the request has a member '\(member.name)'")
        }
    }

    private func query(_ field: GraphQLField, _ token: StandInToken) throws(GraphQLProblem) -> GraphQLValue {
        switch field.name {
        case "repository":
            let name = "\(field.arguments["owner"]?.string ?? "")/\(field.arguments["name"]?.string ?? "")"
            // GraphQL follows a renaming by itself.
            guard let repository = repositories[name.lowercased()] ?? renamed(name), reaches(token, repository) else {
                throw GraphQLProblem(message: "Could not resolve to a Repository with the name '\(name)'.")
            }
            return try graph(repository: repository, field, token)
        case "node":
            guard let (repository, pull, thread) = place(ofThread: field.arguments["id"]?.string ?? ""), reaches(token, repository) else {
                throw GraphQLProblem(message: "Could not resolve to a node with the global id of '\(field.arguments["id"]?.text ?? "")'")
            }
            return graph(thread: thread, pull, repository)
        case "rateLimit": return .object(["remaining": .scalar(JSON(options.rateLimit)), "cost": .scalar(1), "limit": .scalar(5_000)])
        default: throw GraphQLProblem(message: "Field '\(field.name)' doesn't exist on type 'Query'")
        }
    }

    private func reaches(_ token: StandInToken, _ repository: StandInRepository) -> Bool {
        installation(of: repository)?.id == token.installation && token.repositories?.contains(repository.id) != false
    }

    private func graph(
        repository: StandInRepository, _ field: GraphQLField, _ token: StandInToken
    ) throws(GraphQLProblem) -> GraphQLValue {
        var values: [String: GraphQLValue] = ["nameWithOwner": .scalar(.string(repository.fullName)), "id": .scalar("R_1")]
        for wanted in field.fields where wanted.name == "pullRequest" {
            guard token.permissions["pull_requests"] != nil else { throw GraphQLProblem(message: "Resource not accessible by integration") }
            guard let pull = repository.pulls[wanted.arguments["number"]?.integer ?? 0] else {
                throw GraphQLProblem(
                    message: "Could not resolve to a PullRequest with the number of \(wanted.arguments["number"]?.text ?? "").")
            }
            values["pullRequest"] = .object([
                "id": .scalar(.string("PR_\(pull.id)")), "number": .scalar(JSON(pull.number)), "headRefOid": .scalar(.string(pull.head)),
                "reviewThreads": .connection(pull.threads.map { graph(thread: $0, pull, repository) }),
            ])
        }
        return .object(values)
    }

    private func graph(thread: StandInThread, _ pull: StandInPull, _ repository: StandInRepository) -> GraphQLValue {
        .object([
            "id": .scalar(.string(thread.id)), "isResolved": .scalar(JSON(thread.resolvedBy != nil)),
            "isOutdated": .scalar(JSON(thread.isOutdated)), "path": .scalar(.string(thread.anchor.path)),
            "line": .scalar(JSON(thread.anchor.line)), "startLine": .scalar(JSON(thread.anchor.startLine)),
            "originalLine": .scalar(JSON(thread.comments.first?.original.line)), "diffSide": .scalar(.string(thread.anchor.side)),
            "subjectType": .scalar(thread.anchor.isFile ? "FILE" : "LINE"),
            "resolvedBy": thread.resolvedBy.map { .object(["login": .scalar(.string($0))]) } ?? .scalar(.null),
            "comments": .connection(thread.comments.map { graph(comment: $0, pull, repository) }),
        ])
    }

    private func graph(comment: StandInReviewComment, _ pull: StandInPull, _ repository: StandInRepository) -> GraphQLValue {
        let account = accounts[comment.comment.author.lowercased()]
        // GraphQL has a bot's login without the ending.
        let login = comment.comment.author.replacing("[bot]", with: "")
        let number = comment.comment.id
        return .object([
            "id": .scalar(.string("PRRC_\(number)")), "databaseId": .scalar(number > Int64(Int32.max) ? .null : JSON(number)),
            "fullDatabaseId": .scalar(.string(String(number))), "body": .scalar(.string(comment.comment.body)),
            "createdAt": .scalar(comment.comment.createdAt.github), "updatedAt": .scalar(comment.comment.updatedAt.github),
            "url": .scalar(.string("\(webURL)/\(repository.fullName)/pull/\(pull.number)#discussion_r\(number)")),
            "path": .scalar(.string(comment.original.path)), "lastEditedAt": .scalar(.null),
            "viewerDidAuthor": .scalar(JSON(account?.app == app.id)),
            "author": .object([
                "login": .scalar(.string(login)), "databaseId": .scalar(JSON(account?.id)), "__typename": .scalar(JSON(account?.kind)),
                "id": .scalar(.string("U_\(account?.id ?? 0)")),
            ]),
        ])
    }

    private func place(ofThread id: String) -> (StandInRepository, StandInPull, StandInThread)? {
        for repository in repositories.values {
            for pull in repository.pulls.values {
                if let thread = pull.threads.first(where: { $0.id == id }) { return (repository, pull, thread) }
            }
        }
        return nil
    }

    private mutating func mutate(_ field: GraphQLField, _ token: StandInToken) throws(GraphQLProblem) -> GraphQLValue {
        guard field.name == "resolveReviewThread" || field.name == "unresolveReviewThread" else {
            throw GraphQLProblem(message: "Field '\(field.name)' doesn't exist on type 'Mutation'")
        }
        for member in field.arguments["input"]?.members ?? [] where !["threadId", "clientMutationId"].contains(member.name) {
            throw GraphQLProblem(message: "InputObject doesn't accept argument '\(member.name)'")
        }
        let id = field.arguments["input"]?["threadId"]?.string ?? ""
        guard let (repository, pull, _) = place(ofThread: id), reaches(token, repository) else {
            throw GraphQLProblem(message: "Could not resolve to a node with the global id of '\(id)'")
        }
        guard token.permissions["pull_requests"] == "write", !options.resolvingNeedsContents || token.permissions["contents"] == "write"
        else {
            throw GraphQLProblem(message: "Resource not accessible by integration")
        }
        resolve(id, field.name == "resolveReviewThread" ? app.botLogin : nil, pull.number, in: repository.fullName, by: app.botLogin)
        guard let (_, after, thread) = place(ofThread: id) else { throw GraphQLProblem(message: "Could not resolve to a node") }
        return .object(["thread": graph(thread: thread, after, repository), "clientMutationId": .scalar(.null)])
    }

    mutating func resolve(_ thread: String, _ resolver: String?, _ number: Int64, in repository: String, by person: String) {
        var changed: StandInThread?
        change(number, in: repository) { pull in
            guard let index = pull.threads.firstIndex(where: { $0.id == thread }) else { return }
            if (pull.threads[index].resolvedBy == nil) == (resolver == nil) { return }
            pull.threads[index].resolvedBy = resolver
            changed = pull.threads[index]
        }
        if let changed { emitThread(resolver == nil ? "unresolved" : "resolved", changed, number, repository, by: person) }
    }
}

extension GitHubState {
    /// What was asked for of a value; asking for what is not there is a mistake.
    static func shape(_ value: GraphQLValue, _ field: GraphQLField) throws(GraphQLProblem) -> JSON {
        switch value {
        case .scalar(let json): return json
        case .list(let items):
            var shaped: [JSON] = []
            for item in items { shaped.append(try shape(item, field)) }
            return .array(shaped)
        case .connection(let items): return try shape(try page(of: items, field), field)
        case .object(let values):
            guard !field.fields.isEmpty else { throw GraphQLProblem(message: "Field '\(field.name)' must have selections") }
            var members: [JSON.Member] = []
            for wanted in field.fields {
                guard let found = values[wanted.name] else {
                    throw GraphQLProblem(message: "Field '\(wanted.name)' doesn't exist below '\(field.name)'")
                }
                members.append(.init(wanted.alias, try shape(found, wanted)))
            }
            return .object(members)
        }
    }

    private static func page(of items: [GraphQLValue], _ field: GraphQLField) throws(GraphQLProblem) -> GraphQLValue {
        guard let first = (field.arguments["first"] ?? field.arguments["last"])?.integer, (1...100).contains(first) else {
            throw GraphQLProblem(message: "You must provide a `first` or `last` value from 1 to 100 to properly paginate '\(field.name)'")
        }
        var start = 0
        if let after = field.arguments["after"]?.string { start = Int(after.dropFirst(7)) ?? 0 }
        if field.arguments["first"] == nil { start = max(0, items.count - Int(first)) }
        let end = min(items.count, start + Int(first))
        let info: [String: GraphQLValue] = [
            "hasNextPage": .scalar(JSON(end < items.count)), "endCursor": .scalar(end > start ? .string("cursor:\(end)") : .null),
            "hasPreviousPage": .scalar(JSON(start > 0)), "startCursor": .scalar(end > start ? .string("cursor:\(start)") : .null),
        ]
        return .object([
            "nodes": .list(Array(items[min(start, end)..<end])), "pageInfo": .object(info), "totalCount": .scalar(JSON(items.count)),
        ])
    }
}
