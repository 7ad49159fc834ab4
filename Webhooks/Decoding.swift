// What decoding needs to know beside the bytes, and how it fails. Decoding is pure: it never reads a file, a clock or the network, and
// it never crashes, whatever the bytes.

package import ForgeCore

/// A tracker as the settings describe it, reduced to what decoding uses.
package struct TrackerProfile: Hashable, Sendable {
    package struct Project: Hashable, Sendable {
        /// Slug, numeric id or display name, as the sender may give any of them.
        package var project: String
        package var repository: RepositoryName
        /// Empty means all.
        package var environments: [String]

        package init(project: String, repository: RepositoryName, environments: [String] = []) {
            self.project = project
            self.repository = repository
            self.environments = environments
        }
    }

    package var name: String
    package var baseURL: String
    package var organization: String?
    package var projects: [Project]

    package init(name: String, baseURL: String, organization: String? = nil, projects: [Project] = []) {
        self.name = name
        self.baseURL = baseURL
        self.organization = organization
        self.projects = projects
    }
}

/// Caps on what one ticket takes from outside; each is a setting's default.
package struct TicketLimits: Hashable, Sendable {
    package var exceptionsMax = 10
    package var framesMax = 100
    package var breadcrumbsMax = 50
    package var attachmentsMax = 20
    package var tagsMax = 50
    /// Of any one text; longer ones end in an ellipsis.
    package var textBytesMax = 8 * 1024
    package var titleBytesMax = 512
    package var contextLinesMax = 5

    package init() {}
}

/// Who we are and what we keep.
package struct DecodingSettings: Hashable, Sendable {
    /// `https://github.com`, or the Enterprise host: part of a ticket's identity.
    package var codeHostURL: String
    /// Our App's id and its bot's user id: what they cause is not answered.
    package var ownApp: Int64?
    package var ownUser: Int64?
    package var ticketLabel: String
    package var trackers: [TrackerProfile]
    /// Request headers, cookies, bodies, users and variables are dropped unless this is set.
    package var keepsPersonalData: Bool
    package var limits: TicketLimits
    /// How often a job is tried before it is left to a person.
    package var jobAttemptsMax: Int

    package init(
        codeHostURL: String = "https://github.com", ownApp: Int64? = nil, ownUser: Int64? = nil, ticketLabel: String = "forge",
        trackers: [TrackerProfile] = [], keepsPersonalData: Bool = false, limits: TicketLimits = .init(), jobAttemptsMax: Int = 8
    ) {
        self.codeHostURL = codeHostURL
        self.ownApp = ownApp
        self.ownUser = ownUser
        self.ticketLabel = ticketLabel
        self.trackers = trackers
        self.keepsPersonalData = keepsPersonalData
        self.limits = limits
        self.jobAttemptsMax = jobAttemptsMax
    }
}

/// The body cannot be read: the delivery ends as failed, visibly, with this sentence.
package struct DecodeFailure: Error, Hashable, Sendable {
    /// `not_json`, `too_deep`, `too_many_values`, `truncated`, `no_event_name`, …
    package var code: String
    package var reason: String

    package init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }
}
