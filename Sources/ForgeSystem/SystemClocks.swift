// The machine's clocks. `main` hands them to whoever needs time; nobody else asks the machine.

import CSystem
package import ForgeCore

extension WallClock {
    package static let system = WallClock {
        Timestamp(milliseconds: forge_wall_nanoseconds() / 1_000_000)
    }
}

extension Jitter {
    package static let system = Jitter { Double.random(in: 0..<1) }
}

package enum MonotonicClock {
    /// Nanoseconds since some fixed moment; never goes back.
    package static var nanoseconds: UInt64 {
        UInt64(forge_monotonic_nanoseconds())
    }
}
