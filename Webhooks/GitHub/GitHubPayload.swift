// The parts that GitHub's bodies share: who, where, which action. Every read is tolerant: null is absent, an id may come as text, and
// what is missing stays nil. It never invents a value.

import ForgeCore

struct GitHubPayload {
    /// The name in the header.
    let event: String
    let root: JSON
    let settings: DecodingSettings

    /// Some events, such as `push`, have none.
    var action: String? { root["action"]?.string.map(GitHubText.word) }

    var name: String {
        guard let action, !action.isEmpty else { return event }
        return "\(event).\(action)"
    }

    var context: EventContext {
        EventContext(
            name: name, tenant: installation.map(Tenant.installation), repository: RepositoryReference(github: root["repository"]),
            sender: sender)
    }

    /// Absent on every delivery of a repository's own hook.
    var installation: Int64? { root["installation"]?["id"]?.positive }

    /// The subject's App counts for the sender only where the event is the subject's own making.
    private var sender: Actor {
        var sender = Actor(github: root["sender"])
        if action == "created" || action == "opened" {
            let subject = root[either: "comment", "issue"]
            sender.viaApp = subject?["performed_via_github_app"]?["id"]?.positive
        }
        return sender
    }

    /// An object this event cannot be understood without.
    func required(_ member: String) throws(DecodeFailure) -> JSON {
        guard let value = root[member], value.members != nil else { throw missing(member) }
        return value
    }

    /// A number above zero that this event cannot be understood without.
    func requiredNumber(_ member: String, in object: JSON, called path: String) throws(DecodeFailure) -> Int64 {
        guard let number = object[member]?.positive else { throw missing("\(path).\(member)") }
        return number
    }

    private func missing(_ path: String) -> DecodeFailure {
        DecodeFailure(code: "missing_field", reason: "The \(name) event has no usable '\(path)'.")
    }
}

extension JSON {
    /// A whole number above zero, as every id of GitHub is.
    var positive: Int64? { integer.flatMap { $0 > 0 ? $0 : nil } }

    /// The names of a list of labels.
    var labelNames: [String] { (array ?? []).prefix(100).compactMap { $0["name"]?.string } }

    var commit: CommitSHA? { string.flatMap { CommitSHA($0) } }
}

extension Actor {
    init(github json: JSON?) {
        self.init(
            login: json?["login"]?.string.map(GitHubText.word), number: json?["id"]?.positive,
            kind: json?["type"]?.string.map(GitHubText.word))
    }
}

extension RepositoryName {
    /// From `full_name`, or from its parts where that is missing.
    init?(github json: JSON?) {
        if let full = json?["full_name"]?.string {
            self.init(full)
        } else if let owner = json?["owner"]?["login"]?.string, let name = json?["name"]?.string {
            self.init("\(owner)/\(name)")
        } else {
            return nil
        }
    }
}

extension RepositoryReference {
    /// Nil without a number: names move, and nothing is kept under a name alone.
    init?(github json: JSON?) {
        guard let json, let number = json["id"]?.positive, let name = RepositoryName(github: json) else { return nil }
        self.init(
            name: name, number: number, defaultBranch: json["default_branch"]?.string, isPrivate: json["private"]?.bool,
            isArchived: json["archived"]?.bool)
    }
}
