// References of HTML to characters that cannot be seen: `&#8203;`, `&#x200B;`, `&ZeroWidthSpace;`. A page draws nothing for them. It must never
// look further than the longest name.

enum HiddenEntity {
    private static let lengthMax = 32

    static let names: Set<String> = [
        "ApplyFunction", "InvisibleComma", "InvisibleTimes", "NegativeMediumSpace", "NegativeThickSpace", "NegativeThinSpace",
        "NegativeVeryThinSpace", "NoBreak", "ZeroWidthSpace", "af", "ic", "it", "lrm", "rlm", "shy", "zwj", "zwnj",
    ]

    /// Whether one begins with the `&` at this place.
    static func begins(at start: Int, in input: [Unicode.Scalar]) -> Bool {
        let text = input[(start + 1)...].prefix(lengthMax)
        guard let end = text.firstIndex(of: ";") else { return false }
        let name = text[..<end]
        guard name.first == "#" else { return names.contains(String(String.UnicodeScalarView(name))) }
        return scalar(numbered: name.dropFirst()).map(isHidden) == true
    }

    private static func scalar(numbered digits: ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
        let isHex = digits.first == "x" || digits.first == "X"
        let text = String(String.UnicodeScalarView(isHex ? digits.dropFirst() : digits))
        return UInt32(text, radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init)
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch CharacterClass.of(scalar) {
        case .invisible, .joiner, .bidirectional, .tag, .variation, .control: true
        case .plain, .lineEnd, .blank, .mark: false
        }
    }
}
