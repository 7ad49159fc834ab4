// Reading runs and what they left behind. What belongs to a run is seen by whoever sees the run.

import ForgeCore

extension Connection {
    private static let runColumns = """
        SELECT id, state, reason, created_at, updated_at, kind, tenant, repository, job, ticket, subject FROM runs
        """

    private static func run(_ row: inout Row) throws(StoreError) -> Run {
        Run(
            id: row.id(), state: try row.word(), reason: row.optionalText(), createdAt: row.moment(), updatedAt: row.moment(),
            new: NewRun(
                kind: try row.word(), tenant: try row.tenant(), repository: row.text(), job: row.optionalID(), ticket: row.optionalID(),
                subject: row.text()))
    }

    func run(_ id: RunID, scope: TenantScope) throws(StoreError) -> Run? {
        try first("\(Self.runColumns) WHERE id = ?1 AND (?2 IS NULL OR tenant = ?2)", [Value(id), Value(scope)], Self.run)
    }

    func runs(_ filter: RunFilter, page: PageRequest, scope: TenantScope) throws(StoreError) -> Page<Run> {
        var listing = Listing(Self.runColumns, page: page)
        listing.require(scope)
        listing.require("state = ?", filter.state.map { Value($0) })
        listing.require("kind = ?", filter.kind.map { Value($0) })
        listing.require("repository = ?", filter.repository.map(Value.text))
        return try listing.read(on: self, id: \.id.number, Self.run)
    }

    private static let seen = "EXISTS (SELECT 1 FROM runs WHERE runs.id = run AND (?2 IS NULL OR runs.tenant = ?2))"

    private static func step(_ row: inout Row) throws(StoreError) -> Step {
        Step(run: row.id(), key: row.text(), kind: row.text(), result: try row.json(), at: row.moment())
    }

    func steps(of run: RunID, scope: TenantScope) throws(StoreError) -> [Step] {
        let sql = "SELECT run, key, kind, result, at FROM steps WHERE run = ?1 AND \(Self.seen) ORDER BY id"
        return try all(sql, [Value(run), Value(scope)], Self.step)
    }

    func step(_ key: String, of run: RunID) throws(StoreError) -> Step? {
        try first("SELECT run, key, kind, result, at FROM steps WHERE run = ? AND key = ?", [Value(run), .text(key)], Self.step)
    }

    func findings(of run: RunID, scope: TenantScope) throws(StoreError) -> [RecordedFinding] {
        let sql = """
            SELECT run, stable_id, rule, severity, category, path, line, message, state FROM findings WHERE run = ?1 AND \(Self.seen)
            ORDER BY id
            """
        return try all(sql, [Value(run), Value(scope)]) { row throws(StoreError) in
            RecordedFinding(
                run: row.id(), stableID: row.text(), rule: row.text(), severity: try row.word(), category: row.text(), path: row.text(),
                line: row.optionalInteger().map { Int($0) }, message: row.text(), state: row.text())
        }
    }

    func artifact(_ digest: String, run: RunID, scope: TenantScope) throws(StoreError) -> Artifact? {
        let sql = "SELECT digest, kind, media_type, bytes FROM artifacts WHERE run = ?1 AND \(Self.seen) AND digest = ?3"
        return try first(sql, [Value(run), Value(scope), .text(digest)]) { row in
            Artifact(digest: row.text(), kind: row.text(), mediaType: row.text(), bytes: row.bytes())
        }
    }

    /// Rows are numbered as they come, and all of a run go at once. The length of a blob stands before it: none is read.
    func artifacts(of run: RunID, scope: TenantScope) throws(StoreError) -> [ArtifactSummary] {
        let sql = """
            SELECT digest, kind, media_type, length(bytes) FROM artifacts WHERE run = ?1 AND \(Self.seen) ORDER BY artifacts.rowid
            """
        return try all(sql, [Value(run), Value(scope)]) { row in
            ArtifactSummary(digest: row.text(), kind: row.text(), mediaType: row.text(), bytes: row.int())
        }
    }
}
