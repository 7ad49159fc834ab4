// Every run of twelve bytes of every form of every known secret, as a set that a text is searched with in one pass. A run is kept as a number
// made of it; two share one with a chance of one in 2^64. What is in here is as secret as the secrets: it must never be described or stored.
//
// A run of twelve bytes holds, at one of five offsets in a row, a group of eight bytes, and of five offsets in a row one is divisible by five.
// So only every fifth place of the text is looked at: eight bytes to a bit of a table, and where the bit is set the five runs around are.

struct SecretWindows: Sendable {
    static let width = 12
    /// Forms shorter than this are in too many innocent texts.
    static let formMin = 6
    private static let groupWidth = 8
    private static let step = width - groupWidth + 1

    private var runs = NumberSet()
    private var groups = BitTable()
    /// Forms of fewer than twelve bytes, by their first four.
    private var short: [UInt32: [[UInt8]]] = [:]

    var isEmpty: Bool { runs.count == 0 && short.isEmpty }

    mutating func insert(_ form: [UInt8]) {
        guard form.count >= Self.formMin else { return }
        guard form.count >= Self.width else {
            let key = Self.load4(form, 0)
            if short[key]?.contains(form) != true { short[key, default: []].append(form) }
            return
        }
        for start in 0...(form.count - Self.width) { runs.insert(Self.number(form, start)) }
        for start in 0...(form.count - Self.groupWidth) { groups.insert(Self.load8(form, start)) }
    }

    /// Where runs and short forms are, in ascending order, overlapping ones as one.
    func places(in text: [UInt8]) -> [Range<Int>] {
        let long = longPlaces(in: text)
        guard !short.isEmpty else { return long }
        return Self.merged(long, shortPlaces(in: text))
    }

    private func longPlaces(in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        guard runs.count > 0, text.count >= Self.width else { return found }
        let table = groups
        let last = text.count - Self.width
        var at = 0
        while at + Self.groupWidth <= text.count {
            if table.mayHold(Self.load8(text, at)) {
                for start in stride(from: max(0, at - Self.step + 1), through: min(at, last), by: 1) {
                    if runs.contains(Self.number(text, start)) { Self.append(start..<(start + Self.width), to: &found) }
                }
            }
            at += Self.step
        }
        return found
    }

    private func shortPlaces(in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        guard text.count >= 4 else { return found }
        for at in 0...(text.count - 4) {
            guard let forms = short[Self.load4(text, at)] else { continue }
            for form in forms where at + form.count <= text.count && text[at..<(at + form.count)].elementsEqual(form) {
                Self.append(at..<(at + form.count), to: &found)
            }
        }
        return found
    }

    private static func append(_ range: Range<Int>, to found: inout [Range<Int>]) {
        if let last = found.last, range.lowerBound < last.upperBound {
            found[found.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        } else {
            found.append(range)
        }
    }

    private static func merged(_ left: [Range<Int>], _ right: [Range<Int>]) -> [Range<Int>] {
        var all: [Range<Int>] = []
        for range in (left + right).sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range, to: &all) }
        return all
    }

    // MARK: Bytes as numbers

    @inline(__always) private static func load4(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
    }

    @inline(__always) private static func load8(_ bytes: [UInt8], _ at: Int) -> UInt64 {
        UInt64(load4(bytes, at)) | UInt64(load4(bytes, at + 4)) << 32
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> UInt64 {
        let product = (load8(bytes, at) ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
            by: (UInt64(load4(bytes, at + 8)) << 32 | 0x2545_F491) &* 0xD6E8_FEB8_6659_FD93 | 1)
        return product.high ^ product.low
    }
}

/// One bit per number, by a part of it: says no for sure, and yes perhaps.
struct BitTable: Sendable {
    private var words = [UInt64](repeating: 0, count: 1 << 10)
    private var bits: UInt64 = 16
    private var numbers: [UInt64] = []

    mutating func insert(_ number: UInt64) {
        numbers.append(number)
        if numbers.count << 6 > words.count << 6, bits < 24 { grow() }
        set(number)
    }

    @inline(__always) func mayHold(_ number: UInt64) -> Bool {
        let place = (number &* 0x9E37_79B9_7F4A_7C15) >> (64 - bits)
        return words[Int(place >> 6)] >> (place & 63) & 1 != 0
    }

    private mutating func set(_ number: UInt64) {
        let place = (number &* 0x9E37_79B9_7F4A_7C15) >> (64 - bits)
        words[Int(place >> 6)] |= 1 << (place & 63)
    }

    private mutating func grow() {
        bits += 2
        words = [UInt64](repeating: 0, count: 1 << Int(bits - 6))
        for number in numbers { set(number) }
    }
}

/// A set of numbers that are random already, in one array.
struct NumberSet: Sendable {
    private var slots = [UInt64](repeating: 0, count: 1 << 8)
    private(set) var count = 0

    mutating func insert(_ number: UInt64) {
        if count * 2 >= slots.count { grow() }
        let index = slot(of: number)
        if slots[index] == 0 {
            slots[index] = number | (number == 0 ? 1 : 0)
            count += 1
        }
    }

    func contains(_ number: UInt64) -> Bool { slots[slot(of: number)] != 0 }

    /// The slot of the number, or the free one where it belongs.
    private func slot(of number: UInt64) -> Int {
        let number = number | (number == 0 ? 1 : 0)
        var index = Int(truncatingIfNeeded: number) & (slots.count - 1)
        while slots[index] != 0, slots[index] != number { index = (index + 1) & (slots.count - 1) }
        return index
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        for number in old where number != 0 { slots[slot(of: number)] = number }
    }
}
