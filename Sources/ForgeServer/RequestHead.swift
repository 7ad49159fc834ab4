// A request's first line and headers, copied out of the library's buffer. The library is lenient where request smuggling begins: it ends a
// line at a lone line feed, a value at a NUL byte, takes blanks before a colon and joins folded lines. So this looks at where each piece lies: only if every
// header begins exactly two bytes after the one before has ended was nothing skipped.

import CMicroHTTPD
import ForgeCore

struct RequestHead {
    let method: String
    let isVersion10: Bool
    let byteCount: Int
    private(set) var headers: [HeaderField] = []
    private let versionAddress: UInt
    private let endAddress: UInt
    /// Where the last piece ended.
    private var cursor: UInt
    private var isSound = true

    /// Copies from the connection's buffer, during the first call for a request.
    init(_ connection: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) {
        unsafe self.method = String(cString: method)
        unsafe isVersion10 = version[7] == CChar(bitPattern: UInt8(ascii: "0"))
        byteCount = unsafe forge_header_size(connection)
        versionAddress = UInt(bitPattern: version)
        endAddress = UInt(bitPattern: method) &+ UInt(byteCount)
        cursor = versionAddress &+ 8
        headers.reserveCapacity(16)
        unsafe withUnsafeMutablePointer(to: &self) { head in
            _ = unsafe MHD_get_connection_values_n(
                connection, .HEADER_KIND,
                { head, _, name, nameCount, value, valueCount in
                    guard let head = unsafe head?.assumingMemoryBound(to: RequestHead.self), let name = unsafe name else { return .NO }
                    unsafe head.pointee.append(
                        UnsafeRawBufferPointer(start: name, count: nameCount), UnsafeRawBufferPointer(start: value, count: valueCount))
                    return .YES
                }, head)
        }
    }

    /// True if the buffer held this head and nothing else, with `target` where it was seen.
    func isSound(target: [UInt8], at address: UInt) -> Bool {
        isSound && cursor &+ 4 == endAddress && address &+ UInt(target.count) &+ 1 == versionAddress
    }

    private mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard UInt(bitPattern: name.baseAddress) == cursor &+ 2 else { return isSound = false }
        cursor = UInt(bitPattern: value.baseAddress) &+ UInt(value.count)
        var end = value.count
        while end > 0, unsafe value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        let trimmed = unsafe UnsafeRawBufferPointer(rebasing: value[..<end])
        guard unsafe !name.isEmpty && name.allSatisfy(Self.isToken) && trimmed.allSatisfy(Self.isText) else { return isSound = false }
        unsafe headers.append(HeaderField(Self.lowercased(name), String(decoding: trimmed, as: UTF8.self)))
    }

    private static func lowercased(_ name: UnsafeRawBufferPointer) -> String {
        unsafe String(unsafeUninitializedCapacity: name.count) { buffer in
            for unsafe(index, byte) in unsafe name.enumerated() {
                unsafe buffer[index] = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            }
            return name.count
        }
    }

    private static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == 0x09 }

    /// RFC 9110, 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "~"), UInt8(ascii: "*"): true
        case UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"): true
        default: false
        }
    }
}
