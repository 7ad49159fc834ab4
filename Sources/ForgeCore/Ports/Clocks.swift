// Time and chance, handed in. Nothing below `main` asks the machine for either, so a test can stand still, jump and repeat.

/// The wall clock: what is written down.
package struct WallClock: Sendable {
    private let read: @Sendable () -> Timestamp

    package init(_ read: @escaping @Sendable () -> Timestamp) { self.read = read }

    package var now: Timestamp { read() }
}

/// A number from 0 up to 1, for spreading retries out.
package struct Jitter: Sendable {
    private let draw: @Sendable () -> Double

    package init(_ draw: @escaping @Sendable () -> Double) { self.draw = draw }

    package func next() -> Double { draw() }
}
