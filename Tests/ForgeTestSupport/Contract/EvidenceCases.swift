// Promises about what a run leaves behind: findings, approvals, artifacts.
import ForgeCore
import Testing

extension StoreContract {
    static let evidenceCases: [Case] = [
        Case("findings are kept whole, and updated by run and stable id") { scene in
            let run = try await scene.created(scene.newRun())
            let other = try await scene.created(scene.newRun())
            var first = scene.finding("f1", run: run)
            let second = RecordedFinding(
                run: run, stableID: "f2", rule: "s", severity: .fatal, category: "bug", path: "b.swift", line: nil, message: "m",
                state: "posted")
            let elsewhere = scene.finding("f1", run: other, message: "elsewhere")
            try await scene.store.saveFindings([first, second, elsewhere], lease: nil)
            first.message = "changed"
            first.state = "resolved"
            first.line = nil
            try await scene.store.saveFindings([first], lease: nil)
            #expect(Set(try await scene.store.findings(of: run, scope: .all)) == [first, second])
            #expect(try await scene.store.findings(of: run, scope: .all).count == 2)
            #expect(try await scene.store.findings(of: other, scope: .all) == [elsewhere])
            try await scene.store.saveFindings([], lease: nil)
            #expect(try await scene.store.findings(of: RunID(999), scope: .all).isEmpty)
        },
        Case("findings are saved under the lease of their run's job") { scene in
            let job = try await scene.running(scene.newJob("key"))
            let run = try await scene.created(scene.newRun(job: job.id), lease: job.lease)
            try await scene.store.saveFindings([scene.finding("f1", run: run)], lease: job.lease)
            #expect(try await scene.store.findings(of: run, scope: .all).count == 1)
        },
        Case("findings are saved all or none") { scene in
            let first = try await scene.running(scene.newJob("a"))
            let second = try await scene.running(scene.newJob("b"))
            let run = try await scene.created(scene.newRun(job: first.id), lease: first.lease)
            let other = try await scene.created(scene.newRun(job: second.id), lease: second.lease)
            await expectRefusal(.leaseLost, "findings of two jobs under one lease") {
                let findings = [scene.finding("f1", run: run), scene.finding("f2", run: other)]
                try await scene.store.saveFindings(findings, lease: first.lease)
            }
            #expect(try await scene.store.findings(of: run, scope: .all).isEmpty)
            #expect(try await scene.store.findings(of: other, scope: .all).isEmpty)
        },
        Case("an approval is used once") { scene in
            let run = try await scene.created(scene.newRun())
            let approval = scene.approval(run)
            _ = try await scene.store.saveApproval(approval)
            #expect(try await scene.store.useApproval(run: run, digest: approval.digest) == approval)
            #expect(try await scene.store.useApproval(run: run, digest: approval.digest) == nil)
        },
        Case("of 32 uses of one approval at once one gets it") { scene in
            let run = try await scene.created(scene.newRun())
            _ = try await scene.store.saveApproval(scene.approval(run))
            let used = try await atOnce(32) { _ in try await scene.store.useApproval(run: run, digest: "digest") }
            #expect(used.compactMap(\.self).count == 1)
        },
        Case("an approval is good for its own run and digest only") { scene in
            let run = try await scene.created(scene.newRun())
            let other = try await scene.created(scene.newRun())
            _ = try await scene.store.saveApproval(scene.approval(run))
            #expect(try await scene.store.useApproval(run: run, digest: "other") == nil)
            #expect(try await scene.store.useApproval(run: other, digest: "digest") == nil)
            #expect(try await scene.store.useApproval(run: run, digest: "digest") != nil, "and is not used up by the attempts")
        },
        Case("an approval is worth nothing after it expires") { scene in
            let run = try await scene.created(scene.newRun())
            _ = try await scene.store.saveApproval(scene.approval(run))
            let other = try await scene.created(scene.newRun())
            _ = try await scene.store.saveApproval(scene.approval(other))
            scene.clock.advance(by: .seconds(299))
            #expect(try await scene.store.useApproval(run: run, digest: "digest") != nil)
            scene.clock.advance(by: .seconds(2))
            #expect(try await scene.store.useApproval(run: other, digest: "digest") == nil)
        },
        Case("an expired approval does not stand before a good one") { scene in
            let run = try await scene.created(scene.newRun())
            let first = try await scene.store.saveApproval(scene.approval(run))
            scene.clock.advance(by: .seconds(301))
            let good = scene.approval(run, by: "bob")
            let second = try await scene.store.saveApproval(good)
            #expect(first != second)
            #expect(try await scene.store.useApproval(run: run, digest: "digest") == good)
        },
        Case("an artifact is kept byte for byte, and saving it twice is saving it once") { scene in
            let run = try await scene.created(scene.newRun())
            var artifact = scene.artifact("log")
            artifact.mediaType = "text/x-log"
            try await scene.store.saveArtifact(artifact, run: run, lease: nil)
            try await scene.store.saveArtifact(artifact, run: run, lease: nil)
            #expect(try await scene.store.artifact(artifact.digest, run: run, scope: .all) == artifact)
            let empty = scene.artifact("")
            try await scene.store.saveArtifact(empty, run: run, lease: nil)
            #expect(try await scene.store.artifact(empty.digest, run: run, scope: .all) == empty)
        },
        Case("an artifact is seen from the runs it was saved for, and from no other") { scene in
            let artifact = scene.artifact("log")
            let run = try await scene.created(scene.newRun())
            let other = try await scene.created(scene.newRun(tenant: StoreScene.theirs))
            let third = try await scene.created(scene.newRun())
            try await scene.store.saveArtifact(artifact, run: run, lease: nil)
            try await scene.store.saveArtifact(artifact, run: other, lease: nil)
            #expect(try await scene.store.artifact(artifact.digest, run: run, scope: .all) == artifact)
            #expect(try await scene.store.artifact(artifact.digest, run: other, scope: .all) == artifact)
            #expect(try await scene.store.artifact(artifact.digest, run: third, scope: .all) == nil)
            #expect(try await scene.store.artifact("0000", run: run, scope: .all) == nil)
        },
        Case("a run's artifacts are listed in the order in which they were saved first") { scene in
            let run = try await scene.created(scene.newRun())
            let other = try await scene.created(scene.newRun())
            let texts = ["second comes after this", "a log", "", "zebra", "first in the alphabet"]
            for text in texts + ["a log"] { try await scene.store.saveArtifact(scene.artifact(text), run: run, lease: nil) }
            try await scene.store.saveArtifact(scene.artifact("of the other"), run: other, lease: nil)
            let listed = try await scene.store.artifacts(of: run, scope: .all)
            #expect(listed == texts.map { ArtifactSummary(scene.artifact($0)) })
            #expect(listed.map(\.bytes) == texts.map(\.utf8.count))
            #expect(try await scene.store.artifacts(of: RunID(999), scope: .all).isEmpty)
        },
        Case("nothing is stored under a digest that is not its own") { scene in
            let run = try await scene.created(scene.newRun())
            let genuine = scene.artifact("true")
            var forged = scene.artifact("forged")
            forged.digest = genuine.digest
            await expectRefusal(.defect, "a forged artifact") {
                try await scene.store.saveArtifact(forged, run: run, lease: nil)
            }
            #expect(try await scene.store.artifact(genuine.digest, run: run, scope: .all) == nil)
        },
    ]
}

extension StoreScene {
    fileprivate func approval(_ run: RunID, by person: String = "alice") -> Approval {
        Approval(run: run, digest: "digest", decision: "approve", by: person, expiresAt: now + .seconds(300))
    }
}
