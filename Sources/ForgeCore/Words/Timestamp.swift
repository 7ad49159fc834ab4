// A moment in milliseconds since 1970, and its text in RFC 3339. No calendar library: the service logs a moment on every line,
// and Foundation's formatters cost more than the request they would stamp.

package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    package static func + (left: Self, right: Duration) -> Self { .init(milliseconds: left.milliseconds + right.milliseconds) }
    package static func - (left: Self, right: Duration) -> Self { .init(milliseconds: left.milliseconds - right.milliseconds) }
    package static func - (left: Self, right: Self) -> Duration { .milliseconds(left.milliseconds - right.milliseconds) }

    /// `2026-10-21T07:28:00.123Z`
    package var description: String {
        let (days, ofDay) = milliseconds.quotientAndRemainder(flooring: 86_400_000)
        let (year, month, day) = Self.civil(daysSinceEpoch: days)
        let seconds = ofDay / 1000
        guard (0...9999).contains(year) else { return "\(year)-\(month)-\(day)" }
        // On every line of the log: in one piece, without a text for each part.
        var digits = Array("0000-00-00T00:00:00.000Z".utf8)
        Self.put(year, in: &digits, endingAt: 3)
        Self.put(month, in: &digits, endingAt: 6)
        Self.put(day, in: &digits, endingAt: 9)
        Self.put(seconds / 3600, in: &digits, endingAt: 12)
        Self.put(seconds / 60 % 60, in: &digits, endingAt: 15)
        Self.put(seconds % 60, in: &digits, endingAt: 18)
        Self.put(ofDay % 1000, in: &digits, endingAt: 22)
        return String(decoding: digits, as: UTF8.self)
    }

    private static func put(_ number: Int64, in digits: inout [UInt8], endingAt end: Int) {
        var rest = number
        var index = end
        while rest > 0 {
            digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
            index -= 1
        }
    }
}

extension Timestamp {
    /// Reads RFC 3339 and the looser forms trackers send: a space for the `T`, no zone (taken as UTC), any number of decimals.
    package init?(text: some StringProtocol) {
        var reader = DigitReader(text.utf8)
        guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2), reader.take("-"), let day = reader.digits(2),
            (1...12).contains(month), (1...Self.dayCount(year: year, month: month)).contains(day)
        else { return nil }
        var milliseconds = Self.days(year: year, month: month, day: day) * 86_400_000
        if reader.take("T") || reader.take("t") || reader.take(" ") {
            guard let hour = reader.digits(2), reader.take(":"), let minute = reader.digits(2), hour < 24, minute < 60 else { return nil }
            milliseconds += hour * 3_600_000 + minute * 60_000
            if reader.take(":") {
                guard let second = reader.digits(2), second <= 60 else { return nil }
                milliseconds += second * 1000
                if reader.take(".") {
                    guard let fraction = reader.fraction() else { return nil }
                    milliseconds += fraction
                }
            }
            guard let offset = reader.offsetMinutes() else { return nil }
            milliseconds -= offset * 60_000
        }
        guard reader.isAtEnd else { return nil }
        self.milliseconds = milliseconds
    }

    private static func dayCount(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 of a proleptic Gregorian date: months are counted from March so that the leap day comes last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.quotientAndRemainder(flooring: 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = era.remainder * 365 + era.remainder / 4 - era.remainder / 100 + dayOfYear
        return era.quotient * 146_097 + dayOfEra - 719_468
    }

    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let era = (daysSinceEpoch + 719_468).quotientAndRemainder(flooring: 146_097)
        let dayOfEra = era.remainder
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era.quotient * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

/// Takes a moment's text apart from the left.
private struct DigitReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: some Sequence<UInt8>) { bytes = Array(text) }

    var isAtEnd: Bool { at == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int64? {
        guard at + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[at..<at + count] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        at += count
        return value
    }

    /// Decimals of a second, at least one, in milliseconds; what is finer is dropped.
    mutating func fraction() -> Int64? {
        guard let first = digits(1) else { return nil }
        var value = first * 100
        var weight: Int64 = 10
        while let digit = digits(1) {
            value += digit * weight
            weight /= 10
        }
        return value
    }

    /// `Z`, `+02:00`, `+0200`, `+02`, or nothing, which means UTC.
    mutating func offsetMinutes() -> Int64? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let sign: Int64 = take("-") ? -1 : 1
        guard sign < 0 || take("+"), let hours = digits(2) else { return nil }
        if isAtEnd { return hours < 24 ? sign * hours * 60 : nil }
        _ = take(":")
        guard let minutes = digits(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that the remainder is never negative.
    fileprivate func quotientAndRemainder(flooring divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Duration {
    package var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
