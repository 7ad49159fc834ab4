// Requests to other machines, and what is brought from them: whose certificates are trusted, what may be reached, and how much disk copies of
// repositories may take.

package import ForgeCore

package struct OutgoingSettings: Sendable, Equatable {
    /// A file of certificates in PEM form; nil for the system's.
    package var certificates: String?
    /// Private networks that an address from outside may lead to all the same.
    package var privateNetworks: [IPNetwork]

    init(reading reader: inout EntryReader) {
        certificates = reader.readOptional(
            "certificates", .text(), example: "/etc/ssl/certs/ca-certificates.crt",
            "File of certificates to trust in place of the system's, such as a company's own authority.")
        privateNetworks = reader.read(
            "private_networks", .list(.network), "[]",
            "Private networks that an address from outside may lead to, such as 10.1.2.0/24; all others are refused.")
    }
}

package struct MirrorSettings: Sendable, Equatable {
    package var bytesMax: Int
    package var repositoryBytesMax: Int
    package var fetchTimeout: Duration

    init(reading reader: inout EntryReader) {
        bytesMax = reader.read(
            "size", .size(1 << 20...1 << 50), "20GiB", "Disk for all mirrors together; the one unused for longest goes first.")
        repositoryBytesMax = reader.read(
            "repository_size", .size(1 << 20...1 << 50), "5GiB", "What one fetch may bring; a larger repository is not reviewed.")
        fetchTimeout = reader.read(
            "fetch_timeout", .duration(.seconds(1) ... .seconds(86_400)), "10m", "How long one fetch may take.")
    }
}
