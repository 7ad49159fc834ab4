// The rules over one change, within what a configuration wants looked at: the same for a person's own branch and for a pull request.

import ForgeConfig
import ForgeCore
import ForgeReview
import ForgeRules

extension ReviewRules {
    /// Fills in what the rules found, what they could not look at, and who looked.
    func judge(_ material: inout ReviewMaterial, _ config: ReviewConfig, workers: Int) async {
        let view = RepositoryView(hasFile: material.input.hasFile)
        let (found, problems) = await judgement(of: material.input.diff, repository: view, workers: workers)
        let reviewed = ReviewedPaths(config)
        material.coverage.filesLeftOut = material.input.diff.files.count { !reviewed.contains($0.path) }
        material.found = found.filter { looksEverywhere($0.rule) || $0.path.map(reviewed.contains) ?? true }
        material.imported = material.imported.filter { $0.path.map(reviewed.contains) ?? true }
        material.coverage.unread += problems
        material.rules = described
        material.coverage.rulesUsed = material.rules.count
        material.masked = { masked($0) }
    }

    /// Files of a change that a configuration does not want reviewed.
    func leftOut(of diff: Diff, _ config: ReviewConfig) -> Set<RepositoryPath> {
        let reviewed = ReviewedPaths(config)
        return Set(diff.files.map(\.path).filter { !reviewed.contains($0) })
    }
}

/// Which files the configuration wants reviewed.
private struct ReviewedPaths {
    private let wanted: PathPatternList?
    private let ignored: [PathPatternList]
    private let always: PathPatternList

    init(_ config: ReviewConfig) {
        wanted = config.paths.isEmpty ? nil : PathPatternList(config.paths.map(\.text))
        ignored = config.pathsIgnored.lists.map { PathPatternList($0.map(\.text)) }
        always = PathPatternList(config.pathsAlways.map(\.text))
    }

    func contains(_ path: RepositoryPath) -> Bool {
        if always.contains(path) { return true }
        return wanted?.contains(path) ?? true && !ignored.allSatisfy { $0.contains(path) }
    }
}
