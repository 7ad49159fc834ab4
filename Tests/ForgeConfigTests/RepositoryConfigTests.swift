// `.forge.yml`: its keys, its defaults, and all that is wrong with one at once.

import ForgeConfig
import ForgeCore
import Testing

private func check(_ text: String, _ change: (inout RepositoryConfig) -> Void) throws {
    var expected = RepositoryConfig.standard
    change(&expected)
    #expect(try RepositoryConfig.decode(text: Array(text.utf8)) == expected)
}

private func checkProblems(_ text: String, _ expected: String) {
    do throws(ConfigProblems) {
        _ = try RepositoryConfig.decode(text: Array(text.utf8))
        Issue.record("accepted")
    } catch {
        #expect("\(error)" == expected)
    }
}

private func patterns(_ texts: String...) -> [ConfigPattern] {
    texts.map { ConfigPattern($0, origin: RuleOrigin(layer: .repository, file: ".forge.yml")) }
}

@Test func `an absent file, an empty one and the design's own mean the defaults`() throws {
    try check("") { _ in }
    try check(
        """
        version: 1
        review: {enabled: true, min_severity: medium, max_comments: 10}
        agents:
          autonomy: root_cause
          triage: {min_events: 10, max_age: 14d}
          test: python3 -m unittest discover -s tests
          crew: forge
        """
    ) { $0.agents.test = "python3 -m unittest discover -s tests" }
    #expect(RepositoryConfig.standard.agents.autonomy == .rootCause)
    #expect(RepositoryConfig.standard.review.includesForks && !RepositoryConfig.standard.review.includesDrafts)
}

@Test func `every key changes what it names`() throws {
    try check("review: {enabled: false}") { $0.review.isEnabled = false }
    try check("review: {min_severity: high}") { $0.review.severityMin = .high }
    try check("review: {max_comments: 0}") { $0.review.commentsMax = 0 }
    try check("review: {drafts: true}") { $0.review.includesDrafts = true }
    try check("review: {bots: true}") { $0.review.includesBots = true }
    try check("review: {forks: false}") { $0.review.includesForks = false }
    try check("review: {paths_ignore: ['*.lock', no]}") { $0.review.pathsIgnored = AgreedPatterns([patterns("*.lock", "no")]) }
    try check("review: {labels_ignore: [wip]}") { $0.review.labelsIgnored = AgreedPatterns([patterns("wip")]) }
    try check("review: {base_branches: [main]}") { $0.review.baseBranches = patterns("main") }
    try check("agents: {autonomy: pull_request}") { $0.agents.autonomy = .pullRequest }
    try check("agents: {triage: {min_events: 1}}") { $0.agents.triage.eventsMin = 1 }
    try check("agents: {triage: {max_age: 2d12h}}") { $0.agents.triage.ageMax = .seconds(60 * 3600) }
    try check("agents:\n  test: |\n    make\n    make test\n") { $0.agents.test = "make\nmake test\n" }
    try check("agents: {crew: governed}") { $0.agents.crew = "governed" }
}

@Test func `autonomy grows from nothing to a pull request`() {
    #expect(AgentsConfig.Autonomy.allCases == AgentsConfig.Autonomy.allCases.sorted())
    #expect(AgentsConfig.Autonomy.nothing < .pullRequest)
}

@Test func `all problems come at once, with their lines`() {
    checkProblems(
        """
        version: 2
        reviews: {enabled: true}
        review:
          enabled: yes
          min_severity: medum
          max_comments: 51
          paths_ignore: src/**
          autonomy: branch
        agents:
          autonomy: root cause
          triage: {max_age: 14}
          crew: ../../etc
        FORGE: 1
        """,
        """
        line 1: version is out of range: give one from 1 to 1
        line 2: reviews is not a known key: did you mean review?
        line 4: review.enabled is neither true nor false: write true or false, without quotes
        line 5: review.min_severity is not info, low, medium, high or critical: did you mean medium?
        line 6: review.max_comments is out of range: give one from 0 to 50
        line 7: review.paths_ignore is not a list: write it as [a, b], or each element on a line with '- '
        line 8: review.autonomy is not a known key: did you mean agents.autonomy?
        line 10: agents.autonomy is not nothing, root_cause, branch or pull_request: did you mean root_cause?
        line 11: agents.triage.max_age is not a time such as 60s, 15m, 14d or 1h30m: give one from 1h to 3650d
        line 12: agents.crew is not a short name: use up to 32 lower-case letters, digits, '-' and '_', beginning with a letter or digit
        line 13: FORGE is not a known key: remove it
        """)
}

@Test func `a key from outside cannot break a message's line or flood it`() {
    checkProblems("\"a\\nb\\u202Ec\": 1", "line 1: a?b?c is not a known key: remove it")
    checkProblems(String(repeating: "k", count: 100) + ": 1", "line 1: \(String(repeating: "k", count: 60))… is not a known key: remove it")
}

@Test func `a file too large or too deep is refused`() {
    checkProblems("# " + String(repeating: "x", count: 1 << 18), "line 1: 262146 bytes are more than the 262144 allowed")
    checkProblems(String(repeating: "[", count: 40) + String(repeating: "]", count: 40), "line 1: more than 32 levels deep")
}

@Test(arguments: UInt64(0)..<300)
func `a file changed at random is read or refused with a place, never worse`(seed: UInt64) {
    var state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493
    func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
    var bytes = Array(RepositoryConfig.example.utf8)
    for _ in 0..<(1 + next(20)) { bytes[next(bytes.count)] = UInt8(next(128)) }
    do throws(ConfigProblems) {
        _ = try RepositoryConfig.decode(text: bytes)
    } catch {
        #expect(error.problems.allSatisfy { $0.line != nil })
    }
}
