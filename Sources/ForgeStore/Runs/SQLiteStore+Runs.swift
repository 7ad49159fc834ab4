// Runs and what they leave behind: the port `RunStore`.

package import ForgeCore
import ForgeCrypto

extension SQLiteStore: RunStore {
    package func createRun(_ run: NewRun, lease: Lease?) async throws(StoreError) -> RunID {
        try await writer.write("create run") { transaction throws(StoreError) in try transaction.createRun(run, lease: lease) }
    }

    package func advanceRun(_ id: RunID, to state: RunState, reason: String?, lease: Lease?) async throws(StoreError) {
        try await writer.write("advance run") { transaction throws(StoreError) in
            try transaction.advanceRun(id, to: state, reason: reason, lease: lease)
        }
    }

    package func run(_ id: RunID, scope: TenantScope) async throws(StoreError) -> Run? {
        try await readers.read("read run") { connection throws(StoreError) in try connection.run(id, scope: scope) }
    }

    package func runs(_ filter: RunFilter, page: PageRequest, scope: TenantScope) async throws(StoreError) -> Page<Run> {
        try await readers.read("list runs") { connection throws(StoreError) in try connection.runs(filter, page: page, scope: scope) }
    }

    package func recordStep(_ step: Step, settling: [BudgetSettlement], lease: Lease?) async throws(StoreError) -> Step {
        try await writer.write("record step", bytes: 4096) { transaction throws(StoreError) in
            try transaction.recordStep(step, settling: settling, lease: lease)
        }
    }

    package func steps(of run: RunID, scope: TenantScope) async throws(StoreError) -> [Step] {
        try await readers.read("read steps") { connection throws(StoreError) in try connection.steps(of: run, scope: scope) }
    }

    package func saveFindings(_ findings: [RecordedFinding], lease: Lease?) async throws(StoreError) {
        guard !findings.isEmpty else { return }
        try await writer.write("save findings", bytes: findings.count * 512) { transaction throws(StoreError) in
            try transaction.saveFindings(findings, lease: lease)
        }
    }

    package func findings(of run: RunID, scope: TenantScope) async throws(StoreError) -> [RecordedFinding] {
        try await readers.read("read findings") { connection throws(StoreError) in try connection.findings(of: run, scope: scope) }
    }

    package func saveApproval(_ approval: Approval) async throws(StoreError) -> ApprovalID {
        try await writer.write("save approval") { transaction throws(StoreError) in try transaction.saveApproval(approval) }
    }

    package func useApproval(run: RunID, digest: String) async throws(StoreError) -> Approval? {
        try await writer.write("use approval") { transaction throws(StoreError) in
            try transaction.useApproval(run: run, digest: digest)
        }
    }

    package func saveArtifact(_ artifact: Artifact, run: RunID, lease: Lease?) async throws(StoreError) {
        guard Hex.encode(SHA256.digest(artifact.bytes)) == artifact.digest else {
            throw StoreError(code: .defect, call: "save artifact", message: "\(artifact.digest) is not the digest of these bytes")
        }
        try await writer.write("save artifact", bytes: artifact.bytes.count + 512) { transaction throws(StoreError) in
            try transaction.saveArtifact(artifact, run: run, lease: lease)
        }
    }

    package func artifact(_ digest: String, run: RunID, scope: TenantScope) async throws(StoreError) -> Artifact? {
        try await readers.read("read artifact") { connection throws(StoreError) in
            try connection.artifact(digest, run: run, scope: scope)
        }
    }

    package func artifacts(of run: RunID, scope: TenantScope) async throws(StoreError) -> [ArtifactSummary] {
        try await readers.read("list artifacts") { connection throws(StoreError) in try connection.artifacts(of: run, scope: scope) }
    }
}
