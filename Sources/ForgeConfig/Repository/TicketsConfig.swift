// How tickets and trackers belong to a repository. A mapping here narrows what the operator mapped; it must never reach for a project that
// the operator gave to another repository.

package struct TicketsConfig: Sendable, Equatable {
    package var requiresLink: Bool
    /// `SHOP` for `SHOP-123`, besides issue numbers.
    package var keys: [String]

    init(reading reader: inout LayeredReader) {
        requiresLink = reader.read(
            "require_link", .bool, "false", direction: .tightenTrue, "Whether a pull request without a linked ticket is a finding.")
        keys = reader.read(
            "keys", .list(.ticketKey, countMax: 50), "[]", direction: .union(),
            "Keys of projects in other systems: [SHOP] makes SHOP-123 a link, besides #123.")
    }
}

/// Which of a tracker's errors are this repository's, and where in it their code is.
package struct TrackerMapping: Sendable, Equatable {
    /// As the operator's settings call it; nil means any that maps the project to this repository.
    package var tracker: String?
    package var project: String
    /// Empty means all that the operator lets through.
    package var environments: [String]
    /// Where the project's stack frames begin; nil means the top.
    package var folder: String?
    package var source: ConfigSource

    static func list(_ reader: inout LayeredReader) -> [TrackerMapping] {
        reader.list(
            "trackers", countMax: 50, named: { "\($0.tracker ?? "*")/\($0.project)" },
            "Which errors belong here, of the projects that the server maps to this repository."
        ) { element, source in
            TrackerMapping(
                tracker: element.readOptional("tracker", .identifier, example: "prod", "The tracker, as the server's settings call it."),
                project: element.readRequired(
                    "project", .text(bytesMax: 200), example: "checkout", "Slug, number or display name of the project."),
                environments: element.read(
                    "environments", .list(.text(bytesMax: 200)), "[]", "Only errors of these environments; empty means all."),
                folder: element.readOptional("folder", .path, example: "services/checkout", "Where the paths in its stack frames begin."),
                source: source)
        }
    }
}
