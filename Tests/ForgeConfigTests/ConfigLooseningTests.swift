// Attempts to loosen by configuration fail: what stands above holds, and whoever tried is told. The attempts are data of all tests, since
// the table of attacks shows them, too.

import ForgeConfig
import ForgeCore
import ForgeTestSupport
import Testing

extension LooseningAttempt {
    fileprivate var layers: [ConfigLayer] {
        var layers: [ConfigLayer] = []
        if let defaults { layers.append(.defaults(Array(defaults.utf8), file: "defaults.yml")) }
        if let floor { layers.append(.floor(Array(floor.utf8), file: "floor.yml")) }
        if let organisation { layers.append(.organisation(Array(organisation.utf8), file: "acme/.github/.forge.yml")) }
        return layers + [.repository(Array(repository.utf8))]
    }
}

@Suite struct ConfigLooseningTests {
    @Test(arguments: LooseningAttempt.all)
    func `what stands above holds`(attempt: LooseningAttempt) {
        let effective = EffectiveConfig.load(attempt.layers)
        for (key, value) in attempt.holds {
            #expect(effective.value(key).map(unordered) == unordered(value), "\(attempt.name): \(key)")
        }
        let attempts = effective.warnings.filter { $0.source?.layer == .repository }
        switch attempt.outcome {
        case .warned:
            #expect(effective.problems.isEmpty && !attempts.isEmpty, "\(attempt.name)")
            // The key, the layer that holds, its file, and the line.
            for warning in attempts { #expect(warning.line != nil && warning.what.contains(":1"), "\(warning)") }
        case .silent: #expect(effective.problems.isEmpty && attempts.isEmpty, "\(attempt.name)")
        case .refused:
            #expect(!effective.problems.isEmpty && effective.isFallback, "\(attempt.name)")
            #expect(effective.problems.allSatisfy { $0.source?.file == ".forge.yml" && $0.line != nil }, "\(attempt.name)")
            #expect(effective.value("agents.autonomy") == "nothing")
        }
    }

    @Test func `there are as many attempts as promised, each once`() {
        #expect(LooseningAttempt.all.count >= 60)
        #expect(Set(LooseningAttempt.all.map(\.name)).count == LooseningAttempt.all.count)
    }

    /// The test above would pass if nothing ever moved.
    @Test func `what tightens is heard`() {
        let effective = EffectiveConfig.load([
            .floor(Array("agents: {autonomy: branch}\nscope: {max_files: 20}\noutput: {check_fails_on: high}\n".utf8), file: "floor.yml"),
            .repository(Array("agents: {autonomy: nothing}\nscope: {max_files: 3, deny: [a]}\noutput: {check_fails_on: low}\n".utf8)),
        ])
        #expect(effective.warnings.isEmpty && effective.problems.isEmpty)
        #expect(effective.config.agents.autonomy == .nothing && effective.config.scope.filesMax == 3)
        #expect(effective.config.output.failsOn == .low && effective.config.scope.deny.map(\.text) == ["a"])
        #expect(effective.origins(of: "scope.deny")?.map(\.place) == [".forge.yml:2"])
    }
}

/// Lists and groups sorted, so that only what is in them counts.
private func unordered(_ value: JSON) -> JSON {
    switch value {
    case .array(let items): .array(items.map(unordered).sorted { $0.text < $1.text })
    case .object(let members): .object(members.sorted { $0.name < $1.name })
    default: value
    }
}
