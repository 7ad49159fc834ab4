// A database as bytes for a file, and back. Bytes that are anything but what was written must be refused, never handed to the library: it
// trusts what it reads. The check is against accidents; who can write the file can also make it fit, so the file is for its owner only.

import CVectorscan

extension PatternDatabase {
    /// `key` says what it was made of (a digest of the packs, say) and is asked for when it is read.
    package func serialized(key: [UInt8]) -> [UInt8] {
        var body = SerializedWriter()
        body.append(mode.rawValue)
        body.append(Array(Self.platformKey.utf8))
        body.append(key)
        body.append(UInt32(patterns.count))
        for pattern in patterns {
            body.append(UInt32(clamping: pattern.width.min))
            body.append(pattern.width.max.map { UInt32(clamping: $0) } ?? .max)
            body.append(pattern.isCandidateOnly ? 1 : 0)
        }
        body.append(handle?.serialized ?? [])
        var file = SerializedWriter()
        file.bytes += SerializedFormat.magic
        file.append(SerializedFormat.version)
        let sum = checksum(body.bytes[...])
        file.append(UInt32(truncatingIfNeeded: sum))
        file.append(UInt32(truncatingIfNeeded: sum >> 32))
        return file.bytes + body.bytes
    }

    package init(serialized bytes: [UInt8], key: [UInt8]) throws(SerializedDatabaseError) {
        var reader = SerializedReader(rest: bytes[...])
        guard reader.take(SerializedFormat.magic.count)?.elementsEqual(SerializedFormat.magic) == true else { throw .foreign }
        guard let version = reader.number() else { throw .damaged }
        guard version == SerializedFormat.version else { throw .otherFormat(version) }
        guard let low = reader.number(), let high = reader.number() else { throw .damaged }
        guard checksum(reader.rest) == UInt64(high) << 32 | UInt64(low) else { throw .damaged }
        try self.init(body: &reader, key: key)
    }

    private init(body reader: inout SerializedReader, key: [UInt8]) throws(SerializedDatabaseError) {
        guard let mode = reader.number().flatMap(Mode.init), let platform = reader.bytes() else { throw .damaged }
        guard platform.elementsEqual(Self.platformKey.utf8) else { throw .otherPlatform(String(decoding: platform, as: UTF8.self)) }
        guard let foundKey = reader.bytes(), let count = reader.number() else { throw .damaged }
        guard foundKey.elementsEqual(key) else { throw .otherKey }
        var patterns: [Pattern] = []
        for _ in 0..<count {
            guard let min = reader.number(), let max = reader.number(), let candidate = reader.number() else { throw .damaged }
            let width = PatternWidth(min: Int(min), max: max == .max ? nil : Int(max))
            patterns.append(Pattern(width: width, isCandidateOnly: candidate == 1))
        }
        guard let payload = reader.bytes(), reader.rest.isEmpty, payload.isEmpty == patterns.isEmpty else { throw .damaged }
        let handle = payload.isEmpty ? nil : try DatabaseHandle(serialized: payload)
        self.init(mode: mode, patterns: patterns, handle: handle)
    }
}

private enum SerializedFormat {
    static let magic = Array("forge-pt".utf8)
    static let version: UInt32 = 1
}

extension DatabaseHandle {
    fileprivate var serialized: [UInt8] {
        var bytes: UnsafeMutablePointer<CChar>?
        var count = 0
        let status = unsafe hs_serialize_database(raw, &bytes, &count)
        guard status == HS_SUCCESS, let bytes = unsafe bytes else { preconditionFailure("no memory to serialize patterns") }
        defer { unsafe free(bytes) }
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    fileprivate convenience init(serialized bytes: ArraySlice<UInt8>) throws(SerializedDatabaseError) {
        var raw: OpaquePointer?
        let status = unsafe bytes.withUnsafeBytes { buffer in
            unsafe hs_deserialize_database(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, &raw)
        }
        guard status == HS_SUCCESS, let raw = unsafe raw else { throw .refused(status) }
        unsafe self.init(owned: raw)
    }
}

/// Sees every change of a single word, and practically every other.
private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var sum: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
    func take(_ word: UInt64) {
        sum = (sum ^ word) &* 0xFF51_AFD7_ED55_8CCD
        sum ^= sum >> 32
    }
    unsafe bytes.withUnsafeBytes { buffer in
        let words = buffer.count / 8
        for index in 0..<words { take(UInt64(littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))) }
        for index in words * 8..<buffer.count { take(UInt64(unsafe buffer[index])) }
    }
    return sum
}

/// Numbers are little-endian; a list of bytes has its count before it.
private struct SerializedWriter {
    var bytes: [UInt8] = []

    mutating func append(_ number: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func append(_ list: [UInt8]) {
        append(UInt32(list.count))
        bytes += list
    }
}

/// Nil where the bytes end too early.
private struct SerializedReader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func number() -> UInt32? {
        take(4)?.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func bytes() -> ArraySlice<UInt8>? {
        number().flatMap { take(Int($0)) }
    }
}
