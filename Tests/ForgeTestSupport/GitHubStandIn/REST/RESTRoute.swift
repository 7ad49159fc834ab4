// One thing that can be asked of the REST API: who may, with which body, and what happens. The table of them is in `GitHubState.routes`.

import ForgeCore

/// A request on its way to a handler.
struct Visit {
    var request: WireRequest
    var caller: StandInCaller
    var parameters: [String: String]
    var body: JSON

    /// The `{owner}/{repo}` of the path.
    var repository: String { "\(parameters["owner"] ?? "")/\(parameters["repo"] ?? "")" }
    /// Zero is nobody's number.
    func number(_ name: String) -> Int64 { parameters[name].flatMap { Int64($0) } ?? 0 }
    func query(_ name: String) -> String? { request.queryValue(name) }
}

enum RESTAnswer {
    case value(Int, JSON)
    /// Cut into pages, with the way to the next.
    case list([JSON])
    /// A list inside an object, such as `check_runs`.
    case named(String, [JSON])
    case nothing(Int)
    case headed(Int, JSON, [(name: String, value: String)])
}

enum RESTEntry {
    case anyone
    case app
    /// Any of these permissions, such as `pull_requests=write`, in the repository of the path.
    case installation([String])
}

struct RESTRoute {
    typealias Handler = @Sendable (inout GitHubState, Visit) throws(GitHubRefusal) -> RESTAnswer

    var method: String
    var template: [Substring]
    var entry: RESTEntry
    var fields: [BodyField]
    var handle: Handler

    init(_ line: String, _ entry: RESTEntry, _ fields: [BodyField] = [], _ handle: @escaping Handler) {
        let words = line.split(separator: " ")
        method = String(words[0])
        template = words[1].split(separator: "/")
        self.entry = entry
        self.fields = fields
        self.handle = handle
    }

    /// The values of the template's `{name}` parts, when this path is one of its.
    func parameters(in path: [String]) -> [String: String]? {
        guard path.count == template.count else { return nil }
        var found: [String: String] = [:]
        for (part, value) in zip(template, path) {
            if part.hasPrefix("{") {
                found[String(part.dropFirst().dropLast())] = value
            } else if part != value {
                return nil
            }
        }
        return found
    }
}
