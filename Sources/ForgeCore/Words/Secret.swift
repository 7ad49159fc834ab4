// A credential in memory. It must never print itself: not in a log line, not in an error, not in a debugger's dump.

/// Bytes that prove who somebody is: a webhook secret, a token, a private key.
///
/// Interpolating, printing, dumping or mirroring a `Secret` shows dots. Taking the bytes out is one word, `reveal`, so
/// every place that does is found by searching for it. There is no `==` on purpose: comparing credentials is done in
/// constant time, on their digests, by ForgeCrypto.
package struct Secret: Sendable {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The credential itself. Use it on the line that needs it and keep no copy.
    package func reveal() -> [UInt8] {
        bytes
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same dots: their number would give the length away.
    package var description: String { "••••••••" }

    package var debugDescription: String { description }

    /// Without this `dump` and a failed `#expect` would walk into the stored bytes.
    package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
