// One does the work for all who ask meanwhile; nobody fails for another's leaving.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeGitHub

@Suite struct SingleFlightTests {
    private let clock = TestClock()

    @Test func `all who ask at once get one answer, made once`() async throws {
        let flight = SingleFlight<Int>()
        let runs = Kept(0)
        let clock = clock
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await flight.run { () async throws(CodeHostError) in
                        let number = runs.change { runs in
                            runs += 1
                            return runs
                        }
                        try await clock.pause(.seconds(1))
                        return number
                    }
                }
            }
            try await clock.waitForSleepers()
            while flight.waiting < 49 { await Task.yield() }
            clock.advance(by: .seconds(1))
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: 1, count: 50))
        #expect(runs.now == 1)
    }

    @Test func `a failure is everybody's, and the next one tries again`() async throws {
        let flight = SingleFlight<Int>()
        await #expect(throws: CodeHostError.self) {
            try await flight.run { () async throws(CodeHostError) in throw CodeHostError(.unavailable, "no") }
        }
        #expect(try await flight.run { () async throws(CodeHostError) in 2 } == 2)
    }

    @Test func `when the first is cancelled, another does it`() async throws {
        let flight = SingleFlight<String>()
        let clock = clock
        let first = Task {
            try await flight.run { () async throws(CodeHostError) in
                try await clock.pause(.seconds(60))
                return "first"
            }
        }
        try await clock.waitForSleepers()
        let second = Task { try await flight.run { () async throws(CodeHostError) in "second" } }
        while flight.waiting < 1 { await Task.yield() }
        first.cancel()
        await #expect(throws: CodeHostError.cancelled) { try await first.value }
        #expect(try await second.value == "second")
    }

    @Test func `one that waits can leave without the others`() async throws {
        let flight = SingleFlight<String>()
        let clock = clock
        let first = Task {
            try await flight.run { () async throws(CodeHostError) in
                try await clock.pause(.seconds(1))
                return "first"
            }
        }
        try await clock.waitForSleepers()
        let second = Task { try await flight.run { () async throws(CodeHostError) in "second" } }
        while flight.waiting < 1 { await Task.yield() }
        second.cancel()
        await #expect(throws: CodeHostError.cancelled) { try await second.value }
        clock.advance(by: .seconds(1))
        #expect(try await first.value == "first")
    }
}
