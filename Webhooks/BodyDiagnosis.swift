// What might have happened to a body between its signing and its arrival, for an operator who wonders why a signature does not hold.
// Never a way in: a body that matches only after a change stays refused. A fixed number of tries, each linear in the body. JSON that was
// parsed and written again cannot be found this way, since the sender's own spacing and escapes are gone.

/// A sentence about the change that makes the signature hold, or nil when none of the usual ones does.
func bodyChange(body: [UInt8], matches: ([UInt8]) -> Bool) -> String? {
    for change in BodyChange.usual {
        guard let original = change.undo(body), original != body, matches(original) else { continue }
        return change.sentence
    }
    return nil
}

/// Something proxies and scripts are known to do to a body, and how to take it back.
private struct BodyChange: Sendable {
    let sentence: String
    /// The body as it was before, or nil when this change leaves other traces.
    let undo: @Sendable ([UInt8]) -> [UInt8]?

    static let usual = [
        BodyChange(sentence: "a line end was added behind the body on the way") { $0.last == newLine ? Array($0.dropLast()) : nil },
        BodyChange(sentence: "a line end (CR LF) was added behind the body on the way") {
            $0.suffix(2) == [carriageReturn, newLine] ? Array($0.dropLast(2)) : nil
        },
        BodyChange(sentence: "the line end behind the body was cut off on the way") { $0 + [newLine] },
        BodyChange(sentence: "the line end (CR LF) behind the body was cut off on the way") { $0 + [carriageReturn, newLine] },
        BodyChange(sentence: "white space was added around the body on the way", undo: trimmed),
        BodyChange(sentence: "a byte order mark was put before the body on the way") {
            $0.starts(with: byteOrderMark) ? Array($0.dropFirst(byteOrderMark.count)) : nil
        },
        BodyChange(sentence: "the byte order mark before the body was taken off on the way") { byteOrderMark + $0 },
        BodyChange(sentence: "the body's line ends were turned from LF into CR LF on the way", undo: withoutCarriageReturns),
        BodyChange(sentence: "the body's line ends were turned from CR LF into LF on the way", undo: withCarriageReturns),
        BodyChange(sentence: "the body was taken for Latin-1 and encoded as UTF-8 a second time on the way", undo: decodedOnce),
    ]
}

private let newLine = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

@Sendable private func trimmed(_ body: [UInt8]) -> [UInt8]? {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == newLine || $0 == carriageReturn }
    guard let first = body.firstIndex(where: { !isSpace($0) }), let last = body.lastIndex(where: { !isSpace($0) }) else { return nil }
    return Array(body[first...last])
}

@Sendable private func withoutCarriageReturns(_ body: [UInt8]) -> [UInt8]? {
    var original: [UInt8] = []
    original.reserveCapacity(body.count)
    for (index, byte) in body.enumerated() {
        let isBeforeNewLine = index + 1 < body.count && body[index + 1] == newLine
        if byte != carriageReturn || !isBeforeNewLine { original.append(byte) }
    }
    return original
}

@Sendable private func withCarriageReturns(_ body: [UInt8]) -> [UInt8]? {
    guard body.contains(newLine), !body.contains(carriageReturn) else { return nil }
    var original: [UInt8] = []
    original.reserveCapacity(body.count + body.count / 16)
    for byte in body {
        if byte == newLine { original.append(carriageReturn) }
        original.append(byte)
    }
    return original
}

/// Undoes one UTF-8 encoding whose every scalar was a byte.
@Sendable private func decodedOnce(_ body: [UInt8]) -> [UInt8]? {
    guard body.contains(where: { $0 >= 0x80 }), let text = String(validating: body, as: UTF8.self) else { return nil }
    var original: [UInt8] = []
    original.reserveCapacity(body.count)
    for scalar in text.unicodeScalars {
        guard let byte = UInt8(exactly: scalar.value) else { return nil }
        original.append(byte)
    }
    return original
}
