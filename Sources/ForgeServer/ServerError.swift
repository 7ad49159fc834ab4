// Why the server could not start, in a sentence an operator can act on. Never key material.

package struct ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// The address is no address, or not of this machine, or its port is taken or not allowed.
        case cannotListen
        /// The certificate and the key are unreadable or no pair.
        case badCertificate
        /// Out of threads, descriptors or memory.
        case cannotStart
    }

    package let code: Code
    package let message: String

    package var description: String { message }
}
