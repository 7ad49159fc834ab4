// What a config would have done: each reason not to review, by key, and the decision about a commit with judges that say what they are told.

import ForgeConfig
import ForgeCore
import Testing

/// Patterns here end in a star or are exact: matching itself is tested where it is.
private let matching = PatternMatching(name: fits, path: { fits($0, $1.text) })

@Sendable private func fits(_ pattern: String, _ text: String) -> Bool {
    guard let star = pattern.firstIndex(of: "*") else { return pattern == text }
    return text.hasPrefix(pattern[..<star])
}

private func check(_ config: String, _ change: ReviewCandidate, _ reason: String?, at location: SourceLocation = #_sourceLocation) throws {
    let config = try RepositoryConfig.decode(text: Array(config.utf8))
    #expect(config.review.reasonToSkip(change, matching) == reason, sourceLocation: location)
}

@Test func `each refusal names its key`() throws {
    try check("", ReviewCandidate(), nil)
    try check("review: {enabled: false}", ReviewCandidate(), "reviews are off: review.enabled is false")
    try check("", ReviewCandidate(isDraft: true), "it is a draft, and review.drafts is false")
    try check("review: {drafts: true}", ReviewCandidate(isDraft: true), nil)
    try check("review: {forks: false}", ReviewCandidate(isFork: true), "it comes from a fork, and review.forks is false")
    try check("", ReviewCandidate(author: "renovate[bot]", isBot: true), "it is by the bot renovate[bot], and review.bots is false")
    try check("", ReviewCandidate(isBot: true), "it is by a bot, and review.bots is false")
    try check("review: {bots_include: ['renovate*']}", ReviewCandidate(author: "renovate[bot]", isBot: true), nil)
    try check("review: {authors_ignore: [ann]}", ReviewCandidate(author: "ann"), "review.authors_ignore names its author, in .forge.yml:1")
    try check(
        "review:\n  labels_ignore: [Skip]", ReviewCandidate(labels: ["SKIP"]), "review.labels_ignore names its label SKIP, in .forge.yml:2")
    try check("review: {labels_require: [Go]}", ReviewCandidate(labels: ["x"]), "it has none of the labels of review.labels_require")
    try check("review: {labels_require: [Go]}", ReviewCandidate(labels: ["go"]), nil)
    try check("review: {titles_ignore: ['WIP*']}", ReviewCandidate(title: "WIP: x"), "review.titles_ignore fits its title, in .forge.yml:1")
    try check(
        "review: {head_branches_ignore: ['bot/*']}", ReviewCandidate(headBranch: "bot/x"),
        "review.head_branches_ignore names its branch, in .forge.yml:1")
    let elsewhere = ReviewCandidate(baseBranch: "dev", defaultBranch: "main")
    try check("", elsewhere, "it goes into dev, which review.base_branches does not name")
    try check("review: {base_branches: [dev]}", elsewhere, nil)
    try check("", ReviewCandidate(baseBranch: "main", defaultBranch: "main"), nil)
}

@Test func `a change of which no file is looked at is not reviewed`() throws {
    let docs = ReviewCandidate(paths: [RepositoryPath("docs/a.md")])
    let reason = "review.paths and review.paths_ignore leave none of its files"
    try check("review: {paths_ignore: ['docs/**']}", docs, reason)
    try check("review: {paths: ['src/**']}", docs, reason)
    try check("review: {paths_ignore: ['docs/**'], paths_always: ['docs/a*']}", docs, nil)
    try check("review: {paths_ignore: ['docs/**']}", ReviewCandidate(paths: []), nil)
    try check("review: {paths_ignore: ['docs/**']}", ReviewCandidate(paths: ["docs/a", "b"].map { RepositoryPath($0) }), nil)
}

private func judges(_ found: [FindingSeverity], _ config: RepositoryConfig) -> SimulationJudges {
    SimulationJudges(
        matching: matching,
        scope: { diff in
            let isTooLarge = diff.files.count > config.scope.filesMax ?? .max
            return Verdict(
                isTooLarge ? .deny : .allow, rule: "files", why: "\(diff.files.count) files",
                origin: RuleOrigin(layer: .repository, file: ".forge.yml"))
        },
        findings: { _ in
            found.map { Finding(rule: "r", family: "f", severity: max($0, config.rules.severity["r"] ?? $0), message: "m") }
        })
}

@Test func `a simulation says what would have become of each commit`() throws {
    func diff(_ paths: String...) -> Diff {
        Diff(files: paths.map { FileChange(kind: .added, old: nil, new: FileSide(path: RepositoryPath($0))) })
    }
    let commits = [
        SimulatedCommit(id: "aaaaaaa", candidate: ReviewCandidate(title: "Add a"), diff: diff("src/a")),
        SimulatedCommit(id: "bbbbbbb", candidate: ReviewCandidate(title: "WIP"), diff: diff("src/a")),
        SimulatedCommit(id: "ccccccc", candidate: ReviewCandidate(title: "Docs"), diff: diff("docs/a", "docs/b")),
    ]
    let effective = EffectiveConfig.load([
        .repository(
            Array(
                """
                review: {titles_ignore: ['WIP*'], paths_ignore: ['docs/**'], min_severity: high, max_comments: 1}
                output: {check_fails_on: critical}
                scope: {max_files: 1}
                rules: {severity: {r: low}}
                """.utf8))
    ])
    let decisions = commits.map { effective.simulate($0, judges([.info, .high, .critical], effective.config)) }
    #expect(
        decisions.map(\.skippedBecause) == [
            nil, "review.titles_ignore fits its title, in .forge.yml:1", "review.paths and review.paths_ignore leave none of its files",
        ])
    #expect(decisions.map(\.scope.decision) == [.allow, .allow, .deny])
    // The config's own severity counts: what was info is low.
    #expect(decisions.map(\.shownFindings) == ["1 critical, 1 high, 1 low", "none", "none"])
    #expect(decisions.map(\.commentCount) == [1, 0, 0] && decisions.map(\.failsCheck) == [true, false, false])
    #expect(
        decisions[2].json.text == """
            {"schema":1,"commit":"ccccccc","title":"Docs","reviewed":false,\
            "reason":"review.paths and review.paths_ignore leave none of its files",\
            "scope":{"verdict":"deny","rule":"files","why":"2 files"},"findings":{},"comments":0,"fails_check":false}
            """)
}
