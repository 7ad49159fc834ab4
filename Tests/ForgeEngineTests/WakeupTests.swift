// Loops look when told, at their interval, and never miss what came while they were at work.

import ForgeEngine
import ForgeTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct WakeupTests {
    @Test func `a loop looks once at its beginning`() async throws {
        let looked = Mailbox<Void>()
        let clock = TestClock()
        try await beside({ await runWheneverDue(Wakeup(), every: .seconds(5), clock: clock) { looked.send() } }) {
            await looked.take()
        }
    }

    @Test func `many calls while it is at work are one more look`() async throws {
        let wakeup = Wakeup()
        let clock = TestClock()
        let looked = Mailbox<Int>()
        let goOn = Mailbox<Void>()
        try await beside({
            var looks = 0
            for await _ in wakeup.calls() {
                looks += 1
                looked.send(looks)
                await goOn.take()
            }
        }) {
            #expect(await looked.take() == 1)
            for _ in 0..<1000 { wakeup.notify() }
            goOn.send()
            #expect(await looked.take() == 2)
            goOn.send()
            wakeup.notify()
            goOn.send()
            #expect(await looked.take() == 3)
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test func `it looks at its interval, however often it is told or not`() async throws {
        let clock = TestClock()
        let looked = Mailbox<Void>()
        try await beside({ await runWheneverDue(Wakeup(), every: .seconds(5), clock: clock) { looked.send() } }) {
            await looked.take()
            for _ in 0..<3 {
                try await clock.waitForSleepers(1)
                clock.advance(by: .seconds(5))
                await looked.take()
            }
        }
    }

    @Test func `one loop's interval wakes no other`() async throws {
        let wakeup = Wakeup()
        let clock = TestClock()
        let looked = Mailbox<Void>()
        let other = wakeup.calls()
        for await _ in other { break }
        try await beside({ await runWheneverDue(wakeup, every: .seconds(5), clock: clock) { looked.send() } }) {
            await looked.take()
            try await clock.waitForSleepers(1)
            clock.advance(by: .seconds(5))
            await looked.take()
        }
        let heard = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in other { return true }
                return false
            }
            group.cancelAll()
            return await group.next() ?? true
        }
        #expect(!heard)
    }

    @Test func `all who listen are told, and one who went away costs nothing`() async throws {
        let wakeup = Wakeup()
        var first = wakeup.calls().makeAsyncIterator()
        var second = wakeup.calls().makeAsyncIterator()
        await first.next(isolation: #isolation)
        await second.next(isolation: #isolation)
        do { _ = wakeup.calls() }
        wakeup.notify()
        await first.next(isolation: #isolation)
        await second.next(isolation: #isolation)
    }
}
