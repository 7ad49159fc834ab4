// Whose turn it is to write: the pace, who goes first, who is told to come back, and what a cancelled one leaves behind.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeGitHub

@Suite struct WriteLaneTests {
    private let clock = TestClock()
    private let lanes: FakeLanes

    init() { lanes = FakeLanes(wall: clock.wallClock) }

    private func lane(_ limits: LaneLimits = LaneLimits()) -> WriteLane {
        WriteLane("installation/7", limits: limits, store: lanes, clock: clock, wall: clock.wallClock)
    }

    private var elapsed: [Duration] { lanes.grants("installation/7").map { $0 - TestClock.epoch } }

    @Test func `writes come at the lane's pace`() async throws {
        let lane = lane()
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 { group.addTask { try await lane.turn(.work, patience: .seconds(60)) } }
            for _ in 0..<3 {
                try await clock.waitForSleepers()
                clock.advanceToNextDeadline()
            }
            try await group.waitForAll()
        }
        #expect(elapsed == [.zero, .seconds(1), .seconds(2), .seconds(3)])
        #expect(lane.isEmpty)
    }

    @Test func `whoever a person waits for goes first, and the others in the order they came`() async throws {
        let lane = lane()
        let order = Kept<[String]>([])
        try await lane.turn(.work, patience: .seconds(60))
        try await withThrowingTaskGroup { group in
            // Each stands in the queue before the next one comes.
            for (index, (name, priority)) in [
                ("first work", WritePriority.work), ("background", .background), ("second work", .work), ("person", .person),
            ].enumerated() {
                group.addTask {
                    try await lane.turn(priority, patience: .seconds(60))
                    order.change { $0.append(name) }
                }
                while lane.waiting <= index { await Task.yield() }
            }
            while !lane.isEmpty {
                if clock.sleeperCount > 0 { clock.advanceToNextDeadline() }
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(order.now == ["person", "first work", "second work", "background"])
        #expect(elapsed.count == 5)
    }

    @Test func `a wait longer than patience is told, with how long`() async throws {
        let lane = lane(LaneLimits(interval: .milliseconds(1), perMinute: 80, perHour: 1))
        try await lane.turn(.work, patience: .seconds(60))
        var caught: CodeHostError?
        do throws(CodeHostError) { try await lane.turn(.person, patience: .seconds(60)) } catch { caught = error }
        #expect(caught?.kind == .limited(retryAfter: .seconds(3600)))
        #expect(caught?.mayBeDone == false)
        #expect(lane.isEmpty)
        #expect(clock.sleeperCount == 0)
    }

    @Test func `nobody stands in a queue that is longer than his patience`() async throws {
        let lane = lane()
        try await lane.turn(.work, patience: .seconds(60))
        await withTaskGroup { group in
            group.addTask { try? await lane.turn(.work, patience: .seconds(60)) }
            while lane.waiting < 1 { await Task.yield() }
            group.addTask { try? await lane.turn(.work, patience: .seconds(60)) }
            while lane.waiting < 2 { await Task.yield() }
            var caught: CodeHostError?
            do throws(CodeHostError) { try await lane.turn(.work, patience: .seconds(1)) } catch { caught = error }
            #expect(caught?.kind == .limited(retryAfter: .seconds(2)))
            group.cancelAll()
        }
        #expect(lane.isEmpty)
    }

    @Test func `one that is cancelled steps out, and the next goes on`() async throws {
        let lane = lane()
        try await lane.turn(.work, patience: .seconds(60))
        await withTaskGroup(of: Void.self) { group in
            let first = Task { try await lane.turn(.work, patience: .seconds(60)) }
            while lane.waiting < 1 { await Task.yield() }
            let second = Task { try await lane.turn(.work, patience: .seconds(60)) }
            while lane.waiting < 2 { await Task.yield() }
            let third = Task { try await lane.turn(.work, patience: .seconds(60)) }
            while lane.waiting < 3 { await Task.yield() }
            first.cancel()
            second.cancel()
            await #expect(throws: CodeHostError.cancelled) { try await first.value }
            await #expect(throws: CodeHostError.cancelled) { try await second.value }
            try? await clock.waitForSleepers()
            clock.advance(by: .seconds(1))
            await #expect(throws: Never.self) { try await third.value }
        }
        #expect(lane.isEmpty)
        #expect(elapsed == [.zero, .seconds(1)])
    }

    @Test func `without an interval nothing is counted and nobody is asked`() async throws {
        let lane = lane(LaneLimits(interval: .zero))
        for _ in 0..<1_000 { try await lane.turn(.work, patience: .zero) }
        #expect(lanes.turnsAsked == 0)
    }

    @Test func `a store that fails is an error of its kind`() async throws {
        let lane = lane()
        for (code, kind) in [(StoreError.Code.busy, CodeHostError.Kind.unavailable), (.corrupt, .defect)] {
            lanes.fail(StoreError(code: code, call: "take turn", message: "no"))
            var caught: CodeHostError?
            do throws(CodeHostError) { try await lane.turn(.work, patience: .seconds(60)) } catch { caught = error }
            #expect(caught?.kind == kind)
            #expect(lane.isEmpty)
        }
    }

    @Test(arguments: UInt64(0)..<20) func `whatever comes and goes, nobody is forgotten`(seed: UInt64) async throws {
        let lane = lane(LaneLimits(interval: .seconds(1), perMinute: 30, perHour: 500))
        var random = SeededRandom(seed: seed)
        let done = Kept(0)
        await withTaskGroup(of: Void.self) { group in
            var tasks: [Task<Void, any Error>] = []
            for _ in 0..<30 {
                let priority = WritePriority.allCases.randomElement(using: &random) ?? .work
                tasks.append(
                    Task {
                        defer { done.change { $0 += 1 } }
                        try await lane.turn(priority, patience: .seconds(600))
                    })
                if Bool.random(using: &random) { await Task.yield() }
                if Int.random(in: 0..<4, using: &random) == 0 { tasks.randomElement(using: &random)?.cancel() }
            }
            while done.now < tasks.count {
                if clock.sleeperCount > 0 { clock.advanceToNextDeadline() }
                await Task.yield()
            }
        }
        #expect(lane.isEmpty)
        let grants = lanes.grants("installation/7")
        #expect(zip(grants, grants.dropFirst()).allSatisfy { $1 - $0 >= .seconds(1) })
    }
}
