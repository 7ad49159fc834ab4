// A set of bytes in four words: what a bracket expression of a path pattern takes.

struct ByteSet: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    init(where isMember: (UInt8) -> Bool) {
        for byte in UInt8.min...UInt8.max where isMember(byte) { insert(byte) }
    }

    func contains(_ byte: UInt8) -> Bool {
        let word =
            switch byte >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word >> UInt64(byte & 63) & 1 == 1
    }

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    mutating func formUnion(_ other: ByteSet) {
        words.0 |= other.words.0
        words.1 |= other.words.1
        words.2 |= other.words.2
        words.3 |= other.words.3
    }

    /// Every byte that is not in it.
    var inverted: ByteSet {
        var inverted = self
        inverted.words = (~words.0, ~words.1, ~words.2, ~words.3)
        return inverted
    }

    /// With the small letter of every capital that is in it.
    var withSmallLetters: ByteSet {
        var small = self
        for capital in UInt8(ascii: "A")...UInt8(ascii: "Z") where contains(capital) { small.insert(capital | 0x20) }
        return small
    }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension ByteSet {
    /// The classes that git knows between `[:` and `:]`. They are about ASCII alone, and a vertical tab is no space to git.
    static func named(_ name: ArraySlice<UInt8>) -> ByteSet? { classes[String(decoding: name, as: UTF8.self)] }

    private static let classes: [String: ByteSet] = {
        let isDigit = PathByte.isDigit
        let isLetter = PathByte.isLetter
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        let isPrinted = { (byte: UInt8) in byte >= 0x20 && byte < 0x7F }
        return [
            "alnum": ByteSet { isDigit($0) || isLetter($0) }, "alpha": ByteSet(where: isLetter),
            "blank": ByteSet { $0 == 0x20 || $0 == 0x09 }, "cntrl": ByteSet { $0 < 0x20 || $0 == 0x7F },
            "digit": ByteSet(where: isDigit), "graph": ByteSet { isPrinted($0) && !isSpace($0) },
            "lower": ByteSet { $0 >= 0x61 && $0 <= 0x7A }, "print": ByteSet(where: isPrinted),
            "punct": ByteSet { isPrinted($0) && $0 != 0x20 && !isDigit($0) && !isLetter($0) }, "space": ByteSet(where: isSpace),
            "upper": ByteSet { $0 >= 0x41 && $0 <= 0x5A }, "xdigit": ByteSet(where: PathByte.isHexDigit),
        ]
    }()
}
