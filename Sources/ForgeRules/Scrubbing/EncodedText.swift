// Base64, hex and percent signs in a text, decoded where sentences come out. It must never decode what it has decoded: one layer is a
// disguise, and every further one would let a small text cost much.

enum EncodedText {
    static func decoded(in input: [Unicode.Scalar]) -> [String] {
        var found: [String] = []
        var run: [UInt8] = []
        func endRun() {
            defer { run.removeAll(keepingCapacity: true) }
            guard run.count >= TextViews.encodedMin else { return }
            for bytes in [hex(run), Base64.beginning(of: run)] {
                if let bytes, let text = sentence(bytes) { found.append(text) }
            }
        }
        for scalar in input {
            if scalar.value < 0x80, isEncoded(UInt8(scalar.value)) { run.append(UInt8(scalar.value)) } else { endRun() }
        }
        endRun()
        if let text = percentDecoded(input) { found.append(text) }
        return found
    }

    private static func isEncoded(_ byte: UInt8) -> Bool { Base64.isDigit(byte) || byte == Byte.equals }

    /// Text that a person could have written: printable, with a blank between words.
    private static func sentence(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 8, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x09 || $0 >= 0xC2 }) || isUTF8(bytes)
        else { return nil }
        return bytes.contains(0x20) ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil && !bytes.contains { $0 < 0x09 }
    }

    private static func hex(_ run: [UInt8]) -> [UInt8]? {
        guard run.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: run.count, by: 2) {
            guard let high = hexValue(run[index]), let low = hexValue(run[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? { Byte.isHexDigit(byte) ? UInt8(Byte.hexValue(byte)) : nil }

    /// The whole text, when percent signs are a good part of it.
    private static func percentDecoded(_ input: [Unicode.Scalar]) -> String? {
        var bytes: [UInt8] = []
        var escapes = 0
        var index = 0
        while index < input.count {
            let scalar = input[index]
            if scalar == "%", index + 2 < input.count, input[index + 1].value < 0x80, input[index + 2].value < 0x80,
                let high = hexValue(UInt8(input[index + 1].value)), let low = hexValue(UInt8(input[index + 2].value))
            {
                bytes.append(high << 4 | low)
                escapes += 1
                index += 3
            } else {
                bytes.append(contentsOf: Array(String(scalar).utf8))
                index += 1
            }
        }
        return escapes >= 4 ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
