// Which OpenSSL this program runs with, for the operator. The one that is installed counts, not the one it was built against.

import COpenSSL

package enum CryptoLibrary {
    package static var version: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}
