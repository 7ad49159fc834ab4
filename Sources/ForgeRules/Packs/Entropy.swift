// How evenly a text uses its bytes. It must never need more than one pass.

enum Entropy {
    /// Shannon's, in bits per byte: 0 for one byte repeated, near 4 for random hex digits, near 6 for random base64.
    static func bitsPerByte(_ bytes: some Collection<UInt8>) -> Double {
        var counts = InlineArray<256, Int>(repeating: 0)
        for byte in bytes { counts[Int(byte)] += 1 }
        let total = Double(bytes.count)
        var sum = 0.0
        for index in counts.indices where counts[index] > 0 { sum += Double(counts[index]) * logarithm(Double(counts[index])) }
        return total > 0 ? logarithm(total) - sum / total : 0
    }

    /// To base 2, of a number from 1 on, to 24 bits behind the point: the same on every machine, which the C library's need not be.
    private static func logarithm(_ number: Double) -> Double {
        var whole = Double(number.exponent)
        var rest = number.significand
        var bit = 0.5
        for _ in 0..<24 {
            rest *= rest
            if rest >= 2 {
                whole += bit
                rest /= 2
            }
            bit /= 2
        }
        return whole
    }
}
