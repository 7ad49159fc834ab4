// Whether bytes are the text they should be, before libyaml sees them. It must never repair them: a file that was saved
// wrongly is the person's to save again.

/// Throws unless the bytes are UTF-8 without a byte order mark, and not more of them than allowed.
func checkEncoding(_ bytes: [UInt8], _ limits: YAMLLimits) throws(YAMLError) {
    let start = YAMLPosition(line: 1, column: 1)
    guard bytes.count <= limits.bytesMax else {
        throw YAMLError(start, "\(bytes.count) bytes are more than the \(limits.bytesMax) allowed")
    }
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
        throw YAMLError(start, "a byte order mark (BOM) stands before the text: save the file as UTF-8 without one")
    }
    if bytes.starts(with: [0xfe, 0xff]) || bytes.starts(with: [0xff, 0xfe]) {
        throw YAMLError(start, "this is UTF-16: save the file as UTF-8")
    }
    if let position = firstInvalid(bytes) { throw YAMLError(position, "bytes that are not UTF-8: save the file as UTF-8") }
}

private func firstInvalid(_ bytes: [UInt8]) -> YAMLPosition? {
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var valid = ""
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while case .scalarValue(let character) = decoder.decode(&iterator) { valid.unicodeScalars.append(character) }
    return .end(of: valid)
}

extension YAMLPosition {
    /// Where the next character after `text` would stand.
    static func end(of text: String) -> YAMLPosition {
        var line = 1
        var column = 1
        for character in text.unicodeScalars {
            column += 1
            if character == "\n" { (line, column) = (line + 1, 1) }
        }
        return YAMLPosition(line: line, column: column)
    }
}
