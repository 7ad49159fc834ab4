// Header lines to a head. An interim answer (1xx) is forgotten when the next status line comes.

import ForgeCore

struct HeadReader {
    enum Reading {
        case more
        case whole(status: Int, headers: [HeaderField])
        case tooLarge
    }

    private let bytesMax: Int
    private var status = 0
    private var headers: [HeaderField] = []
    private var bytes = 0

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// One line as libcurl hands it over, with its end.
    mutating func read(_ line: [UInt8]) -> Reading {
        bytes += line.count
        guard bytes <= bytesMax else { return .tooLarge }
        let text = String(decoding: line.trimming { $0 == 0x0D || $0 == 0x0A }, as: UTF8.self)
        if text.isEmpty { return status >= 200 ? .whole(status: status, headers: headers) : .more }
        if text.hasPrefix("HTTP/") {
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            headers = []
        } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let value = Array(text.utf8[text.utf8.index(after: colon)...]).trimming { $0 == 0x20 || $0 == 0x09 }
            headers.append(HeaderField(text[..<colon].lowercased(), String(decoding: value, as: UTF8.self)))
        }
        return .more
    }
}

extension Array where Element == UInt8 {
    fileprivate func trimming(_ isBlank: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else { return [] }
        return self[first...last]
    }
}
