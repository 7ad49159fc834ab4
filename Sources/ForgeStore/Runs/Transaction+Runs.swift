// Writing runs. Whoever comes with a lease must hold it, and it must be the lease of the run's own job.

import ForgeCore
import ForgeCrypto

extension Transaction {
    func createRun(_ run: NewRun, lease: Lease?) throws(StoreError) -> RunID {
        try requireLease(lease, job: run.job, "create run")
        let number = try connection.first(
            """
            INSERT INTO runs (kind, tenant, repository, job, ticket, subject, state, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?7) RETURNING id
            """,
            [
                Value(run.kind), Value(run.tenant), .text(run.repository), Value(run.job), Value(run.ticket), .text(run.subject),
                Value(now),
            ]
        ) { row in row.integer() }
        let id = RunID(number ?? 0)
        try append("run/\(id)", run.tenant, "run.queued", ["kind": .string(run.kind.rawValue), "subject": .string(run.subject)])
        return id
    }

    func advanceRun(_ id: RunID, to state: RunState, reason: String?, lease: Lease?) throws(StoreError) {
        let run = try writableRun(id, lease, "advance run")
        guard !run.state.isFinal else { throw .refused("advance run", "run \(id) is \(run.state.rawValue), which is final") }
        let sql = "UPDATE runs SET state = ?, reason = ?, updated_at = ? WHERE id = ?"
        try connection.run(sql, [Value(state), Value(reason), Value(now), Value(id)])
        let payload = JSON.object([.init("reason", JSON(reason)), .init("was", .string(run.state.rawValue))])
        try append("run/\(id)", run.new.tenant, "run.\(state.rawValue)", payload.withoutNulls)
    }

    func recordStep(_ step: Step, settling: [BudgetSettlement], lease: Lease?) throws(StoreError) -> Step {
        _ = try writableRun(step.run, lease, "record step")
        try settle(settling)
        try connection.run(
            "INSERT INTO steps (run, key, kind, result, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (run, key) DO NOTHING",
            [Value(step.run), .text(step.key), .text(step.kind), Value(step.result), Value(step.at)])
        return try connection.step(step.key, of: step.run) ?? step
    }

    func saveFindings(_ findings: [RecordedFinding], lease: Lease?) throws(StoreError) {
        for run in Set(findings.map(\.run)) { _ = try writableRun(run, lease, "save findings") }
        for finding in findings {
            try connection.run(
                """
                INSERT INTO findings (run, stable_id, rule, severity, category, path, line, message, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (run, stable_id) DO UPDATE SET rule = excluded.rule, severity = excluded.severity,
                    category = excluded.category, path = excluded.path, line = excluded.line, message = excluded.message,
                    state = excluded.state
                """,
                [
                    Value(finding.run), .text(finding.stableID), .text(finding.rule), Value(finding.severity), .text(finding.category),
                    .text(finding.path), Value(finding.line), .text(finding.message), .text(finding.state),
                ])
        }
    }

    func saveApproval(_ approval: Approval) throws(StoreError) -> ApprovalID {
        _ = try writableRun(approval.run, nil, "save approval")
        let number = try connection.first(
            "INSERT INTO approvals (run, digest, decision, decided_by, expires_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
            [
                Value(approval.run), .text(approval.digest), .text(approval.decision), .text(approval.by), Value(approval.expiresAt),
            ]
        ) { row in row.integer() }
        return ApprovalID(number ?? 0)
    }

    func useApproval(run: RunID, digest: String) throws(StoreError) -> Approval? {
        let sql = """
            UPDATE approvals SET used_at = ?1 WHERE id = (
                SELECT id FROM approvals WHERE run = ?2 AND digest = ?3 AND used_at IS NULL AND expires_at > ?1 ORDER BY id LIMIT 1)
            RETURNING run, digest, decision, decided_by, expires_at
            """
        return try connection.first(sql, [Value(now), Value(run), .text(digest)]) { row in
            Approval(run: row.id(), digest: row.text(), decision: row.text(), by: row.text(), expiresAt: row.moment())
        }
    }

    func saveArtifact(_ artifact: Artifact, run: RunID, lease: Lease?) throws(StoreError) {
        _ = try writableRun(run, lease, "save artifact")
        try connection.run(
            "INSERT INTO artifacts (run, digest, kind, media_type, bytes) VALUES (?, ?, ?, ?, ?) ON CONFLICT (run, digest) DO NOTHING",
            [Value(run), .text(artifact.digest), .text(artifact.kind), .text(artifact.mediaType), .bytes(artifact.bytes)])
    }

    func writableRun(_ id: RunID, _ lease: Lease?, _ call: String) throws(StoreError) -> Run {
        guard let run = try connection.run(id, scope: .all) else { throw .refused(call, "there is no run \(id)") }
        try requireLease(lease, job: run.new.job, call)
        return run
    }

    /// Without a lease the service itself writes, such as ending the run of a dead job.
    private func requireLease(_ lease: Lease?, job: JobID?, _ call: String) throws(StoreError) {
        guard let lease else { return }
        _ = try leasedJob(lease, call)
        guard job == lease.job else {
            throw StoreError(code: .leaseLost, call: call, message: "the lease of job \(lease.job) is not that of this run")
        }
    }
}
