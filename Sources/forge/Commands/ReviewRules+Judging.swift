// The rules over one change, within what a configuration wants looked at: the same for a person's own branch and for a pull request.

import ForgeConfig
import ForgeCore
import ForgeReview
import ForgeRules

extension ReviewRules {
    /// Fills in what the rules found, what they could not look at, and who looked. Returns the files of the change that the configuration
    /// does not want reviewed.
    @discardableResult
    func judge(_ material: inout ReviewMaterial, _ config: ReviewConfig, workers: Int) async -> Set<RepositoryPath> {
        let view = RepositoryView(hasFile: material.input.hasFile)
        let (found, problems) = await judgement(of: material.input.diff, repository: view, workers: workers)
        let reviewed = ReviewedPaths(config)
        let leftOut = Set(material.input.diff.files.lazy.map(\.path).filter { !reviewed.contains($0) })
        material.coverage.filesLeftOut = leftOut.count
        material.found = found.filter { looksEverywhere($0.rule) || $0.path.map(reviewed.contains) ?? true }
        material.imported = material.imported.filter { $0.path.map(reviewed.contains) ?? true }
        material.coverage.unread += problems
        material.rules = described
        material.coverage.rulesUsed = material.rules.count
        material.masked = { masked($0) }
        return leftOut
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
