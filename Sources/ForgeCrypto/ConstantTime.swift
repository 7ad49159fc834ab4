// Comparison of credentials. It must never stop at the first difference: how long it took would tell where that was.

import COpenSSL

/// Comparison that takes as long for a wrong first byte as for a wrong last one.
package enum ConstantTime {
    /// Lengths are compared first and openly: what is compared here are digests, whose length everybody knows.
    package static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        guard first.count == second.count else { return false }
        return unsafe first.withUnsafeBytes { left in
            unsafe second.withUnsafeBytes { right in
                unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }
}
