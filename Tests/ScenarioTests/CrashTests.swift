// What was answered 2xx is on disk, whatever happens to the process a moment later. The service is killed under load at moments drawn from
// a seed, started again on the same folder, and every acknowledged delivery is looked for.

import ForgeBench
import ForgeCore
import ForgeStore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct CrashTests {
    /// All rounds in `make soak`, a few in the ordinary run.
    private static let rounds = ProcessInfo.processInfo.environment["FORGE_SOAK"] == nil ? 4 : 50

    @Test(.timeLimit(.minutes(10))) func `every delivery that was answered 2xx is there once after kill -9`() async throws {
        let service = try ServiceUnderTest(moreSettings: "log: {level: warning}")
        var random = SeededRandom(seed: 20_261_120)
        var newest: Int64 = 0
        var sequence: UInt64 = 0
        var acknowledged = 0
        for round in 0..<Self.rounds {
            try service.start()
            let report = try await load(service, from: sequence, killAfter: .milliseconds(60 + Int(random.next() % 500)))
            sequence = report.nextSequence
            #expect(service.waitForEnd() == 128 + SIGKILL)
            acknowledged += report.acknowledgedCount
            try service.start()
            try await service.settle()
            newest = try await check(service, report, newerThan: newest, round: round)
            #expect(service.end(with: SIGTERM) == 0, "round \(round)")
        }
        // On a busy machine a round may be killed before its first answer; not all of them.
        #expect(acknowledged > 0, "\(service.log)")
        let verdict = try service.run("audit", "verify")
        #expect(verdict.code == 0, "\(verdict.output)\(verdict.errors)")
    }

    /// Puts load on the service and kills it in the midst of it.
    private func load(_ service: ServiceUnderTest, from sequence: UInt64, killAfter moment: DispatchTimeInterval) async throws -> LoadReport
    {
        let body = Array(#"{"action":"opened","number":7,"repository":{"id":1,"full_name":"acme/shop"},"installation":{"id":5}}"#.utf8)
        let signed = LoadBody(bytes: body, headers: [LoadHeader("X-Hub-Signature-256", ServiceUnderTest.signature(of: body))])
        var options = LoadOptions(port: UInt16(service.port), path: "/webhooks/github", bodies: [signed])
        options.headers = [LoadHeader("X-GitHub-Event", "issues"), LoadHeader("X-GitHub-Hook-ID", "1")]
        options.connections = 32
        options.warmup = 0
        options.duration = 20
        options.firstSequence = sequence
        options.acknowledgedMax = 1_000_000
        let victim = service.process?.processIdentifier ?? -1
        DispatchQueue.global().asyncAfter(deadline: .now() + moment) { kill(victim, SIGKILL) }
        return try await LoadGenerator.runAside(options)
    }

    /// Every acknowledged delivery is stored once and settled visibly; the newest id is returned.
    private func check(_ service: ServiceUnderTest, _ report: LoadReport, newerThan floor: Int64, round: Int) async throws -> Int64 {
        let stored = try await service.withStore { store in
            var found: [Delivery] = []
            var before: Int64?
            repeat {
                let page = try await store.deliveries(DeliveryFilter(), page: PageRequest(before: before, limit: 200), scope: .all)
                found += page.items.filter { $0.id.number > floor }
                before = page.items.last.map(\.id.number).flatMap { $0 > floor ? page.next : nil }
            } while before != nil
            return found
        }
        let keys = stored.map(\.transportKey)
        #expect(Set(keys).count == keys.count, "round \(round): a delivery is stored twice")
        let known = Set(keys)
        let lost = report.acknowledged.filter { !known.contains("github:1:" + LoadGenerator.identifier(seed: 1, sequence: $0)) }
        #expect(lost.isEmpty, "round \(round): \(lost.count) of \(report.acknowledgedCount) acknowledged deliveries are lost")
        #expect(stored.allSatisfy { $0.state != .pending && $0.reason != nil }, "round \(round): a delivery has no visible outcome")
        return stored.map(\.id.number).max() ?? floor
    }
}
