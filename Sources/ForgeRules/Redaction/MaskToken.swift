// One token of a text that may mask what it says: an escape that stands for bytes, or a gap that stands for none. It must never look at what
// comes before it, so that reading can begin again at any token.

/// What is undone. An escape that stands right before a secret takes characters of it, so the text is read without undoing escapes, too.
enum Masks { case gaps, gapsAndEscapes }

struct MaskToken {
    /// Bytes that one token may have; what separates the characters of a secret for longer separates them for good.
    static let lengthMax = 256

    var length: Int
    /// How many bytes it stands for, four at most.
    var count: Int
    private var packed: UInt32

    func byte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: packed >> UInt32(index * 8)) }

    /// The bytes that a token of more than one byte can begin with.
    static let opens: [Bool] = (0..<256).map { byte in
        switch UInt8(byte) {
        case 0x0A, 0x0D, 0x1B, 0x25, 0x26, 0x5C, 0xC2, 0xCD, 0xD8, 0xE1, 0xE2, 0xE3, 0xEF, 0xF3: true
        default: false
        }
    }

    /// Nil when the text ends before the token does, and more may follow.
    static func read(_ text: [UInt8], at: Int, isWhole: Bool, undoing masks: Masks) -> MaskToken? {
        let reader = TokenReader(text: text, isWhole: isWhole)
        switch reader.gap(at: at) {
        case .none: break
        case .cutOff: return nil
        case .length(let first): return gap(reader, at: at, first: first)
        }
        guard masks == .gapsAndEscapes else { return MaskToken(length: 1, count: 1, packed: UInt32(text[at])) }
        switch reader.escape(at: at) {
        case .none: return MaskToken(length: 1, count: 1, packed: UInt32(text[at]))
        case .cutOff: return nil
        case .token(let token): return token
        }
    }

    /// All gaps in a row are one token; of a run that is too long the rest is the next one, and a byte that no secret has stands between.
    private static func gap(_ reader: TokenReader, at start: Int, first: Int) -> MaskToken? {
        var length = first
        while length < lengthMax {
            switch reader.gap(at: start + length) {
            case .none: return MaskToken(length: length, count: 0, packed: 0)
            case .cutOff: return nil
            case .length(let next): length += next
            }
        }
        return MaskToken(length: length, count: 1, packed: 0)
    }

    init(length: Int, count: Int, packed: UInt32) {
        self.length = length
        self.count = count
        self.packed = packed
    }

    /// An escape that stands for these bytes.
    init(length: Int, bytes: some Collection<UInt8>) {
        self.length = length
        count = bytes.count
        packed = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Reads gaps and escapes; each looks at a dozen bytes at most.
struct TokenReader {
    let text: [UInt8]
    let isWhole: Bool

    enum Gap { case none, cutOff, length(Int) }
    enum Escape { case none, cutOff, token(MaskToken) }

    /// Blanks behind a line end that are its indentation.
    private static let indentationMax = 64
    /// Parameters of a terminal's sequence.
    private static let parametersMax = 32

    private func at(_ index: Int) -> UInt8? { index < text.count ? text[index] : nil }

    // MARK: Gaps

    func gap(at index: Int) -> Gap {
        guard let byte = at(index) else { return isWhole ? .none : .cutOff }
        switch byte {
        case 0x0A, 0x0D: return .length(1 + indentation(at: index + 1))
        case 0x20, 0x09: return .none
        case 0x1B: return terminalSequence(at: index)
        case 0x5C: return writtenLineEnd(at: index)
        case 0x25: return writtenByte(at: index)
        case 0xC2...: return invisible(at: index)
        default: return .none
        }
    }

    private func indentation(at start: Int) -> Int {
        var length = 0
        while length < Self.indentationMax, let byte = at(start + length), byte == 0x20 || byte == 0x09 { length += 1 }
        return length
    }

    private func terminalSequence(at index: Int) -> Gap {
        guard let bracket = at(index + 1) else { return isWhole ? .none : .cutOff }
        guard bracket == 0x5B else { return .none }
        var end = index + 2
        while end < index + 2 + Self.parametersMax, let byte = at(end), (0x20...0x3F).contains(byte) { end += 1 }
        guard let final = at(end) else { return isWhole ? .none : .cutOff }
        return (0x40...0x7E).contains(final) ? .length(end + 1 - index) : .none
    }

    /// `\n` and `\r` as two characters. A backslash before a real line end may be the secret's own.
    private func writtenLineEnd(at index: Int) -> Gap {
        guard let next = at(index + 1) else { return isWhole ? .none : .cutOff }
        switch next {
        case 0x6E, 0x72: return .length(2)
        case 0x75: return writtenInvisible(at: index)
        default: return .none
        }
    }

    private func writtenInvisible(at index: Int) -> Gap {
        guard index + 6 <= text.count else { return isWhole || !isHexPrefix(index + 2) ? .none : .cutOff }
        guard let value = hex(index + 2, 4), let scalar = Unicode.Scalar(UInt32(value)) else { return .none }
        let isGap = scalar == "\n" || scalar == "\r" || TokenReader.isGap(scalar)
        return isGap ? .length(6) : .none
    }

    /// `%0A` and `%0D`.
    private func writtenByte(at index: Int) -> Gap {
        guard index + 3 <= text.count else { return isWhole || !isHexPrefix(index + 1) ? .none : .cutOff }
        let value = hex(index + 1, 2)
        return value == 0x0A || value == 0x0D ? .length(3) : .none
    }

    private func invisible(at index: Int) -> Gap {
        let count = text[index] < 0xE0 ? 2 : text[index] < 0xF0 ? 3 : 4
        guard MaskToken.opens[Int(text[index])] else { return .none }
        guard index + count <= text.count else { return isWhole ? .none : .cutOff }
        var iterator = text[index..<(index + count)].makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return .none }
        return TokenReader.isGap(scalar) ? .length(count) : .none
    }

    private static func isGap(_ scalar: Unicode.Scalar) -> Bool {
        switch CharacterClass.of(scalar) {
        case .invisible, .joiner, .bidirectional, .tag, .variation: true
        default: scalar.value == 0x034F
        }
    }

    // MARK: Escapes

    func escape(at index: Int) -> Escape {
        switch text[index] {
        case 0x25: percent(at: index)
        case 0x5C: backslash(at: index)
        case 0x26: entity(at: index)
        default: .none
        }
    }

    private func percent(at index: Int) -> Escape {
        guard index + 3 <= text.count else { return isWhole || !isHexPrefix(index + 1) ? .none : .cutOff }
        guard let value = hex(index + 1, 2) else { return .none }
        if value == 0x25 { return percentTwice(at: index) }
        return .token(MaskToken(length: 3, count: 1, packed: UInt32(value)))
    }

    /// `%2541`: an address inside an address has its percent signs written so.
    private func percentTwice(at index: Int) -> Escape {
        if index + 5 > text.count, !isWhole, isHexPrefix(index + 3) { return .cutOff }
        guard index + 5 <= text.count, let value = hex(index + 3, 2) else { return .token(MaskToken(length: 3, count: 1, packed: 0x25)) }
        return .token(MaskToken(length: 5, count: 1, packed: UInt32(value)))
    }

    private func backslash(at index: Int) -> Escape {
        guard let next = at(index + 1) else { return isWhole ? .none : .cutOff }
        switch next {
        case 0x22, 0x27, 0x2F, 0x5C, 0x60: return .token(MaskToken(length: 2, count: 1, packed: UInt32(next)))
        case 0x74: return .token(MaskToken(length: 2, count: 1, packed: 0x09))
        case 0x78: return coded(at: index, digits: 2)
        case 0x75: return coded(at: index, digits: 4)
        default: return .none
        }
    }

    private func coded(at index: Int, digits: Int) -> Escape {
        guard index + 2 + digits <= text.count else { return isWhole || !isHexPrefix(index + 2) ? .none : .cutOff }
        guard let value = hex(index + 2, digits) else { return .none }
        if digits == 2 { return .token(MaskToken(length: 4, count: 1, packed: UInt32(value))) }
        guard let scalar = Unicode.Scalar(UInt32(value)) else { return .none }
        return .token(MaskToken(length: 6, bytes: UTF8.encode(scalar) ?? UTF8.EncodedScalar()))
    }

    private static let entities: [(name: [UInt8], byte: UInt8)] = [
        (Array("&amp;".utf8), 0x26), (Array("&lt;".utf8), 0x3C), (Array("&gt;".utf8), 0x3E), (Array("&quot;".utf8), 0x22),
        (Array("&apos;".utf8), 0x27),
    ]

    private func entity(at index: Int) -> Escape {
        guard let next = at(index + 1) else { return isWhole ? .none : .cutOff }
        if next == 0x23 { return numericEntity(at: index) }
        for entity in Self.entities {
            let available = text[index..<min(text.count, index + entity.name.count)]
            if available.elementsEqual(entity.name) {
                return .token(MaskToken(length: entity.name.count, count: 1, packed: UInt32(entity.byte)))
            }
            if !isWhole, entity.name.starts(with: available) { return .cutOff }
        }
        return .none
    }

    /// `&#65;` and `&#x41;`, up to U+10FFFF, with few leading zeros.
    private func numericEntity(at index: Int) -> Escape {
        var end = index + 2
        let isHex = at(end).map { $0 | 0x20 == 0x78 } ?? false
        if isHex { end += 1 }
        let begin = end
        var value = 0
        while end - begin < 7, let byte = at(end), let digit = digit(byte), isHex || digit < 10 {
            value = value * (isHex ? 16 : 10) + digit
            end += 1
        }
        guard let close = at(end) else { return isWhole ? .none : .cutOff }
        guard close == 0x3B, end > begin, let scalar = Unicode.Scalar(UInt32(value)), let bytes = UTF8.encode(scalar) else { return .none }
        return .token(MaskToken(length: end + 1 - index, bytes: bytes))
    }

    // MARK: Digits

    private func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }

    private func hex(_ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<(start + count) {
            guard let digit = digit(text[index]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    /// Whether all that is there from `start` on are digits, so that what is cut off may complete the escape.
    private func isHexPrefix(_ start: Int) -> Bool { text[min(start, text.count)...].allSatisfy { digit($0) != nil } }
}
