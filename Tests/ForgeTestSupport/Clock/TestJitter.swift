// Chance for tests: the same seed gives the same draws. It must never be used where somebody could gain by guessing.
package import ForgeCore
import Synchronization

package enum TestJitter {
    package static func seeded(_ seed: UInt64) -> Jitter {
        let random = SharedRandom(SeededRandom(seed: seed))
        return Jitter { random.nextShare() }
    }

    /// Always the same share.
    package static func fixed(_ share: Double) -> Jitter { Jitter { share } }
}

private final class SharedRandom: Sendable {
    private let random: Mutex<SeededRandom>

    init(_ random: SeededRandom) { self.random = Mutex(random) }

    func nextShare() -> Double { random.withLock { Double($0.next() >> 11) / 9_007_199_254_740_992 } }
}
