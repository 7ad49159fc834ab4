// Runs in memory, and what they leave behind; every write goes through the lease, when there is one.
package import ForgeCore
import ForgeCrypto

extension MemoryStore {
    package func createRun(_ new: NewRun, lease: Lease?) async throws(StoreError) -> RunID {
        try transact { (state) throws(StoreError) in
            try state.guardWrite(job: new.job, lease)
            let run = state.runs.insert { Run(id: RunID($0), state: .queued, createdAt: state.now, updatedAt: state.now, new: new) }
            state.append("run/\(run.id)", new.tenant, "run.queued", ["subject": .string(new.subject)])
            return run.id
        }
    }

    package func advanceRun(_ id: RunID, to new: RunState, reason: String?, lease: Lease?) async throws(StoreError) {
        try transact { (state) throws(StoreError) in
            var run = try state.writable(id, lease)
            guard !run.state.isFinal else { throw state.refused("run \(id) is \(run.state.rawValue)") }
            run.state = new
            run.reason = reason
            run.updatedAt = state.now
            state.runs[id.number] = run
            state.append("run/\(id)", run.new.tenant, "run.\(new.rawValue)", JSON.object([.init("reason", JSON(reason))]).withoutNulls)
        }
    }

    package func run(_ id: RunID, scope: TenantScope) async throws(StoreError) -> Run? {
        try transact { state in state.seen(id, scope) }
    }

    package func runs(_ filter: RunFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Run> {
        try transact { state in
            state.runs.page(page) { run in
                scope.allows(run.new.tenant) && filter.state ?? run.state == run.state && filter.kind ?? run.new.kind == run.new.kind
                    && filter.repository ?? run.new.repository == run.new.repository
            }
        }
    }

    package func recordStep(_ step: Step, settling: [BudgetSettlement], lease: Lease?) async throws(StoreError) -> Step {
        try transact { (state) throws(StoreError) in
            _ = try state.writable(step.run, lease)
            try state.settle(settling)
            if let first = state.steps.first(where: { $0.run == step.run && $0.key == step.key }) { return first }
            state.steps.append(step)
            return step
        }
    }

    package func steps(of run: RunID, scope: TenantScope) async throws(StoreError) -> [Step] {
        try transact { state in state.seen(run, scope) == nil ? [] : state.steps.filter { $0.run == run } }
    }

    package func saveFindings(_ findings: [RecordedFinding], lease: Lease?) async throws(StoreError) {
        try transact { (state) throws(StoreError) in
            for finding in findings {
                _ = try state.writable(finding.run, lease)
                let known = state.findings.firstIndex { $0.run == finding.run && $0.stableID == finding.stableID }
                if let known { state.findings[known] = finding } else { state.findings.append(finding) }
            }
        }
    }

    package func findings(of run: RunID, scope: TenantScope) async throws(StoreError) -> [RecordedFinding] {
        try transact { state in state.seen(run, scope) == nil ? [] : state.findings.filter { $0.run == run } }
    }

    package func saveApproval(_ approval: Approval) async throws(StoreError) -> ApprovalID {
        try transact { (state) throws(StoreError) in
            _ = try state.writable(approval.run, nil)
            var id = ApprovalID(0)
            state.approvals.insert { number in
                id = ApprovalID(number)
                return StoredApproval(approval: approval)
            }
            return id
        }
    }

    package func useApproval(run: RunID, digest: String) async throws(StoreError) -> Approval? {
        try transact { state in
            guard state.runs[run.number] != nil else { return nil }
            let index = state.approvals.rows.firstIndex { stored in
                !stored.isUsed && stored.approval.run == run && stored.approval.digest == digest && stored.approval.expiresAt > state.now
            }
            guard let index else { return nil }
            // Approvals are never removed, so the row's place is its number less one.
            state.approvals[Int64(index) + 1]?.isUsed = true
            return state.approvals.rows[index].approval
        }
    }

    package func saveArtifact(_ artifact: Artifact, run: RunID, lease: Lease?) async throws(StoreError) {
        try transact { (state) throws(StoreError) in
            _ = try state.writable(run, lease)
            guard Hex.encode(SHA256.digest(artifact.bytes)) == artifact.digest else {
                throw state.refused("the artifact's digest is not that of its bytes", .defect)
            }
            let isKnown = state.artifacts.contains { $0.run == run && $0.artifact.digest == artifact.digest }
            if !isKnown { state.artifacts.append(StoredArtifact(run: run, artifact: artifact)) }
        }
    }

    package func artifact(_ digest: String, run: RunID, scope: TenantScope) async throws(StoreError) -> Artifact? {
        try transact { state in
            guard state.seen(run, scope) != nil else { return nil }
            return state.artifacts.first { $0.run == run && $0.artifact.digest == digest }?.artifact
        }
    }

    package func artifacts(of run: RunID, scope: TenantScope) async throws(StoreError) -> [ArtifactSummary] {
        try transact { state in
            state.seen(run, scope) == nil ? [] : state.artifacts.filter { $0.run == run }.map { ArtifactSummary($0.artifact) }
        }
    }
}

extension MemoryState {
    fileprivate func seen(_ id: RunID, _ scope: TenantScope) -> Run? {
        runs[id.number].flatMap { scope.allows($0.new.tenant) ? $0 : nil }
    }

    /// The run, when this lease may write to it.
    func writable(_ id: RunID, _ lease: Lease?) throws(StoreError) -> Run {
        guard let run = runs[id.number] else { throw refused("there is no run \(id)") }
        try guardWrite(job: run.new.job, lease)
        return run
    }

    fileprivate func guardWrite(job: JobID?, _ lease: Lease?) throws(StoreError) {
        guard let lease else { return }
        let held = try held(lease)
        if let job, held.id != job { throw refused("the lease is of job \(held.id), the run of job \(job)", .leaseLost) }
    }
}
