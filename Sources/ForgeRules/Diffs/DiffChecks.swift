// Checks over lines of a diff and over a diff as a whole, by the names that packs use.

internal import ForgeCore

/// Looks at a prepared change; the judge prepares it once for all of them.
typealias ChangeCheck = @Sendable (ChangeView) -> [ChangeHit]

enum DiffChecks {
    static let table: [String: RuleCheck] = {
        var table = HitChecks.table.mapValues { RuleCheck.hit($0) }
        for (name, check) in changes { table[name] = .change { _, diff in check(ChangeView(diff)) } }
        return table
    }()

    static let changes: [String: ChangeCheck] = [
        "bidi-control": UnicodeChecks.bidiControls,
        "invisible-character": UnicodeChecks.invisibleCharacters,
        "homoglyph-identifier": UnicodeChecks.homoglyphs,
        "large-file": FileChecks.largeFiles,
        "path-out-of-tree": FileChecks.pathsOutOfTree,
        "generated-edited": FileChecks.generatedEdited,
        "executable-data": FileChecks.executableData,
        "licence-header": FileChecks.licenceHeaders,
        "dependency-without-lockfile": DependencyChecks.withoutLockFile,
        "lockfile-without-manifest": DependencyChecks.withoutManifest,
        "version-mismatch": DependencyChecks.versionMismatches,
        "migration-without-down": MigrationChecks.withoutWayBack,
        "missing-tests": FileChecks.missingTests,
        "test-file-deleted": CaseChecks.deletedFiles,
        "test-case-removed": CaseChecks.removedCases,
        "test-commented-out": CaseChecks.commentedOut,
        "assertion-removed": AssertionChecks.removed,
        "assertion-weakened": AssertionChecks.weakened,
        "expected-changed": AssertionChecks.expectedChanged,
        "tolerance-widened": NumberChecks.tolerancesWidened,
        "threshold-lowered": NumberChecks.thresholdsLowered,
        "snapshot-rewritten": CaseChecks.rewrittenSnapshots,
        "pipeline-step-removed": PipelineChecks.removedSteps,
        "pull-request-target-checkout": PipelineChecks.strangersCode,
        "lint-rule-off": PipelineChecks.rulesTurnedOff,
    ]
}
