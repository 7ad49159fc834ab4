// Which pull requests are reviewed, and how. More review is tighter: a layer below may ask for more than the one above, never for less.

package import ForgeCore

package struct ReviewConfig: Sendable, Equatable {
    /// What a new push is answered with.
    package enum OnPush: String, Sendable, CaseIterable, OrderedChoice {
        case nothing, incremental, full
    }

    /// What is done about a change above the limits.
    package enum WhenLarge: String, Sendable, CaseIterable, OrderedChoice {
        case skip, partial
    }

    package enum Category: String, Sendable, CaseIterable, ConfigValue {
        case bug, security, performance, tests, documentation, style
    }

    package var isEnabled: Bool
    package var includesDrafts: Bool
    package var includesBots: Bool
    /// Bots whose pull requests are reviewed all the same.
    package var botsIncluded: [ConfigPattern]
    package var includesForks: Bool
    package var authorsIgnored: AgreedPatterns
    package var labelsIgnored: AgreedPatterns
    /// Empty means that none is needed.
    package var labelsRequired: [String]
    package var titlesIgnored: AgreedPatterns
    package var headBranchesIgnored: AgreedPatterns
    /// Besides the default branch.
    package var baseBranches: [ConfigPattern]
    /// Empty means all.
    package var paths: [ConfigPattern]
    package var pathsIgnored: AgreedPatterns
    /// They win over `pathsIgnored` and `paths`.
    package var pathsAlways: [ConfigPattern]
    package var includesGenerated: Bool
    package var onPush: OnPush
    package var debounce: Duration
    package var pushesMax: Int
    package var severityMin: FindingSeverity
    package var commentsMax: Int
    package var categories: [Category]
    package var suggestsChanges: Bool
    package var asksModel: Bool
    package var modelPatience: Duration
    package var filesMax: Int
    package var linesMax: Int
    package var whenLarge: WhenLarge
    package var language: String
    package var contextFiles: [String]
    /// Names of other programs' check runs.
    package var checkRuns: [String]
    package var instructions: [ReviewInstruction]

    init(reading reader: inout LayeredReader) {
        isEnabled = reader.read("enabled", .bool, "true", direction: .tightenTrue, "Whether pull requests are reviewed at all.")
        includesDrafts = reader.read(
            "drafts", .bool, "false", direction: .tightenTrue, "Whether drafts are reviewed before they are marked ready.")
        includesBots = reader.read("bots", .bool, "false", direction: .tightenTrue, "Whether pull requests of bots are reviewed.")
        botsIncluded = reader.patterns(
            "bots_include", .names, "[]", direction: .union(), "Bots that are reviewed although bots is false, such as ['renovate*'].")
        includesForks = reader.read("forks", .bool, "true", direction: .tightenTrue, "Whether pull requests from forks are reviewed.")
        authorsIgnored = reader.agreed(
            "authors_ignore", .names, "[]", direction: .intersection(), "Pull requests of these people are left alone.")
        labelsIgnored = reader.agreed(
            "labels_ignore", .names, "[]", direction: .intersection(), "Pull requests with one of these labels are left alone.")
        labelsRequired = reader.read(
            "labels_require", .list(.text(bytesMax: 200)), "[]", direction: .supersetEmptyIsAll(),
            "Only pull requests with one of these labels; empty means that none is needed.")
        titlesIgnored = reader.agreed(
            "titles_ignore", .names, "[]", direction: .intersection(), "Pull requests with such a title are left alone: ['WIP*'].")
        headBranchesIgnored = reader.agreed(
            "head_branches_ignore", .names, "[]", direction: .intersection(), "Pull requests from these branches are left alone.")
        baseBranches = reader.patterns(
            "base_branches", .names, "[]", direction: .union(), "Pull requests into these branches too, besides the default branch.")
        (paths, pathsIgnored, pathsAlways, includesGenerated) = Self.paths(&reader)
        (onPush, debounce, pushesMax) = Self.pushes(&reader)
        severityMin = reader.read(
            "min_severity", .choice, "medium", direction: .minimum,
            "The least that is commented on: info, low, medium, high or critical.")
        commentsMax = reader.read(
            "max_comments", .int(0...50), "10", direction: .minimum,
            "Comments on lines in one review, the gravest first; the rest is in the summary.")
        categories = reader.read(
            "categories", .list(.choice), "[bug, security, performance, tests]", direction: .superset(),
            "What a reviewer looks for: bug, security, performance, tests, documentation, style.")
        suggestsChanges = reader.read(
            "suggestions", .bool, "true", direction: .free, "Whether an exact fix is offered as a change to accept with one click.")
        asksModel = reader.read(
            "model", .bool, "true", direction: .tightenFalse, "Whether a model reviews, besides the rules; it is shown the change.")
        modelPatience = reader.read(
            "model_patience", .duration(.seconds(1) ... .seconds(3_600)), "5m", direction: .free,
            "How long a review waits for a model's next answer; then it goes on with what there is, and says so.")
        filesMax = reader.read("max_files", .int(1...3_000), "300", direction: .minimum, "Files that a model is shown of one change.")
        linesMax = reader.read(
            "max_lines", .int(1...100_000), "20000", direction: .minimum, "Changed lines that a model is shown of one change.")
        whenLarge = reader.read(
            "when_large", .choice, "partial", direction: .maximum,
            "A change above these limits: partial reads what fits and says what it left out; skip leaves it to the rules.")
        language = reader.read("language", .language, "en", direction: .free, "The language that comments are written in.")
        contextFiles = reader.read(
            "context_files", .list(.path, countMax: 20), "[AGENTS.md, CLAUDE.md, CONTRIBUTING.md]", direction: .free,
            "Files of the base branch that tell a reviewer about the project; those that do not exist are passed over.")
        checkRuns = reader.read(
            "check_runs", .list(.text(bytesMax: 200), countMax: 10), "[]", direction: .superset(),
            "Check runs of other programs whose annotations become findings, such as [CodeQL, eslint]; a review waits for them.")
        instructions = ReviewInstruction.list(&reader)
    }

    private static func paths(
        _ reader: inout LayeredReader
    ) -> ([ConfigPattern], AgreedPatterns, [ConfigPattern], Bool) {
        let paths = reader.patterns(
            "paths", .globs, "[]", direction: .supersetEmptyIsAll(), "Only files like these, such as ['src/**']; empty means all.")
        let ignored = reader.agreed(
            "paths_ignore", .globs, "['vendor/**', '**/node_modules/**', '**/*.min.*', '**/*.snap']", direction: .intersection(),
            "Files that are not reviewed; secrets are looked for in them all the same.")
        let always = reader.patterns(
            "paths_always", .globs, "[]", direction: .union(), "Files that are reviewed whatever paths and paths_ignore say.")
        let generated = reader.read(
            "generated", .bool, "false", direction: .tightenTrue, "Whether files marked as generated are reviewed.")
        return (paths, ignored, always, generated)
    }

    private static func pushes(_ reader: inout LayeredReader) -> (OnPush, Duration, Int) {
        let onPush = reader.read(
            "on_push", ValueType<OnPush>.choice, "incremental", direction: .maximum,
            "What a new push is answered with: nothing, incremental (only what is new) or full.")
        let debounce = reader.read(
            "debounce", .duration(.zero ... .seconds(3_600)), "60s", direction: .free,
            "How long a push waits for the next one; the newest wins.")
        let pushesMax = reader.read(
            "pause_after", .int(1...1_000), "5", direction: .maximum,
            "Pushes of one pull request reviewed unasked; then it waits for /forge review, and says so once.")
        return (onPush, debounce, pushesMax)
    }
}

/// What reviewers are told about some files.
package struct ReviewInstruction: Sendable, Equatable {
    package var paths: [ConfigPattern]
    package var text: String
    package var source: ConfigSource

    static func list(_ reader: inout LayeredReader) -> [ReviewInstruction] {
        reader.list("instructions", countMax: 20, named: { _ in nil }, "What a reviewer is told about some files.") { element, source in
            var paths = element.readRequired("paths", .globs, example: "['**/*.sql']", "The files it is about.")
            for index in paths.indices { paths[index].origin = source.origin(line: paths[index].origin.line) }
            let text = element.readRequired(
                "text", .script(bytesMax: 4_000), example: "Look for queries without an index.", "What to look for or to leave alone.")
            return ReviewInstruction(paths: paths, text: text, source: source)
        }
    }
}
