// Several files to the one config that holds. It must never end without a config: where a file cannot be used, what the other layers say
// holds together with the strict floor below, and the file's problems are told.

package import ForgeCore
import ForgeYAML

/// What holds for a repository, who decided it, and what is to be said about it.
package struct EffectiveConfig: Sendable {
    package let config: RepositoryConfig
    /// In the order of the table of keys, each key once.
    package let decisions: [ConfigDecision]
    /// Of files that cannot be used; empty when all can. Each names its file.
    package let problems: [ConfigProblem]
    /// Attempts to loosen what stands above, and what else is worth a word.
    package let warnings: [ConfigProblem]
    /// Whether the strict floor holds, because a file cannot be used.
    package var isFallback: Bool { !problems.isEmpty }

    /// Who decided the value of this key; nil for one that does not exist.
    package func origins(of key: String) -> [RuleOrigin]? { decisions.first { $0.key == key }?.origins }
}

extension EffectiveConfig {
    /// What holds where a file cannot be used: nobody knows what it wanted to forbid, so agents change nothing and everything is reviewed.
    static let strictFloor = """
        review: {enabled: true, paths_ignore: [], labels_ignore: [], authors_ignore: [], titles_ignore: [], head_branches_ignore: []}
        output: {check_run: true, description: false, labels: false, approve: false}
        agents: {autonomy: nothing}
        forks: {commands: false, agents: false}
        rules: {disable: []}
        scope: {allow: []}

        """

    /// Layers in any order; of two with the same part, the one that comes first stands above.
    package static func load(_ layers: [ConfigLayer]) -> EffectiveConfig {
        let sorted = layers.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
        var problems: [ConfigProblem] = []
        var parsed: [ParsedLayer] = []
        for layer in sorted {
            do throws(ConfigProblems) {
                parsed.append(try ParsedLayer(layer))
            } catch {
                problems += error.problems
            }
        }
        let first = read(parsed)
        problems += first.problems
        guard !problems.isEmpty else { return first }
        let sound = parsed.filter { layer in !problems.contains { $0.source == layer.source } }
        let held = read([.strictFloor] + sound)
        precondition(held.problems.isEmpty, "the strict floor is right, and the other layers were read before")
        return EffectiveConfig(
            config: held.config, decisions: held.decisions, problems: problems.sorted(by: isBefore), warnings: held.warnings)
    }

    private static func read(_ layers: [ParsedLayer]) -> EffectiveConfig {
        let merge = LayerMerge(standards: RepositoryConfig.standards)
        let collectors = layers.map { _ in ConfigCollector(environment: [:], readFile: noFiles) }
        var reader = LayeredReader(
            zip(layers, collectors).map { layer, collector in
                LayeredReader.Layer(source: layer.source, reader: EntryReader(layer.root, at: .root(variable: nil), collector))
            }, merge)
        let config = RepositoryConfig(reading: &reader)
        for layer in reader.layers { layer.reader.finish() }
        var problems: [ConfigProblem] = []
        for (layer, collector) in zip(layers, collectors) {
            problems += problemsOf(collector, describedBy: RepositoryConfig.table).map { $0.located(in: layer.source) }
        }
        return EffectiveConfig(
            config: config, decisions: merge.decisions, problems: problems, warnings: merge.warnings.sorted(by: isBefore))
    }
}

/// The tree of one layer.
private struct ParsedLayer {
    let source: ConfigSource
    let root: YAMLNode

    init(_ layer: ConfigLayer) throws(ConfigProblems) {
        source = layer.source
        do throws(YAMLError) {
            root = try parseYAML(layer.text, limits: RepositoryConfig.limits)
        } catch {
            throw ConfigProblems(error.problems.map { ConfigProblem($0).located(in: layer.source) })
        }
    }

    /// Above all others: the program's own word.
    static var strictFloor: ParsedLayer {
        let source = ConfigSource(layer: .builtIn, role: .floor, file: "strict floor")
        do {
            return try ParsedLayer(ConfigLayer(source, text: Array(EffectiveConfig.strictFloor.utf8)))
        } catch {
            preconditionFailure("the strict floor is YAML: \(error)")
        }
    }
}

extension ConfigLayer {
    /// The farthest from the repository first; the operator's defaults come before his floor.
    fileprivate var rank: Int {
        let order: [RuleLayer] = [.builtIn, .operator, .organisation, .repository]
        let layer = order.firstIndex(of: source.layer) ?? 0
        return layer * 3 + (source.role == .defaults ? 0 : source.role == .floor ? 1 : 2)
    }
}

extension ConfigProblem {
    func located(in source: ConfigSource) -> ConfigProblem {
        var problem = self
        problem.source = source
        return problem
    }
}

private func isBefore(_ first: ConfigProblem, _ second: ConfigProblem) -> Bool {
    let firstPlace = (first.source?.layer ?? .builtIn, first.source?.file ?? "", first.line ?? .max, first.column ?? 0)
    return firstPlace < (second.source?.layer ?? .builtIn, second.source?.file ?? "", second.line ?? .max, second.column ?? 0)
}
