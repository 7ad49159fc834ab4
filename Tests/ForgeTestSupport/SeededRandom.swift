// Chance that comes again: the same seed gives the same numbers on every machine, so a failing test names all it needs.

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). Not for anything secret.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to `count`, which is above 0.
    package mutating func below(_ count: Int) -> Int { Int(next(upperBound: UInt64(count))) }

    package mutating func element<Items: RandomAccessCollection>(of items: Items) -> Items.Element {
        items[items.index(items.startIndex, offsetBy: below(items.count))]
    }
}
