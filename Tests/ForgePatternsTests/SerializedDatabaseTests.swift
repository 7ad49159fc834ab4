// A database written and read again, and every way in which bytes are not one.

import ForgePatterns
import ForgeTestSupport
import Testing

@Suite struct SerializedDatabaseTests {
    private static let key = Array("packs 1".utf8)
    private let database: PatternDatabase
    private let bytes: [UInt8]

    init() throws {
        database = try PatternDatabase.compile(["to(k|c)en[0-9]{4,}", "(a)\\1", "secret"].map { PatternSource($0, options: .caseless) })
        bytes = database.serialized(key: Self.key)
    }

    @Test func `a database that was written finds the same when it is read`() throws {
        let read = try PatternDatabase(serialized: bytes, key: Self.key)
        #expect(read.patterns == database.patterns && read.mode == database.mode)
        let text = Array("Token12345 aa SECRET".utf8)
        var before = PatternHits()
        var after = PatternHits()
        #expect(PatternScratch(database).scan(text, into: &before) == .complete)
        #expect(PatternScratch(read).scan(text, into: &after) == .complete)
        #expect(before.all == after.all && before.all.count >= 3)
        #expect(read.serialized(key: Self.key) == bytes)
    }

    @Test(arguments: [PatternDatabase.Mode.block, .stream])
    func `no patterns survive it, too`(mode: PatternDatabase.Mode) throws {
        let empty = try PatternDatabase.compile([], mode: mode)
        let read = try PatternDatabase(serialized: empty.serialized(key: []), key: [])
        #expect(read.patterns.isEmpty && read.mode == mode)
    }

    @Test func `other patterns and other files are refused, each for its reason`() throws {
        check(bytes, key: Array("packs 2".utf8), .otherKey)
        check([], .foreign)
        check(Array("#!/bin/sh\nexit 0\n".utf8), .foreign)
        check(bytes + [0], .damaged)
        var newer = bytes
        newer[8] = 9
        check(newer, .otherFormat(9))
    }

    @Test func `a file made on another machine names that machine`() throws {
        // The platform is text inside; made again with a right checksum, a changed one is a right file from elsewhere.
        let elsewhere = SealedBytes.replacing("vectorscan", with: "hyperscans", in: bytes)
        let error = #expect(throws: SerializedDatabaseError.self) { try PatternDatabase(serialized: elsewhere, key: Self.key) }
        guard case .otherPlatform(let name) = error else {
            return #expect(Bool(false), "refused for another reason: \(String(describing: error))")
        }
        #expect(name.hasPrefix("hyperscans"))
    }

    @Test func `a file cut short at any place is refused`() throws {
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 997)) + Array(0..<120) {
            #expect(throws: SerializedDatabaseError.self) { try PatternDatabase(serialized: Array(bytes.prefix(count)), key: Self.key) }
        }
    }

    @Test(arguments: UInt64(0)..<50)
    func `a file with a changed byte is refused`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<40 {
            var damaged = bytes
            let place = random.below(damaged.count)
            damaged[place] ^= UInt8(1 + random.below(255))
            #expect(throws: SerializedDatabaseError.self) { try PatternDatabase(serialized: damaged, key: Self.key) }
        }
    }

    /// Past our own checksum stands the library's, which must hold alone, but for a tail that it never reads.
    @Test(arguments: UInt64(0)..<20)
    func `a damaged automaton with a right checksum around it is refused`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let start = bytes.count - database.byteCount / 2
        let end = bytes.count - 128
        for _ in 0..<20 {
            var damaged = bytes
            damaged[start + random.below(end - start)] ^= UInt8(1 + random.below(255))
            check(SealedBytes.sealed(damaged), .refused(-1))
        }
    }

    private func check(_ bytes: [UInt8], key: [UInt8] = key, _ expected: SerializedDatabaseError) {
        let error = #expect(throws: SerializedDatabaseError.self) { try PatternDatabase(serialized: bytes, key: key) }
        #expect(error == expected)
    }
}

/// The file's format as a reader of its description would write it: eight bytes of name, a version, a sum over the rest.
enum SealedBytes {
    private static let bodyStart = 20

    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= bodyStart else { return bytes }
        var sealed = bytes
        let sum = sum(bytes[bodyStart...])
        for index in 0..<8 { sealed[12 + index] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * index)) }
        return sealed
    }

    static func replacing(_ old: String, with new: String, in bytes: [UInt8]) -> [UInt8] {
        sealed(bytes.replacing(Array(old.utf8), with: Array(new.utf8), maxReplacements: 1))
    }

    private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var sum: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
        func take(_ word: UInt64) {
            sum = (sum ^ word) &* 0xFF51_AFD7_ED55_8CCD
            sum ^= sum >> 32
        }
        var rest = bytes
        while rest.count >= 8 {
            take(rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
            rest = rest.dropFirst(8)
        }
        for byte in rest { take(UInt64(byte)) }
        return sum
    }
}
