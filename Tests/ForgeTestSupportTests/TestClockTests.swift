// The clock other tests stand on: it moves only when told, wakes in order, and lets go of who is cancelled.
import ForgeCore
import ForgeTestSupport
import Testing

@Test func `the clock stands still until it is moved, and the wall clock moves with it`() {
    let clock = TestClock()
    #expect(clock.now.elapsed == .zero && clock.wallClock.now == TestClock.epoch)
    #expect(TestClock.epoch.description == "2026-01-01T00:00:00.000Z")
    clock.advance(by: .milliseconds(1500))
    #expect(clock.now.elapsed == .milliseconds(1500))
    #expect(clock.wallClock.now == TestClock.epoch + .milliseconds(1500))
}

@Test(.timeLimit(.minutes(5))) func `a sleeper wakes when its deadline is reached, and not before`() async throws {
    let clock = TestClock()
    let woke = try await withThrowingTaskGroup(of: Duration.self) { group in
        group.addTask {
            try await clock.sleep(for: .seconds(10))
            return clock.now.elapsed
        }
        try await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(9999))
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .milliseconds(1))
        #expect(clock.sleeperCount == 0)
        return try await group.next()
    }
    #expect(woke == .seconds(10))
}

/// Sleepers of one actor go on in the order in which they were woken.
private actor Wakings {
    private(set) var marks: [Int] = []

    func sleep(_ seconds: Int, on clock: TestClock, mark: Int) async throws {
        try await clock.sleep(for: .seconds(seconds))
        marks.append(mark)
    }
}

@Test(.timeLimit(.minutes(5))) func `sleepers wake in the order of their deadlines`() async throws {
    let clock = TestClock()
    let wakings = Wakings()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (count, seconds) in [30, 10, 20, 10].enumerated() {
            group.addTask { try await wakings.sleep(seconds, on: clock, mark: seconds * 10 + count) }
            try await clock.waitForSleepers(count + 1)
        }
        clock.advance(by: .seconds(60))
        try await group.waitForAll()
    }
    let order = await wakings.marks
    #expect(order == [101, 103, 202, 300])
}

@Test(.timeLimit(.minutes(5))) func `a test waits until as many sleep as it expects`() async throws {
    let clock = TestClock()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<50 { group.addTask { try await clock.sleep(for: .seconds(1)) } }
        try await clock.waitForSleepers(50)
        #expect(clock.sleeperCount == 50)
        clock.advance(by: .seconds(1))
        try await group.waitForAll()
    }
}

@Test(.timeLimit(.minutes(5))) func `a cancelled sleep throws and leaves the others asleep`() async throws {
    let clock = TestClock()
    let sleeper = Task { try await clock.sleep(for: .seconds(1)) }
    let other = Task { try await clock.sleep(for: .seconds(1)) }
    try await clock.waitForSleepers(2)
    sleeper.cancel()
    await #expect(throws: CancellationError.self) { try await sleeper.value }
    #expect(clock.sleeperCount == 1)
    clock.advance(by: .seconds(1))
    try await other.value
}

@Test(.timeLimit(.minutes(5))) func `a task that is cancelled already does not fall asleep`() async {
    let clock = TestClock()
    await #expect(throws: CancellationError.self) {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { try await clock.sleep(for: .seconds(1)) }
            try await group.waitForAll()
        }
    }
    #expect(clock.sleeperCount == 0)
}

@Test(.timeLimit(.minutes(5))) func `the clock moves to the next deadline, however far that is`() async throws {
    let clock = TestClock()
    #expect(clock.advanceToNextDeadline() == nil && clock.now.elapsed == .zero)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for seconds in [30, 7] { group.addTask { try await clock.sleep(for: .seconds(seconds)) } }
        try await clock.waitForSleepers(2)
        #expect(clock.advanceToNextDeadline() == .seconds(7) && clock.sleeperCount == 1)
        #expect(clock.advanceToNextDeadline() == .seconds(23) && clock.sleeperCount == 0)
        try await group.waitForAll()
    }
    #expect(clock.now.elapsed == .seconds(30))
}

@Test func `a sleep until a moment that has passed returns at once`() async throws {
    let clock = TestClock()
    clock.advance(by: .seconds(5))
    try await clock.sleep(until: clock.now)
    #expect(clock.sleeperCount == 0)
}

@Test func `the same seed draws the same shares, from 0 up to 1`() {
    let first = TestJitter.seeded(7)
    let second = TestJitter.seeded(7)
    let other = TestJitter.seeded(8)
    let draws = (0..<100).map { _ in first.next() }
    #expect(draws == (0..<100).map { _ in second.next() })
    #expect(draws != (0..<100).map { _ in other.next() })
    #expect(draws.allSatisfy { (0..<1).contains($0) } && Set(draws).count == 100)
    #expect(TestJitter.fixed(0.25).next() == 0.25)
}
