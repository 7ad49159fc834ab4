// What a repository asks of Forge in `.forge.yml`, checked. It must be read from the base branch, never from the head under
// review, and nothing in it can loosen what the operator set.

package import ForgeCore
import ForgeYAML

package struct RepositoryConfig: Sendable, Equatable {
    package var version: Int
    package var review: ReviewConfig
    package var agents: AgentsConfig

    init(reading reader: inout EntryReader) {
        version = reader.read("version", .int(1...1), "1", "Of this file's format.")
        review = reader.section("review", "Reviews of pull requests.", ReviewConfig.init(reading:))
        agents = reader.section("agents", "What may be done about errors and tickets.", AgentsConfig.init(reading:))
    }
}

extension RepositoryConfig {
    /// The config in a `.forge.yml`, which may be empty, or every problem it has.
    package static func decode(text: [UInt8]) throws(ConfigProblems) -> RepositoryConfig {
        var input = ConfigInput(text: text)
        input.limits.bytesMax = 1 << 18
        input.limits.nodesMax = 20_000
        input.limits.depthMax = 32
        return try decodeConfig(input, RepositoryConfig.init(reading:)).config
    }

    /// What holds for a repository without the file.
    package static var standard: RepositoryConfig { standardConfig(RepositoryConfig.init(reading:)) }

    /// Every key, in the order it is read.
    package static var table: [KeyDescription] { describeConfig(RepositoryConfig.init(reading:)) }
}

package struct ReviewConfig: Sendable, Equatable {

    package var isEnabled: Bool
    package var severityMin: FindingSeverity
    package var commentsMax: Int
    package var includesDrafts: Bool
    package var includesBots: Bool
    package var includesForks: Bool
    package var pathsIgnored: [String]
    package var labelsIgnored: [String]
    /// Empty means all.
    package var baseBranches: [String]

    init(reading reader: inout EntryReader) {
        isEnabled = reader.read("enabled", .bool, "true", "Whether pull requests are reviewed at all.")
        severityMin = reader.read("min_severity", .choice, "medium", "The least that is commented on: info, low, medium, high or critical.")
        commentsMax = reader.read("max_comments", .int(0...50), "10", "Comments on one review; the gravest come first.")
        includesDrafts = reader.read("drafts", .bool, "false", "Whether drafts are reviewed before they are marked ready.")
        includesBots = reader.read("bots", .bool, "false", "Whether pull requests of bots are reviewed.")
        includesForks = reader.read("forks", .bool, "true", "Whether pull requests from forks are reviewed.")
        pathsIgnored = reader.read("paths_ignore", .list(.text()), "[]", "Files not looked at, such as [vendor/**, '*.lock'].")
        labelsIgnored = reader.read(
            "labels_ignore", .list(.text(bytesMax: 200)), "[]", "Pull requests with one of these labels are left alone.")
        baseBranches = reader.read(
            "base_branches", .list(.text(bytesMax: 300)), "[]", "Only pull requests into these branches; empty means all.")
    }
}

package struct AgentsConfig: Sendable, Equatable {
    /// How far Forge may go on its own. Each includes what is before it.
    package enum Autonomy: String, Sendable, CaseIterable, Comparable {
        case nothing
        case rootCause = "root_cause"
        case branch
        case pullRequest = "pull_request"

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
        package static func < (first: Self, second: Self) -> Bool { first.rank < second.rank }
    }

    package var autonomy: Autonomy
    package var triage: TriageConfig
    /// The command that runs the tests; nil means it is detected.
    package var test: String?
    package var crew: String

    init(reading reader: inout EntryReader) {
        autonomy = reader.read(
            "autonomy", .choice, "root_cause", "How far Forge goes by itself: nothing, root_cause, branch or pull_request.")
        triage = reader.section("triage", "Which errors are worth a look.", TriageConfig.init(reading:))
        test = reader.readOptional(
            "test", .script(), example: "python3 -m unittest discover -s tests", "The command that runs the tests; detected if absent.")
        crew = reader.read("crew", .identifier, "forge", "Who does the work: a crew's name.")
    }
}

package struct TriageConfig: Sendable, Equatable {
    package var eventsMin: Int
    package var ageMax: Duration

    init(reading reader: inout EntryReader) {
        eventsMin = reader.read("min_events", .int(1...1_000_000), "10", "Seen at least so often.")
        ageMax = reader.read("max_age", .duration(.seconds(3_600) ... .seconds(3_650 * 86_400)), "14d", "Seen at least so lately.")
    }
}
