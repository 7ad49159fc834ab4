// Whose words a ticket is made of, and what the settings say of them: base URL for the identity, projects for the repository.

import ForgeCore

struct TicketOrigin {
    let source: Source
    /// The tracker's name in the settings; nil for a body that an operator hands over without one.
    let tracker: String?
    let profile: TrackerProfile?
    let trust: Trust
    let settings: DecodingSettings

    init(source: Source, tracker: String?, trust: Trust, settings: DecodingSettings) {
        self.source = source
        self.tracker = tracker
        self.profile = settings.trackers.first { $0.name == tracker }
        self.trust = trust
        self.settings = settings
    }

    /// The same thing has the same identity whichever hook tells of it: so the base URL is the configured one. A body's own host counts
    /// only when nothing is configured and the body is signed.
    func identity(of subject: String, url: String?) -> String {
        let own = trust == .signed ? url.flatMap(TrackerURL.init)?.origin : nil
        let base = (profile?.baseURL).map(TrackerURL.normalisedBase) ?? own ?? tracker ?? "-"
        return "\(source.rawValue):\(base):\(subject)"
    }

    /// What the settings do with a project's errors from an environment.
    enum Mapping: Hashable {
        case mapped(RepositoryName)
        /// The environment is unknown and the project is filtered: told apart once the issue is read through the API.
        case mappedWithoutEnvironment(RepositoryName)
        case filteredOut(RepositoryName, environments: [String])
        case notListed
    }

    /// A project may be listed more than once, with other environments going to another repository.
    func mapping(project: ProjectNames, environment: String?) -> Mapping {
        let entries = (profile?.projects ?? []).filter { project.contains($0.project) }
        guard let first = entries.first else { return .notListed }
        if let open = entries.first(where: { entry in
            entry.environments.isEmpty || environment.map(entry.environments.contains) == true
        }) {
            return .mapped(open.repository)
        }
        guard environment != nil else { return .mappedWithoutEnvironment(first.repository) }
        return .filteredOut(first.repository, environments: entries.flatMap(\.environments))
    }
}

/// A project by whichever of its names the body gives.
struct ProjectNames: Hashable {
    var slug: String?
    var id: String?
    var displayName: String?

    /// What a person is shown.
    var shown: String? { slug ?? displayName ?? id }

    /// Slugs are lower case anyway, and people write display names as they please.
    func contains(_ configured: String) -> Bool {
        let wanted = configured.lowercased()
        return [slug, id, displayName].contains { name in
            guard let name, name.utf8.count <= 256 else { return false }
            return name.lowercased() == wanted || Self.slug(name) == wanted
        }
    }

    /// `My Shop` as `my-shop`: GlitchTip says only the one where the operator knows the other.
    private static func slug(_ name: String) -> String { name.lowercased().split(separator: " ").joined(separator: "-") }
}
