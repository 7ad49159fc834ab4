// Pauses: within their bounds for every seed, and spread over them.

import ForgeCore
import ForgeTestSupport
import Testing

@Test(arguments: UInt64(0)..<200)
func `a pause is never negative, never above the cap, and never above its attempt's ceiling`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let base = Duration.milliseconds(Int.random(in: 1...5_000, using: &random))
    let cap = base + .milliseconds(Int.random(in: 0...1_000_000, using: &random))
    let backoff = Backoff(base: base, cap: cap)
    for attempt in [1, 2, 3, 4, 8, 16, 40, 41, 64, 1_000_000, Int.max] {
        let delay = backoff.delay(attempt: attempt, jitter: Double.random(in: 0..<1, using: &random))
        #expect(delay >= .zero && delay <= cap)
        if attempt < 20 { #expect(delay <= base * (1 << (attempt - 1))) }
    }
}

@Test func `the ceiling doubles until the cap`() {
    let backoff = Backoff(base: .seconds(2), cap: .seconds(900))
    let ceilings = (1...11).map { backoff.delay(attempt: $0, jitter: 1) }
    #expect(ceilings == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900].map { Duration.seconds($0) })
}

@Test func `full jitter reaches from nothing to the ceiling`() {
    let backoff = Backoff()
    #expect(backoff.delay(attempt: 5, jitter: 0) == .zero)
    #expect(backoff.delay(attempt: 5, jitter: 0.5) == .seconds(16))
    #expect(backoff.delay(attempt: 5, jitter: 1) == .seconds(32))
}
