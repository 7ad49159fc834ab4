// Check runs. GitHub takes fifty annotations at a time and adds those of each request to what is there; a run is shown as completed only
// with the last of them. A completed run is never opened again: the caller makes a new one of the same name.

package import ForgeCore

extension GitHubSession {
    static let annotationsMax = 50

    package func createCheckRun(_ content: CheckRunContent) async throws(CodeHostError) -> Int64 {
        let parts = CheckParts(content, skipping: 0)
        var body = parts.bodies[0]
        body.insert(JSON.Member("head_sha", .string(content.head.description)), at: 0)
        let json = try await write(.post, "\(root)/check-runs", .object(body))
        let id = try needWritten(json["id"]?.integer, "number of a check run")
        for body in parts.bodies.dropFirst() { try await write(.patch, "\(root)/check-runs/\(id)", .object(body)) }
        return id
    }

    package func updateCheckRun(_ id: Int64, _ content: CheckRunContent) async throws(CodeHostError) {
        let path = "\(root)/check-runs/\(id)"
        // When an earlier try broke off between two parts, some of them stand already.
        let standing = content.annotations.count > Self.annotationsMax ? try await annotationCount(path) : 0
        for body in CheckParts(content, skipping: standing).bodies {
            let json = try await write(.patch, path, .object(body))
            guard content.state != .inProgress || json["status"]?.string != "completed" else {
                throw CodeHostError(.refused, "check run \(id) is completed and is not opened again")
            }
        }
    }

    package func annotations(ofCheck id: Int64, limit: Int) async throws(CodeHostError) -> [CheckAnnotation] {
        var found: [CheckAnnotation] = []
        for page in 1...max(1, (limit + 99) / 100) {
            let query = [(name: "per_page", value: "100"), ("page", "\(page)")]
            let json = try await send(.get("\(root)/check-runs/\(id)/annotations", query: query))
            let items = try need(json.array, "list of annotations")
            found += items.compactMap { CheckAnnotation($0) }
            if items.count < 100 { break }
        }
        return Array(found.prefix(limit))
    }

    private func annotationCount(_ path: String) async throws(CodeHostError) -> Int {
        Int(clamping: try await send(.get(path))["output"]?["annotations_count"]?.integer ?? 0)
    }
}

/// A check run's content as the bodies of as many requests as it takes, the first with at most as many annotations as all others.
struct CheckParts {
    let bodies: [[JSON.Member]]

    init(_ content: CheckRunContent, skipping standing: Int) {
        let annotations = Array(content.annotations.dropFirst(standing))
        let step = GitHubSession.annotationsMax
        let starts = annotations.isEmpty ? [0] : Array(stride(from: 0, to: annotations.count, by: step))
        bodies = starts.map { start in
            let part = Array(annotations[start..<min(start + step, annotations.count)])
            return Self.body(content, part, isLast: start == starts.last)
        }
    }

    private static func body(_ content: CheckRunContent, _ annotations: [CheckAnnotation], isLast: Bool) -> [JSON.Member] {
        var body = [JSON.Member("name", .string(content.name)), JSON.Member("external_id", .string(content.externalID))]
        if case .completed(let conclusion) = content.state, isLast {
            body += [JSON.Member("status", "completed"), JSON.Member("conclusion", .string(conclusion.rawValue))]
        } else {
            body.append(JSON.Member("status", "in_progress"))
        }
        var output = [JSON.Member("title", .string(content.title)), JSON.Member("summary", .string(content.summary))]
        if let text = content.text { output.append(JSON.Member("text", .string(text))) }
        if !annotations.isEmpty { output.append(JSON.Member("annotations", .array(annotations.map(annotation)))) }
        body.append(JSON.Member("output", .object(output)))
        if isLast { body.append(JSON.Member("actions", .array(content.actions.map(action)))) }
        return body
    }

    private static func annotation(_ annotation: CheckAnnotation) -> JSON {
        [
            "path": .string(annotation.path.text), "start_line": JSON(annotation.lines.lowerBound),
            "end_line": JSON(annotation.lines.upperBound), "annotation_level": .string(annotation.level.rawValue),
            "title": .string(annotation.title), "message": .string(annotation.message),
        ]
    }

    private static func action(_ action: CheckAction) -> JSON {
        [
            "identifier": .string(action.identifier), "label": .string(action.label), "description": .string(action.description),
        ]
    }
}
