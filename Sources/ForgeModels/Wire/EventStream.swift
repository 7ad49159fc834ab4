// Server-sent events out of bytes that come in pieces of any size (https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.6):
// lines end with CR, LF or both, an event ends with an empty line, and what the end of the stream cuts off is no event. One event is
// bounded; the number of events is not.

package struct ServerSentEvent: Hashable, Sendable {
    /// Empty without one.
    package var name: [UInt8]
    package var data: [UInt8]
}

package struct EventStreamError: Error, Hashable, Sendable {
    package var bytesMax: Int
}

package struct EventStream: Sendable {
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D
    private static let dataField = Array("data:".utf8)

    private let eventBytesMax: Int
    /// Of a line whose end has not come.
    private var line: [UInt8] = []
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    /// The last byte was a CR: an LF behind it belongs to it.
    private var skipsLineFeed = false
    private var isAtStart = true

    package init(eventBytesMax: Int = 10 << 20) { self.eventBytesMax = eventBytesMax }

    package mutating func read(_ bytes: [UInt8], _ take: (ServerSentEvent) -> Void) throws(EventStreamError) {
        var start = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte == Self.lineFeed || byte == Self.carriageReturn else { continue }
            if byte == Self.lineFeed, skipsLineFeed, index == start {
                skipsLineFeed = false
                start = index + 1
                continue
            }
            try end(line: bytes[start..<index], take)
            skipsLineFeed = byte == Self.carriageReturn
            start = index + 1
        }
        guard start < bytes.count else { return }
        skipsLineFeed = false
        line += bytes[start...]
        try checkSize()
    }

    private mutating func end(line rest: ArraySlice<UInt8>, _ take: (ServerSentEvent) -> Void) throws(EventStreamError) {
        if line.isEmpty {
            try field(rest, take)
        } else {
            line += rest
            let whole = line[...]
            line = []
            try field(whole, take)
        }
    }

    private mutating func field(_ found: ArraySlice<UInt8>, _ take: (ServerSentEvent) -> Void) throws(EventStreamError) {
        var line = found
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        }
        if line.isEmpty { return dispatch(take) }
        if line.starts(with: Self.dataField) {
            append(Self.value(line.dropFirst(Self.dataField.count)))
            return try checkSize()
        }
        let end = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        let value = Self.value(line[end...].dropFirst())
        if line[..<end].elementsEqual("data".utf8) { append(value) }
        if line[..<end].elementsEqual("event".utf8) { name = Array(value) }
        try checkSize()
    }

    private static func value(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        rest.first == UInt8(ascii: " ") ? rest.dropFirst() : rest
    }

    private mutating func append(_ value: ArraySlice<UInt8>) {
        if hasData { data.append(Self.lineFeed) }
        hasData = true
        data += value
    }

    private mutating func dispatch(_ take: (ServerSentEvent) -> Void) {
        if hasData { take(ServerSentEvent(name: name, data: data)) }
        name = []
        data = []
        hasData = false
    }

    private func checkSize() throws(EventStreamError) {
        guard line.count + data.count + name.count <= eventBytesMax else { throw EventStreamError(bytesMax: eventBytesMax) }
    }
}
