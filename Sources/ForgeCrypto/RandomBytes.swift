// Where unguessable bytes come from. It must never fall back on a weaker source when the system has none to give.

import COpenSSL

/// A source of random bytes, passed to whoever needs them, so that a test can say what comes out.
package struct RandomBytes: Sendable {
    private let fill: @Sendable (Int) throws(CryptoError) -> [UInt8]

    package init(_ fill: @escaping @Sendable (Int) throws(CryptoError) -> [UInt8]) {
        self.fill = fill
    }

    package func generate(count: Int) throws(CryptoError) -> [UInt8] {
        precondition((1...1_048_576).contains(count), "ask for 1 byte to 1 MiB at a time")
        return try fill(count)
    }

    /// OpenSSL's generator, seeded by the kernel. The only one outside tests.
    package static let system = RandomBytes(systemBytes)
}

private func systemBytes(count: Int) throws(CryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let status = unsafe bytes.withUnsafeMutableBufferPointer { unsafe RAND_bytes($0.baseAddress, Int32($0.count)) }
    guard status == 1 else { throw .randomUnavailable }
    return bytes
}
