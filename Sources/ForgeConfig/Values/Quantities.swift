// Times and sizes as people write them, and back. A number without a unit must never be taken for a time: whether 60 means
// seconds or minutes is exactly what goes wrong.

import ForgeCore

/// `60s`, `15m`, `14d`, `1h30m`, `250ms`.
package enum DurationText {
    /// From the largest to the smallest, which is the order they are written in.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    static let pattern = "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"

    package static func parse(_ text: String) -> Duration? {
        var rest = text.utf8[...]
        var milliseconds: Int64 = 0
        var unitsLeft = units[...]
        repeat {
            let digits = rest.prefix(while: \.isDigit)
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix(while: { !$0.isDigit })
            rest = rest.dropFirst(unit.count)
            guard let count = Int64(String(Substring(digits))),
                let index = unitsLeft.firstIndex(where: { $0.name == String(Substring(unit)) })
            else {
                return nil
            }
            let (part, isTooLarge) = count.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, isSumTooLarge) = milliseconds.addingReportingOverflow(part)
            guard !isTooLarge, !isSumTooLarge else { return nil }
            milliseconds = sum
            unitsLeft = units[(index + 1)...]
        } while !rest.isEmpty
        return .milliseconds(milliseconds)
    }

    /// The shortest text that is read back as this, to the millisecond.
    package static func format(_ duration: Duration) -> String {
        var rest = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        guard rest > 0 else { return "0s" }
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text
    }
}

/// `25MiB` (1024 each step), `2MB` (1000 each step), `1024` or `1024B`.
package enum SizeText {
    private static let units: [(name: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000),
        ("MB", 1_000_000), ("KB", 1_000), ("kB", 1_000), ("B", 1), ("", 1),
    ]

    static let pattern = "^[0-9]+([KMGT]iB|[kKMGT]?B)?$"

    package static func parse(_ text: String) -> Int? {
        let digits = text.utf8.prefix(while: \.isDigit)
        let name = String(Substring(text.utf8.dropFirst(digits.count)))
        guard let count = Int(String(Substring(digits))), let unit = units.first(where: { $0.name == name }) else { return nil }
        let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: unit.bytes)
        return isTooLarge ? nil : bytes
    }

    /// In the largest unit that leaves no remainder.
    package static func format(_ bytes: Int) -> String {
        guard let unit = units.first(where: { bytes >= $0.bytes && bytes % $0.bytes == 0 }) else { return "\(bytes)" }
        return unit.bytes == 1 ? "\(bytes)" : "\(bytes / unit.bytes)\(unit.name)"
    }
}
