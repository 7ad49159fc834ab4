// Layers by example: who is heard, who decided, what is told, and what holds when a file cannot be used.

import ForgeConfig
import ForgeCore
import Foundation
import Testing

private func load(
    defaults: String? = nil, floor: String? = nil, organisation: String? = nil, repository: String? = nil
) -> EffectiveConfig {
    var layers: [ConfigLayer] = []
    if let repository { layers.append(.repository(Array(repository.utf8))) }
    if let organisation { layers.append(.organisation(Array(organisation.utf8), file: "org.yml")) }
    if let floor { layers.append(.floor(Array(floor.utf8), file: "floor.yml")) }
    if let defaults { layers.append(.defaults(Array(defaults.utf8), file: "defaults.yml")) }
    return EffectiveConfig.load(layers)
}

private func check(_ effective: EffectiveConfig, _ key: String, _ shown: String, by places: String...) {
    let decision = effective.decisions.first { $0.key == key }
    #expect(decision?.shown == shown, "\(key)")
    #expect(decision?.origins.map(\.place) == places, "\(key)")
}

@Test func `each value names the layer, the file and the line that decided it`() {
    let effective = load(
        defaults: "agents: {autonomy: branch}\noutput: {summary: new}", floor: "scope:\n  max_files: 20\n  deny: [a]",
        organisation: "scope: {deny: [b]}\nreview:\n  min_severity: low", repository: "scope: {deny: [a, c], max_files: 30}")
    check(effective, "agents.autonomy", "branch", by: "defaults.yml:1")
    check(effective, "output.summary", "new", by: "defaults.yml:2")
    check(effective, "scope.max_files", "20", by: "floor.yml:2")
    check(effective, "scope.deny", "[a, b, c]", by: "floor.yml:3", "org.yml:1", ".forge.yml:1")
    check(effective, "review.min_severity", "low", by: "org.yml:3")
    check(effective, "review.debounce", "1m", by: "built-in")
    #expect(effective.config.scope.deny.map(\.origin.place) == ["floor.yml:3", "org.yml:1", ".forge.yml:1"])
    #expect(effective.decisions.map(\.key).count == Set(effective.decisions.map(\.key)).count)
    #expect(Set(effective.decisions.map(\.key)).isSuperset(of: ModelKey.all.map(\.name)))
}

@Test func `an attempt names key, layer, file, line and what holds instead`() {
    let effective = load(floor: "scope:\n  max_files: 20\n", repository: "scope:\n\n  max_files: 30\n")
    let text = effective.warnings.map { $0.compilerText(.warning, in: ConfigText(Array("scope:\n\n  max_files: 30\n".utf8))) }.joined()
    #expect(
        text == """
            .forge.yml:3:3: warning: scope.max_files loosens what the operator (floor.yml:2) sets: 20 holds
              3 |   max_files: 30
                |   ^~~~~~~~~

            """)
}

@Test func `a default binds nobody, and a floor is nobody's default`() {
    #expect(load(defaults: "review: {max_comments: 3}", repository: "review: {max_comments: 9}").config.review.commentsMax == 9)
    #expect(load(defaults: "review: {max_comments: 3}").config.review.commentsMax == 3)
    #expect(load(floor: "agents: {autonomy: pull_request}").config.agents.autonomy == .rootCause)
    #expect(load(floor: "review: {max_comments: 3}").config.review.commentsMax == 3)
    #expect(load(floor: "budgets: {run_usd: 1}").config.budgets.runUSD == 1)
}

@Test func `taste is the repository's, and a floor for it is told to be none`() {
    let effective = load(floor: "review: {language: de}", organisation: "review: {language: fr}", repository: "review: {language: pt-BR}")
    #expect(effective.config.review.language == "pt-BR")
    #expect(
        effective.warnings.map(\.description) == [
            "line 1: review.language is taste and has no floor: it holds as a default; a repository may write anything"
        ])
    #expect(load(floor: "review: {language: de}").config.review.language == "de")
}

@Test func `instructions and rules of all layers add up`() {
    let rule = { (id: String) in "rules: {patterns: [{id: \(id), title: T, severity: low, pattern: x, message: M, matches: [x]}]}\n" }
    let effective = load(
        organisation: "review: {instructions: [{paths: ['**'], text: A}]}\n" + rule("one"),
        repository: "review: {instructions: [{paths: ['b/**'], text: B}]}\n" + rule("two"))
    #expect(effective.config.review.instructions.map(\.text) == ["A", "B"])
    #expect(effective.config.review.instructions.map(\.source.layer) == [.organisation, .repository])
    #expect(effective.config.rules.patterns.map(\.id) == ["one", "two"])
    #expect(effective.config.rules.patterns.map(\.origin.place) == ["org.yml:2", ".forge.yml:2"])
    check(effective, "rules.patterns", "2", by: "org.yml:2", ".forge.yml:2")
}

@Test func `a file that cannot be used leaves the layers above and a strict floor, and says so`() {
    let effective = load(organisation: "scope: {allow: ['src/**']}\nagents: {autonomy: branch}", repository: "agents: {autonomi: nothing}")
    #expect(
        effective.isFallback
            && effective.problems.map(\.description) == [
                "line 1: agents.autonomi is not a known key: did you mean autonomy?"
            ])
    #expect(effective.config.agents.autonomy == .nothing && effective.config.scope.allow.all.isEmpty)
    #expect(effective.config.review.isEnabled && effective.config.review.pathsIgnored.all.isEmpty)
    #expect(!effective.config.output.approves && !effective.config.output.editsDescription)
    // Not one of the floor's own values is told as an attempt of somebody.
    #expect(effective.warnings.isEmpty || effective.warnings.allSatisfy { $0.source?.layer != .builtIn })
}

@Test func `a broken file of one layer does not hide what is wrong with another`() {
    let effective = load(floor: "\tx: 1", organisation: "reviews: {}", repository: "scope: {max_files: 0}")
    #expect(
        effective.problems.map { "\($0.source?.file ?? ""): \($0)" } == [
            "floor.yml: line 1: a tab cannot indent YAML: use spaces",
            "org.yml: line 1: reviews is not a known key: did you mean review?",
            ".forge.yml: line 1: scope.max_files is out of range: give one from 1 to 10000",
        ])
}

@Test func `two lists of what is ignored must agree, and one that is empty ignores nothing`() {
    let ignored = load(
        organisation: "review: {paths_ignore: ['vendor/**', 'dist/**']}", repository: "review: {paths_ignore: ['vendor/**']}")
    #expect(ignored.warnings.isEmpty)
    func isIgnored(_ path: String, _ effective: EffectiveConfig) -> Bool {
        effective.config.review.pathsIgnored.match { path.hasPrefix($0.text.dropLast(2)) }
    }
    #expect(isIgnored("vendor/a", ignored) && !isIgnored("dist/a", ignored))
    let none = load(organisation: "review: {paths_ignore: []}", repository: "review: {paths_ignore: ['**']}")
    #expect(!isIgnored("a", none) && none.warnings.count == 1)
}

@Test func `an exception belongs to the list of its own file`() {
    // The same denial without the exception is another one, and must not be lost as a repetition.
    let strict = load(organisation: "scope: {deny: ['src/**', '!src/gen/**']}", repository: "scope: {deny: ['src/**']}")
    check(strict, "scope.deny", "['src/**', '!src/gen/**', 'src/**']", by: "org.yml:1", ".forge.yml:1")
    #expect(strict.config.scope.deny.map(\.origin.file) == ["org.yml", "org.yml", ".forge.yml"])
    let narrower = load(organisation: "scope: {allow: ['src/**']}", repository: "scope: {allow: ['src/**', '!src/gen/**']}")
    #expect(narrower.warnings.isEmpty && narrower.config.scope.allow.lists.count == 2)
    let plain = load(organisation: "scope: {deny: [a, b]}", repository: "scope: {deny: [b, c]}")
    check(plain, "scope.deny", "[a, b, c]", by: "org.yml:1", ".forge.yml:1")
}

@Test func `what a server allows holds over what a repository budgets`() throws {
    let server = try settings("budget: {run_usd: 2, repository_day_usd: 20, run_steps: 60, run_minutes: 30}").budget
    let own = load(repository: "budgets: {run_usd: 50, run_steps: 10}").config.budgets.limited(by: server)
    #expect(own.runUSD == 2 && own.repositoryDayUSD == 20 && own.runSteps == 10 && own.runMinutes == 30)
}

@Test func `a command takes the stricter of two permissions, and one that is off takes none`() {
    let commands = load(repository: "commands: {enabled: [fix, review], permission: maintain, permissions: {fix: admin, review: write}}")
        .config.commands
    #expect(commands.permission(for: .fix) == .admin && commands.permission(for: .review) == .maintain)
    #expect(commands.permission(for: .approve) == nil)
}

@Test func `a check fails from the severity that is named`() {
    let output = load(repository: "output: {check_fails_on: high}").config.output
    #expect(output.failsOn.includes(.critical) && output.failsOn.includes(.high) && !output.failsOn.includes(.medium))
    #expect(!RepositoryConfig.standard.output.failsOn.includes(.critical))
}

@Test func `a rule is on when any layer enables it, and off when all that speak agree`() {
    func isOn(_ id: String, _ effective: EffectiveConfig, standard: Bool = true) -> Bool {
        effective.config.rules.isOn(standard: standard) { $0.text == id || $0.text == "*" }
    }
    let effective = load(organisation: "rules: {disable: [a, b]}", repository: "rules: {disable: [a, c], enable: [d]}")
    #expect(!isOn("a", effective) && isOn("b", effective) && isOn("c", effective) && isOn("d", effective, standard: false))
    let pinned = load(organisation: "rules: {enable: [a]}", repository: "rules: {disable: ['*']}")
    #expect(isOn("a", pinned) && !isOn("b", pinned))
    #expect(pinned.warnings.map(\.key) == ["rules.disable"])
}

/// A page whose example is wrong teaches the wrong thing.
@Test func `the example in the page of keys is what happens`() throws {
    func block(_ number: Int, _ kind: String) throws -> String {
        let blocks = RepositoryConfig.page.components(separatedBy: "```\(kind)\n").dropFirst()
        return try #require(blocks.dropFirst(number).first?.components(separatedBy: "```").first)
    }
    let effective = load(organisation: try block(0, "yaml"), repository: try block(1, "yaml"))
    let first = try #require(effective.warnings.first).compilerText(.warning, in: nil)
    #expect(RepositoryConfig.page.contains(first) && effective.warnings.count == 2)
    let rows = RepositoryConfig.page.split(separator: "\n").filter {
        $0.hasSuffix("yml:1") || $0.hasSuffix("yml:2") || $0.hasSuffix("yml:3")
    }
    #expect(rows.count == 5)
    for row in rows {
        let decision = try #require(effective.decisions.first { row.hasPrefix($0.key + " ") }, "\(row)")
        #expect(
            row.contains("  \(decision.shown)  ") && row.hasSuffix("  " + decision.origins.map(\.place).joined(separator: ", ")), "\(row)")
    }
}

// MARK: In the server's settings

@Test func `the operator's files are layers, and one that cannot be used stops the server`() throws {
    let files = Files(contents: ["/d.yml": "agents: {autonomy: branch}", "/f.yml": "scope:\n  max_files: 20"])
    let layers = try settings("repositories: {defaults_file: /d.yml, floor_file: /f.yml}", files: files).repositories.layers
    #expect(layers.map(\.source.role) == [.defaults, .floor] && layers.map(\.source.file) == ["/d.yml", "/f.yml"])
    #expect(EffectiveConfig.load(layers).config.agents.autonomy == .branch)
    #expect(try settings("").repositories.layers.isEmpty)
    checkProblems(
        "repositories:\n  floor_file: /f.yml", files: Files(contents: ["/f.yml": "scope:\n  max_fils: 20"]),
        """
        line 2: repositories.floor_file names a file with a problem: line 2: scope.max_fils is not a known key: \
        did you mean max_files?: mend it; 'forge check' shows the line
        """)
    checkProblems(
        "repositories: {floor_file: /nowhere}",
        "line 1: repositories.floor_file names a file that does not exist: create it, readable only by the user that Forge runs as")
}
