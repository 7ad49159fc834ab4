// `Rules/models.yml` as a value: what models cost, by their names. It must never make up a price: a model of which one number is missing has
// none.

internal import ForgeCore
internal import ForgeYAML

package struct ModelPack: Sendable {
    package struct Entry: Hashable, Sendable {
        /// The name it is about, without a date; one that ends in a hyphen is a family's.
        package var name: String
        package var provider: String
        /// US dollars for a million tokens.
        package var input: Double
        package var output: Double
        package var cacheRead: Double
        package var cacheWrite: Double
        package var window: Int?
        /// Names that it is about, for the test of the pack.
        var matches: [String] = []
        /// Names that look like it and are other models'.
        var ignores: [String] = []
        var line = 0
    }

    package static let name = "models"

    package private(set) var entries: [Entry] = []
    private let file: String

    package init(yaml bytes: [UInt8], name: String) throws(PackError) {
        file = name
        let problems = PackProblems()
        let root: YAMLNode
        do throws(YAMLError) {
            root = try parseYAML(bytes)
        } catch {
            throw PackError(
                name: name,
                problems: error.problems.map { PackProblem(line: $0.position.line, column: $0.position.column, message: $0.message) })
        }
        var entry = PackEntry(root, problems)
        if entry.number("version") != 1 { entry.problem("'version' is 1") }
        if entry.text("pack") != Self.name { entry.problem("'pack' is \(Self.name)") }
        var names: Set<String> = []
        for var model in entry.entries("models") {
            let read = Self.entry(&model)
            if !names.insert(read.name).inserted { model.problem("there is already a model '\(read.name)'") }
            entries.append(read)
        }
        entry.finish()
        guard problems.list.isEmpty else { throw PackError(name: name, problems: problems.list) }
    }

    private static func entry(_ entry: inout PackEntry) -> Entry {
        func dollars(_ key: String) -> Double {
            guard let value = entry.decimal(key), value >= 0, value <= 100_000 else {
                entry.problem("'\(key)' is US dollars for a million tokens")
                return 0
            }
            return value
        }
        var read = Entry(
            name: entry.required("name"), provider: entry.required("provider"), input: dollars("input"), output: dollars("output"),
            cacheRead: dollars("cache_read"), cacheWrite: dollars("cache_write"))
        if entry.has("window") {
            read.window = entry.number("window")
            if read.window ?? 0 <= 0 { entry.problem("'window' is a number of tokens") }
        }
        read.matches = entry.texts("matches")
        read.ignores = entry.texts("ignores")
        read.line = entry.position.line
        if read.matches.isEmpty { entry.problem("a model shows names that it is about under 'matches'") }
        entry.finish()
        return read
    }

    package func entry(for model: String) -> Entry? { entries.entry(forModel: model, named: \.name) }

    package func exampleReport() -> ExampleReport {
        var failures: [ExampleFailure] = []
        for entry in entries {
            for model in entry.matches where self.entry(for: model) != entry {
                let other = self.entry(for: model)?.name ?? "no entry"
                failures.append(ExampleFailure(rule: entry.name, line: entry.line, message: "the price of '\(model)' is that of \(other)"))
            }
            for model in entry.ignores where self.entry(for: model) == entry {
                failures.append(ExampleFailure(rule: entry.name, line: entry.line, message: "it is taken for the price of '\(model)', too"))
            }
        }
        return ExampleReport(
            pack: Self.name, file: file, ruleCount: entries.count,
            exampleCount: entries.reduce(0) { $0 + $1.matches.count + $1.ignores.count },
            failures: failures)
    }
}
