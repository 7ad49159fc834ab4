// From text and environment to a value of some type, or to every problem there is. Pure: the only way out is the closure
// that reads the files which settings name.

import ForgeCore
import ForgeYAML

/// A configuration that holds, and what is worth saying about it all the same.
package struct Decoded<Config: Sendable>: Sendable {
    package let config: Config
    package let warnings: [ConfigProblem]
}

/// Variables that begin with `FORGE_` and are no settings.
package let otherForgeVariables: Set<String> = ["FORGE_CONFIG", "FORGE_HAR", "FORGE_TOKEN", "FORGE_UPDATE_GOLDEN"]

/// Everything one decoding needs to know.
struct ConfigInput {
    var text: [UInt8]
    var environment: [String: String] = [:]
    /// `FORGE`, or nil where the environment has no say.
    var variablePrefix: String?
    var readFile: ConfigFileReader = noFiles
    var limits = YAMLLimits()
}

func decodeConfig<Config: Sendable>(
    _ input: ConfigInput, _ read: (inout EntryReader) -> Config
) throws(ConfigProblems) -> Decoded<Config> {
    let root: YAMLNode
    do throws(YAMLError) {
        root = try parseYAML(input.text, limits: input.limits)
    } catch {
        throw ConfigProblems(error.problems.map(ConfigProblem.init))
    }
    let collector = ConfigCollector(environment: input.environment, readFile: input.readFile)
    var reader = EntryReader(root, at: .root(variable: input.variablePrefix), collector)
    let config = read(&reader)
    reader.finish()

    let found = problemsOf(collector, describedBy: describeConfig(read))
    let strangers = input.variablePrefix.map { unknownVariables(collector, prefix: $0) } ?? []
    let problems = found + strangers
    guard problems.isEmpty else { throw ConfigProblems(problems, warnings: collector.warnings) }
    return Decoded(config: config, warnings: collector.warnings)
}

/// What holds when nothing is written anywhere.
func standardConfig<Config>(_ read: (inout EntryReader) -> Config) -> Config {
    let collector = ConfigCollector(environment: [:], readFile: noFiles)
    var reader = EntryReader(nil, at: .root(variable: nil), collector)
    let config = read(&reader)
    precondition(collector.problems.isEmpty, "the defaults do not go together")
    return config
}

/// Every key that `read` asks for, in its order.
func describeConfig<Config>(_ read: (inout EntryReader) -> Config) -> [KeyDescription] {
    let collector = ConfigCollector(environment: [:], readFile: noFiles, isDescribing: true)
    var reader = EntryReader(nil, at: .root(variable: nil), collector)
    _ = read(&reader)
    return collector.table
}

/// What one reading found wrong, unknown keys too, in the order of the text.
func problemsOf(_ collector: ConfigCollector, describedBy table: @autoclosure () -> [KeyDescription]) -> [ConfigProblem] {
    let unknown = collector.unknownKeys.isEmpty ? [] : problems(with: collector.unknownKeys, table: table())
    return (collector.problems + unknown).sorted(by: isBefore)
}

func noFiles(_ path: String) throws(ConfigFileError) -> ConfigFile {
    throw .missing
}

extension ConfigProblem {
    init(_ problem: YAMLProblem) {
        self.init(line: problem.position.line, column: problem.position.column, key: "", what: problem.message, advice: "")
    }
}

private func isBefore(_ first: ConfigProblem, _ second: ConfigProblem) -> Bool {
    let firstPlace = (first.line ?? .max, first.column ?? 0, first.variable ?? "", first.key)
    return firstPlace < (second.line ?? .max, second.column ?? 0, second.variable ?? "", second.key)
}

/// A misspelt key is answered with its neighbour; a key in the wrong group with the right one.
private func problems(with keys: [ConfigCollector.UnknownKey], table: [KeyDescription]) -> [ConfigProblem] {
    keys.map { unknown in
        var advice = "remove it"
        if let near = Nearest.name(to: unknown.key, in: unknown.siblings) {
            advice = "did you mean \(near)?"
        } else if let elsewhere = table.first(where: { $0.name == unknown.key }) {
            advice = "did you mean \(elsewhere.path.joined(separator: ".").replacingElements)?"
        }
        return ConfigProblem(
            line: unknown.position.line, column: unknown.position.column, key: unknown.place.shown, what: "is not a known key",
            advice: advice)
    }
}

extension String {
    /// `trackers.[].name` as people write it: `trackers[].name`.
    fileprivate var replacingElements: String { split(separator: ".[]", omittingEmptySubsequences: false).joined(separator: "[]") }
}

private func unknownVariables(_ collector: ConfigCollector, prefix: String) -> [ConfigProblem] {
    let known = collector.knownVariables.union(otherForgeVariables)
    let strangers = collector.environment.filter { name, value in
        name.hasPrefix(prefix + "_") && !known.contains(name) && !isServiceLink(name, value)
    }
    return strangers.keys.sorted().map { name in
        // Without what all of them begin with, which would make any two look alike.
        let near = Nearest.name(to: String(name.dropFirst(prefix.count + 1)), in: known.map { String($0.dropFirst(prefix.count + 1)) })
        let advice = near.map { "did you mean \(prefix)_\($0)?" } ?? "unset it; 'forge schema' lists the settings"
        return ConfigProblem(variable: shortened(name), key: "", what: "is not a known setting", advice: advice)
    }
}

/// Whether Kubernetes set this variable: for a service called `forge` or `forge-…` it puts `FORGE_SERVICE_HOST`,
/// `FORGE_PORT=tcp://…` and their like into every container of the namespace, and nobody could start there.
private func isServiceLink(_ name: String, _ value: String) -> Bool {
    let isAddress = value.hasPrefix("tcp://") || value.hasPrefix("udp://") || value.hasPrefix("sctp://")
    if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_SERVICE_PORT") || name.firstRange(of: "_SERVICE_PORT_") != nil { return true }
    if name.hasSuffix("_PORT") { return isAddress }
    guard let port = name.firstRange(of: "_PORT_") else { return false }
    return name[port.upperBound...].first?.isNumber == true
}
