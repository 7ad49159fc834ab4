// A name for every request: a random beginning for this process's life, and a count. Cheap, unique, and easy to search a log for.

import ForgeCore
import ForgeCrypto
import ForgeSystem
import Synchronization

final class RequestNames: Sendable {
    private let prefix: String
    private let count = Atomic<UInt64>(0)

    init(random: RandomBytes = .system, clock: WallClock = .system) {
        // Without random bytes the moment of the start must do: this is a name, not a secret.
        let bytes = try? random.generate(count: 5)
        prefix = bytes.map(Hex.encode) ?? String(clock.now.milliseconds, radix: 16)
    }

    @Sendable func next() -> String { "\(prefix)-\(count.add(1, ordering: .relaxed).newValue)" }
}
