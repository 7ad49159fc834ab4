// Chance for tests: the same seed gives the same draws. It must never be used where somebody could gain by guessing.
package import ForgeCore
import Synchronization

package enum TestJitter {
    package static func seeded(_ seed: UInt64) -> Jitter {
        let random = SharedRandom(SplitMix(seed: seed))
        return Jitter { random.nextShare() }
    }

    /// Always the same share.
    package static func fixed(_ share: Double) -> Jitter { Jitter { share } }
}

private final class SharedRandom: Sendable {
    private let random: Mutex<SplitMix>

    init(_ random: SplitMix) { self.random = Mutex(random) }

    func nextShare() -> Double { random.withLock { Double($0.next() >> 11) / 9_007_199_254_740_992 } }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a few additions and shifts, good enough to pick what a test does next.
struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
