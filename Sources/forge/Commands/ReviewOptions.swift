// The options of `forge review`, checked against each other. What contradicts is refused: a review of something else than was asked for
// looks exactly like the right one.

import ForgeConfig
import ForgeCore
import ForgeReview

struct ReviewOptions: Sendable {
    /// What is reviewed.
    enum Subject: Sendable, Equatable {
        case workTree, staged
        case head(String)
        /// A file with a patch; `-` is standard input.
        case patch(String)
    }

    /// A report of another tool: `[NAME=]FILE`.
    struct ToolFile: Sendable, Equatable {
        var tool: String?
        var path: String
    }

    var subject: Subject
    var base: String?
    var paths: [String]
    var format: ReviewFormat
    var output: String?
    var failOn: FindingSeverity?
    var severityMin: FindingSeverity?
    var baseline: String?
    var writesBaseline: Bool
    var config: String?
    /// What `.forge.yml` can tighten, and not loosen.
    var upperLayers: [ConfigLayer]
    var sarif: [ToolFile]
    var checkstyle: [ToolFile]
    var lines: [ToolFile]
    var linePattern: String?
    var keepsAll: Bool
    var allowsPartial: Bool
    /// Where git says that what will be committed stands, when it runs this as a hook.
    var indexFile: String?
    /// More packs of rules.
    var rulesFolder: String?

    /// `--base none`: everything there is.
    static let noBase = "none"

    static let specifications: [OptionSpecification] = own + UpperLayers.specifications + [.rulesDir]

    private static let own: [OptionSpecification] = [
        .init("base", "REF", "compare with where the branch left REF; 'none' looks at everything (default: origin's default branch)"),
        .init("head", "REF", "review this commit instead of the files as they are"),
        .init("staged", nil, "review what is staged, against HEAD"),
        .init("path", "PATH", "only this file or folder; may be given several times"),
        .init("patch", "FILE", "review a unified diff instead of a repository; - reads standard input"),
        .init("format", "F", ReviewFormat.allCases.map(\.rawValue).joined(separator: ", ") + " (default text)"),
        .init("output", "FILE", "write the report to FILE"),
        .init("fail-on", "SEVERITY", "exit 1 from here on: info, low, medium, high, critical (default: .forge.yml's, else medium)"),
        .init("min-severity", "SEVERITY", "leave out what is less grave (default: .forge.yml's, which is medium when it says nothing)"),
        .init("baseline", "FILE", "accept the findings listed there"),
        .init("write-baseline", nil, "list what is found in the baseline's file, and forget what is gone"),
        .init("config", "FILE", "read this instead of the .forge.yml of the base"),
        .init("sarif-in", "[NAME=]FILE", "findings of another tool, SARIF 2.1.0; may be given several times"),
        .init("checkstyle-in", "[NAME=]FILE", "the same as checkstyle XML"),
        .init("lines-in", "[NAME=]FILE", "the same as lines 'file:line:column: message'"),
        .init("lines-pattern", "REGEX", "what such a line looks like: groups (?<file>…) line column end_line severity rule message"),
        .init("all", nil, "other tools' findings count wherever they are, not only on lines of the change"),
        .init("allow-partial", nil, "exit 0 even when something could not be read"),
    ]

    init(_ arguments: Arguments, _ environment: [String: String]) throws(CommandFailure) {
        subject = try Self.subject(arguments)
        base = arguments.value("base")
        paths = arguments.values["path"] ?? []
        format = try arguments.choice("format", ReviewFormat.self) ?? .text
        output = arguments.value("output")
        failOn = try arguments.choice("fail-on", FindingSeverity.self)
        severityMin = try arguments.choice("min-severity", FindingSeverity.self)
        baseline = arguments.value("baseline")
        writesBaseline = arguments.has("write-baseline")
        config = arguments.value("config")
        upperLayers = try UpperLayers(arguments).layers
        sarif = Self.files("sarif-in", arguments)
        checkstyle = Self.files("checkstyle-in", arguments)
        lines = Self.files("lines-in", arguments)
        linePattern = arguments.value("lines-pattern")
        keepsAll = arguments.has("all")
        allowsPartial = arguments.has("allow-partial")
        indexFile = environment["GIT_INDEX_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        rulesFolder = arguments.value("rules-dir") ?? environment["FORGE_RULES_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        if writesBaseline, baseline == nil { throw .badInput("--write-baseline needs --baseline FILE: the file to write") }
        if linePattern != nil, lines.isEmpty { throw .badInput("--lines-pattern needs --lines-in FILE: the file it is about") }
        if case .patch = subject, base != nil || !paths.isEmpty {
            throw .badInput("--patch brings its own change: --base and --path say nothing about it")
        }
    }

    private static func subject(_ arguments: Arguments) throws(CommandFailure) -> Subject {
        let given = ["staged", "head", "patch"].filter { arguments.has($0) || arguments.value($0) != nil }
        guard given.count < 2 else { throw .badInput("--\(given[0]) and --\(given[1]) are two different reviews: give one of them") }
        if arguments.has("staged") { return .staged }
        if let head = arguments.value("head") { return .head(head) }
        if let patch = arguments.value("patch") { return .patch(patch) }
        return .workTree
    }

    private static func files(_ name: String, _ arguments: Arguments) -> [ToolFile] {
        (arguments.values[name] ?? []).map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let isNamed = parts.count == 2 && !parts[0].isEmpty && !parts[0].contains("/")
            return isNamed ? ToolFile(tool: String(parts[0]), path: String(parts[1])) : ToolFile(tool: nil, path: text)
        }
    }
}
