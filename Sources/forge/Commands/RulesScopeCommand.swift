// `forge rules scope`: whether a patch stays within what may be changed. Its one JSON object is a contract. It must never answer `allow` for a
// patch or a config that it could not read.

import ForgeConfig
import ForgeCore
import ForgeRules
import ForgeSystem

extension OptionSpecification {
    static let repositoryConfig = OptionSpecification(
        "config", "FILE", "a repository's .forge.yml (default: none, so Forge's own rules alone)")
}

extension RulesCommands {
    /// The largest patch that is read; git itself refuses to apply one above 1 GiB.
    private static let patchBytesMax = 1 << 30

    static let scope = CommandSpecification(
        "rules scope", "whether a patch stays within what may be changed",
        details: """
            Prints one JSON object: {"verdict", "rules", "paths", "details"}. The verdict is allow, ask (a person approves) or deny.
            The patch is what git diff, git format-patch or diff -u write; '-' is standard input.
            Exit codes: 0 allow, 1 ask or deny, 2 a patch, a config or a pack that cannot be read.
            """,
        options: [.repositoryConfig, .init("diff", "PATCH", "a file with the patch, or '-'"), .json, .rulesDir]
    ) { arguments, context in
        guard let patch = arguments.value("diff") else { throw CommandFailure.badInput("--diff is missing: give a patch, or '-'") }
        let policy = try scopePolicy(arguments, context)
        let bytes = try patchBytes(patch)
        let diff: Diff
        do throws(PatchError) {
            diff = try PatchText.parse(bytes)
        } catch {
            throw CommandFailure.badInput("\(patch == "-" ? "standard input" : patch): \(error)")
        }
        let verdict = policy.verdict(.diff(diff))
        try context.show(verdict.json)
        return verdict.decision == .allow ? .ok : .refused
    }

    private static func patchBytes(_ path: String) throws(CommandFailure) -> [UInt8] {
        do throws(SystemError) {
            return path == "-"
                ? try Files.readAll(0, name: "standard input", bytesMax: patchBytesMax) : try Files.read(path, bytesMax: patchBytesMax)
        } catch {
            throw .badInput("the patch cannot be read: \(error)")
        }
    }

    /// Forge's rules, and a repository's if one is given.
    static func scopePolicy(_ arguments: Arguments, _ context: CommandContext) throws(CommandFailure) -> ScopePolicy {
        try scopePolicy(try RulePacks.load(arguments, context).scope(), config: arguments.value("config"))
    }

    static func scopePolicy(_ pack: ScopePack, config path: String?) throws(CommandFailure) -> ScopePolicy {
        guard let path else { return ScopePolicy(pack: pack) }
        let text: [UInt8]
        do throws(SystemError) {
            text = try Files.read(path)
        } catch {
            throw .badInput("the config cannot be read: \(error)")
        }
        let effective = EffectiveConfig.load([.repository(text, file: path)])
        guard effective.problems.isEmpty else {
            throw .badInput(effective.problems.map { "\(path): \($0)" }.joined(separator: "\n"))
        }
        let layers = ScopeLayer.layers(of: effective)
        let problems = layers.flatMap(\.problems)
        guard problems.isEmpty else {
            let lines = problems.map { "\($0.entry.origin.file):\($0.entry.origin.line ?? 1): '\($0.entry.pattern)' \($0.message)" }
            throw .badInput(lines.joined(separator: "\n"))
        }
        return ScopePolicy(pack: pack, layers: layers)
    }

    /// What holds for a path, whatever is done with it.
    static func explainPath(_ path: String, _ arguments: Arguments, _ context: CommandContext) throws -> ExitCode {
        let judgements = try scopePolicy(arguments, context).explain(RepositoryPath(path))
        if arguments.has("json") {
            let verdict = judgements.map(\.verdict.decision).max() ?? .allow
            try context.show(["path": .string(path), "verdict": .string(verdict.rawValue), "details": .array(judgements.map(\.json))])
            return .ok
        }
        guard !judgements.isEmpty else {
            try context.print("allow: no rule speaks against changing it")
            return .ok
        }
        for judgement in judgements {
            let verdict = judgement.verdict
            let pattern = judgement.pattern.map { ", '\($0)'" } ?? ""
            let place = "\(verdict.origin.layer.rawValue), \(verdict.origin.file):\(verdict.origin.line ?? 1)"
            try context.print(Table.flat("\(verdict.decision.rawValue) (\(verdict.rule)\(pattern)): \(verdict.why)  [\(place)]"))
        }
        return .ok
    }
}

extension ScopeLayer {
    /// What each file of a config says about scope, as layers of their own: an exception in one list takes back nothing of another file's.
    static func layers(of effective: EffectiveConfig) -> [ScopeLayer] {
        let scope = effective.config.scope
        var layers: [RuleOrigin: ScopeLayer] = [:]
        func file(_ origin: RuleOrigin) -> RuleOrigin { RuleOrigin(layer: origin.layer, file: origin.file) }
        func entry(_ pattern: ConfigPattern) -> ScopeEntry { ScopeEntry(pattern.text, origin: pattern.origin) }
        for pattern in scope.deny {
            layers[file(pattern.origin), default: ScopeLayer(origin: file(pattern.origin))].deny.append(entry(pattern))
        }
        for pattern in scope.ask {
            layers[file(pattern.origin), default: ScopeLayer(origin: file(pattern.origin))].ask.append(entry(pattern))
        }
        let said = effective.origins(of: "scope.allow")?.last ?? RuleOrigin(layer: .builtIn, file: "built-in")
        let allowing = scope.allow.lists.map { list in
            ScopeLayer(origin: list.first?.origin ?? said, allow: list.map(entry))
        }
        func limit(_ value: Int?, _ key: String) -> ScopeLimit? {
            value.map { ScopeLimit($0, origin: effective.origins(of: "scope.\(key)")?.first ?? said) }
        }
        let limits = ScopeLimits(
            filesMax: limit(scope.filesMax, "max_files"), linesMax: limit(scope.linesMax, "max_lines"),
            bytesMax: limit(scope.bytesMax, "max_bytes"), fileBytesMax: limit(scope.fileBytesMax, "max_file_bytes"))
        return layers.values.sorted { ($0.origin.layer, $0.origin.file) < ($1.origin.layer, $1.origin.file) } + allowing
            + [ScopeLayer(origin: said, limits: limits)]
    }
}
