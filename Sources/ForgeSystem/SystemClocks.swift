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

extension WallClock {
    /// Whether the kernel believes its clock to follow a good one; a clock that is off breaks the App's tokens.
    package static var isSynchronised: Bool { forge_clock_is_synchronised() != 0 }
}
