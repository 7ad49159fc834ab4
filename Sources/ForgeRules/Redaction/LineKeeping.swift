// A text without the credentials in it and with all of its lines: whoever numbers lines shows those of the file. It must never leave more of a
// credential than the line ends in it.

extension TextRedactor {
    package func redactKeepingLines(_ text: [UInt8]) -> [UInt8] {
        let places = known.allPlaces(in: text, and: places(in: text))
        guard !places.isEmpty else { return text }
        var out: [UInt8] = []
        var at = 0
        for place in places {
            out += text[at..<place.range.lowerBound]
            out += "[redacted:\(place.rule)]".utf8
            out += text[place.range].filter { $0 == Byte.newline }
            at = place.range.upperBound
        }
        return out + text[at...]
    }
}
