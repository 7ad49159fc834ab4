// Which characters of a text from outside a terminal must never be sent as they are. Whoever prints for people asks this; what stands there
// instead is the printer's own choice.

extension Unicode.Scalar {
    /// Control characters of both sets, line and paragraph ends, and the marks that change the direction of text.
    package var isHidden: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
