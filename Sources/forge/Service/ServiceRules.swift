// The rules that the service reviews with: those of each configuration in use, compiled once and kept. Repositories with the same rules share
// them. It must never hold more than a few: a repository's own rules are its own.

import ForgeConfig
import ForgeCore
import ForgeReview
import ForgeSystem
import Synchronization

final class ServiceRules: Sendable {
    private static let countMax = 16
    private static let configName = ".forge.yml"

    private struct Entry {
        var config: RulesConfig
        var rules: ReviewRules
    }

    private let packs: RulePacks
    private let cache: PatternCache
    private let log: Log
    /// The one used last is the last.
    private let entries = Mutex<[Entry]>([])

    init(_ packs: RulePacks, _ cache: PatternCache, log: Log) {
        self.packs = packs
        self.cache = cache
        self.log = log.named("rules")
    }

    /// Compiles the rules of repositories that change none, so that nobody's first review waits for that.
    func warm() {
        do throws(CommandFailure) {
            _ = try rules(for: .standard)
        } catch {
            // The first review says it again, where it is looked for.
            log.error("the rules could not be made ready", [.init("error", .string("\(error)"))])
        }
    }

    /// The rules as this configuration wants them.
    func rules(for config: RepositoryConfig) throws(CommandFailure) -> ReviewRules {
        let known = entries.withLock { entries -> ReviewRules? in
            guard let index = entries.firstIndex(where: { $0.config == config.rules }) else { return nil }
            let entry = entries.remove(at: index)
            entries.append(entry)
            return entry.rules
        }
        if let known { return known }
        let log = log
        // Two at once may compile the same: that costs time once, and waiting for each other would cost it often.
        let made = try ReviewRules(packs, config, configName: Self.configName, cache) { log.warning($0) }
        entries.withLock { entries in
            entries.append(Entry(config: config.rules, rules: made))
            if entries.count > Self.countMax { entries.removeFirst() }
        }
        return made
    }
}
