// Promises about the lanes of writes: never more than the limits allow, never a longer wait than they ask for, whatever the clock does.
import ForgeCore
import Testing

extension StoreContract {
    private static let quick = LaneLimits(interval: .zero, perMinute: .max, perHour: .max)

    static let laneCases: [Case] = [
        Case("from one write to the next passes the interval") { (scene) async throws in
            let limits = LaneLimits(interval: .seconds(1), perMinute: 80, perHour: 500)
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .granted)
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .wait(until: scene.now + .seconds(1)))
            scene.clock.advance(by: .milliseconds(999))
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .wait(until: scene.now + .milliseconds(1)))
            #expect(try await scene.store.takeTurn(in: "b", limits: limits) == .granted, "another lane is another's")
            scene.clock.advance(by: .milliseconds(1))
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .granted, "a wait is not a write")
        },
        Case("a minute has so many writes, and an hour") { (scene) async throws in
            let limits = LaneLimits(interval: .zero, perMinute: 3, perHour: 5)
            for _ in 0..<3 {
                #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .granted)
                scene.clock.advance(by: .seconds(10))
            }
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .wait(until: scene.now + .seconds(30)))
            scene.clock.advance(by: .seconds(30))
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .granted)
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .wait(until: scene.now + .seconds(10)))
            scene.clock.advance(by: .seconds(10))
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .granted)
            scene.clock.advance(by: .seconds(60))
            #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .wait(until: scene.now + .seconds(3600 - 130)))
        },
        Case("of many who ask at once only as many write as the limits allow") { scene in
            let limits = LaneLimits(interval: .zero, perMinute: 7, perHour: 500)
            let turns = try await atOnce(64) { _ in try await scene.store.takeTurn(in: "a", limits: limits) }
            #expect(turns.count { $0 == .granted } == 7)
            #expect(turns.count { $0 == .wait(until: scene.now + .seconds(60)) } == 57)
            let single = LaneLimits(interval: .seconds(1), perMinute: 80, perHour: 500)
            let others = try await atOnce(32) { _ in try await scene.store.takeTurn(in: "b", limits: single) }
            #expect(others.count { $0 == .granted } == 1)
        },
        Case("whoever waits as long as told has the turn") { scene in
            let limits = LaneLimits(interval: .seconds(1), perMinute: 10, perHour: 25)
            var granted: [Timestamp] = []
            for _ in 0..<60 {
                switch try await scene.store.takeTurn(in: "a", limits: limits) {
                case .granted: granted.append(scene.now)
                case .wait(let until):
                    #expect(until > scene.now)
                    scene.clock.advance(by: until - scene.now)
                    #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .granted)
                    granted.append(scene.now)
                }
            }
            scene.expectWithin(limits, granted)
        },
        Case("when the wall clock goes back no wait is longer than its limit, and no limit is passed") { scene in
            let limits = LaneLimits(interval: .seconds(1), perMinute: 3, perHour: 500)
            var granted: [Duration] = []
            for round in 0..<40 {
                if round % 7 == 3 { scene.clock.setWall(by: .seconds(-600)) }
                switch try await scene.store.takeTurn(in: "a", limits: limits) {
                case .granted: granted.append(scene.clock.now.elapsed)
                case .wait(let until):
                    #expect(until > scene.now && until - scene.now <= .seconds(60), "round \(round)")
                    scene.clock.advance(by: until - scene.now)
                    #expect(try await scene.store.takeTurn(in: "a", limits: limits) == .granted, "round \(round)")
                    granted.append(scene.clock.now.elapsed)
                }
            }
            scene.expectWithin(limits, granted.map { TestClock.epoch + $0 })
        },
        Case("a blocked lane grants nothing until the block has passed") { scene in
            try await scene.store.noteLimits(of: "a", LaneState(blockedUntil: scene.now + .seconds(30)))
            let until = scene.now + .seconds(30)
            #expect(try await scene.store.takeTurn(in: "a", limits: quick) == .wait(until: until))
            #expect(try await scene.store.takeTurn(in: "b", limits: quick) == .granted)
            #expect(try await scene.store.lane("a") == LaneState(blockedUntil: until))
            scene.clock.advance(by: .seconds(30))
            #expect(try await scene.store.lane("a") == LaneState())
            #expect(try await scene.store.takeTurn(in: "a", limits: quick) == .granted)
        },
        Case("a later block wins over an earlier one, a passed one is none") { scene in
            for seconds in [30, 10, -5] {
                try await scene.store.noteLimits(of: "a", LaneState(blockedUntil: scene.now + .seconds(seconds)))
                #expect(try await scene.store.lane("a").blockedUntil == scene.now + .seconds(30))
            }
            try await scene.store.noteLimits(of: "a", LaneState(remaining: 4_000))
            try await scene.store.noteLimits(of: "a", LaneState(blockedUntil: scene.now + .seconds(40)))
            #expect(try await scene.store.lane("a").blockedUntil == scene.now + .seconds(40))
            #expect(try await scene.store.takeTurn(in: "a", limits: quick) == .wait(until: scene.now + .seconds(40)))
        },
        Case("a block is as long as it was told to be when the wall clock goes back") { scene in
            try await scene.store.noteLimits(of: "a", LaneState(blockedUntil: scene.now + .seconds(30)))
            scene.clock.setWall(by: .seconds(-3600))
            #expect(try await scene.store.takeTurn(in: "a", limits: quick) == .wait(until: scene.now + .seconds(30)))
            scene.clock.advance(by: .seconds(30))
            #expect(try await scene.store.takeTurn(in: "a", limits: quick) == .granted)
        },
        Case("of what the host says is left the later reset wins, and then the lower number") { scene in
            let reset = scene.now + .seconds(600)
            for (remaining, seconds, expected) in [(50, 0, 50), (49, 0, 49), (50, 0, 49), (7, -60, 49), (5_000, 3600, 5_000)] {
                try await scene.store.noteLimits(of: "a", LaneState(remaining: remaining, resetAt: reset + .seconds(seconds)))
                #expect(try await scene.store.lane("a").remaining == expected)
            }
            #expect(try await scene.store.lane("a").resetAt == reset + .seconds(3600))
            #expect(try await scene.store.lane("b") == LaneState(), "another lane is another's")
            scene.clock.advance(by: .seconds(4200))
            #expect(try await scene.store.lane("a") == LaneState(), "a passed reset says nothing")
        },
        Case("a lane without limits grants every write") { (scene) async throws in
            for _ in 0..<500 { #expect(try await scene.store.takeTurn(in: "a", limits: quick) == .granted) }
            let hour = LaneLimits(interval: .zero, perMinute: .max, perHour: 400)
            #expect(try await scene.store.takeTurn(in: "a", limits: hour) == .wait(until: scene.now + .seconds(3600)), "and counts it")
            scene.clock.advance(by: .seconds(3600))
            for _ in 0..<400 { #expect(try await scene.store.takeTurn(in: "a", limits: hour) == .granted) }
            #expect(try await scene.store.takeTurn(in: "a", limits: hour) == .wait(until: scene.now + .seconds(3600)))
        },
    ]
}

extension StoreScene {
    /// No window of the limits has more writes than it may.
    fileprivate func expectWithin(
        _ limits: LaneLimits, _ granted: [Timestamp], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for (index, moment) in granted.enumerated() {
            if index > 0 { #expect(moment - granted[index - 1] >= limits.interval, sourceLocation: sourceLocation) }
            for (length, count) in [(Duration.seconds(60), limits.perMinute), (.seconds(3600), limits.perHour)] {
                let within = granted[...index].count { $0 > moment - length }
                #expect(within <= count, sourceLocation: sourceLocation)
            }
        }
    }
}
