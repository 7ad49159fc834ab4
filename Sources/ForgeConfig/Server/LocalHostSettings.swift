// The code host that Forge is itself: which repositories of this machine it keeps pull requests for.

package struct LocalHostSettings: Sendable, Equatable {
    /// A folder; nil when there is no local code host.
    package var repositories: String?

    init(reading reader: inout EntryReader) {
        repositories = reader.readOptional(
            "repositories", .text(), example: "/srv/git",
            "Folder of bare repositories (owner/name.git) whose pull requests Forge keeps; see 'forge pr --help'.")
    }
}
