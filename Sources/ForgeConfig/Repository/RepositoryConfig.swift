// What a repository asks of Forge in `.forge.yml`, checked, and put together with what stands above it. It must be read from the base branch,
// never from the head under review, and nothing in it can loosen what the operator or the organisation set.
//
// Every key stands here and in the files beside once: its type, its default, its direction and its reason in one line.

import ForgeCore
import ForgeYAML

package struct RepositoryConfig: Sendable, Equatable {
    package var version: Int
    package var review: ReviewConfig
    package var output: OutputConfig
    package var commands: CommandsConfig
    package var scope: ScopeConfig
    package var agents: AgentsConfig
    package var approvals: ApprovalsConfig
    package var budgets: BudgetsConfig
    package var forks: ForksConfig
    package var tickets: TicketsConfig
    package var trackers: [TrackerMapping]
    package var rules: RulesConfig

    init(reading reader: inout LayeredReader) {
        version = reader.read("version", .int(1...1), "1", direction: .free, "Of this file's format.")
        review = reader.section("review", "Reviews of pull requests.", ReviewConfig.init(reading:))
        output = reader.section("output", "How a review is shown.", OutputConfig.init(reading:))
        commands = reader.section("commands", "What people may ask for with /forge in a comment.", CommandsConfig.init(reading:))
        scope = reader.section("scope", "What Forge's own changes may touch, besides what is always denied.", ScopeConfig.init(reading:))
        agents = reader.section("agents", "What may be done about errors and tickets.", AgentsConfig.init(reading:))
        approvals = reader.section("approvals", "When a person decides, and who.", ApprovalsConfig.init(reading:))
        budgets = reader.section("budgets", "What may be spent here, within what the server allows.", BudgetsConfig.init(reading:))
        forks = reader.section("forks", "Pull requests from forks, beyond their review.", ForksConfig.init(reading:))
        tickets = reader.section("tickets", "How pull requests and tickets belong together.", TicketsConfig.init(reading:))
        trackers = TrackerMapping.list(&reader)
        rules = reader.section("rules", "Which rules hold, and rules of your own.", RulesConfig.init(reading:))
    }
}

extension RepositoryConfig {
    /// Stricter than for the operator's files: this one comes from whoever may write to a repository.
    static var limits: YAMLLimits {
        var limits = YAMLLimits()
        limits.bytesMax = 1 << 18
        limits.nodesMax = 20_000
        limits.depthMax = 32
        return limits
    }

    /// The config in one `.forge.yml` alone, which may be empty, or every problem it has.
    package static func decode(text: [UInt8]) throws(ConfigProblems) -> RepositoryConfig {
        let effective = EffectiveConfig.load([.repository(text)])
        guard effective.problems.isEmpty else { throw ConfigProblems(effective.problems, warnings: effective.warnings) }
        return effective.config
    }

    /// What holds for a repository without the file, where nobody above says anything.
    package static var standard: RepositoryConfig { EffectiveConfig.load([]).config }

    /// Each key and each group as it is when nobody mentions it.
    static let standards: ConfigStandards = {
        let merge = LayerMerge()
        var reader = LayeredReader([], merge)
        _ = RepositoryConfig(reading: &reader)
        return merge.found
    }()

    /// Every key, in the order it is read.
    package static var table: [KeyDescription] {
        let collector = ConfigCollector(environment: [:], readFile: noFiles, isDescribing: true)
        let source = ConfigSource(layer: .repository, file: ".forge.yml")
        let layer = LayeredReader.Layer(source: source, reader: EntryReader(nil, at: .root(variable: nil), collector))
        var reader = LayeredReader([layer], LayerMerge(isDescribing: true))
        _ = RepositoryConfig(reading: &reader)
        return collector.table
    }
}
