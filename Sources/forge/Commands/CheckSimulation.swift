// `forge check --simulate`: the commits of a range, each judged as if it were a pull request of its own. It reads a local repository and
// writes nothing.

import ForgeConfig
import ForgeCore
import ForgeGit
import ForgeRules

struct CheckSimulation {
    private static let commitsMax = 1_000

    private let repository: LocalRepository
    private let base: CommitSHA
    private let head: CommitSHA

    /// The repository that `folder` is in, and a range such as `main~20..main`.
    init(_ range: String, in folder: String) async throws(CommandFailure) {
        let ends = range.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2, !ends.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else {
            throw .badInput("--simulate takes BASE..HEAD, such as main~20..main, not '\(range)'")
        }
        do throws(GitError) {
            repository = try LocalRepository(containing: folder, runtime: try GitRuntime())
            base = try await repository.commit(named: ends[0])
            head = try await repository.commit(named: ends[1])
        } catch {
            throw .badInput(error.message)
        }
    }

    func decisions(_ effective: EffectiveConfig, _ context: CommandContext) async throws(CommandFailure) -> [SimulatedDecision] {
        let judges = try Self.judges(effective, context)
        do throws(GitError) {
            var decisions: [SimulatedDecision] = []
            for commit in try await repository.commits(from: base, to: head, countMax: Self.commitsMax) {
                // A merge is looked at as what it brought into the line it went into.
                let diff = try await repository.diff(DiffRequest(.commits(commit.parent, commit.sha)))
                let isBot = commit.author.hasSuffix("[bot]")
                let candidate = ReviewCandidate(author: isBot ? commit.author : nil, isBot: isBot, title: commit.subject)
                decisions.append(effective.simulate(SimulatedCommit(id: commit.sha.short, candidate: candidate, diff: diff), judges))
            }
            return decisions
        } catch {
            throw .badInput(error.message)
        }
    }

    private static func judges(_ effective: EffectiveConfig, _ context: CommandContext) throws(CommandFailure) -> SimulationJudges {
        let packs = try RulePacks.load(folder: nil, .forCommands(context.environment))
        let policy = ScopePolicy(pack: try packs.scope(), layers: ScopeLayer.layers(of: effective))
        let rules = try ReviewRules(packs, effective.config, configName: ".forge.yml", .forCommands(context.environment)) {
            context.note("forge: \($0)")
        }
        let allowed = Verdict(
            .allow, rule: "scope", why: "no rule speaks against it", origin: RuleOrigin(layer: .builtIn, file: "Rules/scope.yml"))
        return SimulationJudges(
            matching: .standard, scope: { policy.verdict(.diff($0)).judgements.first?.verdict ?? allowed },
            findings: { rules.judgement(of: $0).found })
    }
}
