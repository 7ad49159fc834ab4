// Events out of bytes: whatever the line ends, wherever the pieces end.

import Testing

@testable import ForgeModels

@Suite struct EventStreamTests {
    private struct Seen: Equatable {
        var name: String
        var data: String
    }

    private func read(_ pieces: [[UInt8]], bytesMax: Int = 1 << 20) throws -> [Seen] {
        var stream = EventStream(eventBytesMax: bytesMax)
        var seen: [Seen] = []
        for piece in pieces {
            try stream.read(piece) {
                seen.append(Seen(name: String(decoding: $0.name, as: UTF8.self), data: String(decoding: $0.data, as: UTF8.self)))
            }
        }
        return seen
    }

    private func check(_ text: String, _ expected: [Seen], _ location: SourceLocation = #_sourceLocation) throws {
        let bytes = Array(text.utf8)
        for end in ["\n", "\r", "\r\n"] {
            let changed = Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: end).utf8)
            #expect(try read([changed]) == expected, sourceLocation: location)
            #expect(try read(changed.map { [$0] }) == expected, "byte by byte", sourceLocation: location)
            for cut in changed.indices {
                #expect(
                    try read([Array(changed[..<cut]), Array(changed[cut...])]) == expected, "cut at \(cut)", sourceLocation: location)
            }
        }
        #expect(!bytes.isEmpty)
    }

    @Test func `an event is its name and its data, and ends with an empty line`() throws {
        try check("event: ping\ndata: {\"a\": 1}\n\ndata: two\n\n", [Seen(name: "ping", data: "{\"a\": 1}"), Seen(name: "", data: "two")])
    }

    @Test func `lines of data are joined, one space belongs to the colon, and a field may have no colon`() throws {
        try check("data:one\ndata:  two\ndata\n\n", [Seen(name: "", data: "one\n two\n")])
    }

    @Test func `comments, ids and events without data are no events`() throws {
        try check(": hello\n\nid: 7\nretry: 10\n\nevent: lost\n\ndata: kept\n\n", [Seen(name: "", data: "kept")])
    }

    @Test func `what the end cuts off is no event`() throws {
        try check("data: whole\n\ndata: half\n", [Seen(name: "", data: "whole")])
    }

    @Test func `a byte order mark at the beginning is no part of it`() throws {
        try check("\u{FEFF}data: a\n\ndata: \u{FEFF}b\n\n", [Seen(name: "", data: "a"), Seen(name: "", data: "\u{FEFF}b")])
    }

    @Test func `an event has a bound, also one that never ends`() throws {
        #expect(throws: EventStreamError(bytesMax: 100)) {
            _ = try read([Array(("data: " + String(repeating: "x", count: 200)).utf8)], bytesMax: 100)
        }
        #expect(throws: EventStreamError(bytesMax: 100)) {
            _ = try read(Array(repeating: Array("data: ten bytes\n".utf8), count: 20), bytesMax: 100)
        }
        #expect(try read(Array(repeating: Array("data: ten bytes\n\n".utf8), count: 20), bytesMax: 100).count == 20)
    }
}
