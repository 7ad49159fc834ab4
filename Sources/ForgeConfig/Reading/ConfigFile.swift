// The files that settings name, as whoever reads them for this module hands them over. This module opens nothing itself.

/// A file's bytes, and what matters about it.
package struct ConfigFile: Sendable, Equatable {
    package var bytes: [UInt8]
    /// Everybody on the machine may read it: no place for a credential.
    package var isWorldReadable: Bool

    package init(bytes: [UInt8], isWorldReadable: Bool = false) {
        self.bytes = bytes
        self.isWorldReadable = isWorldReadable
    }
}

package enum ConfigFileError: Error, Sendable, Equatable {
    case missing
    /// The reason continues `cannot be read`: `permission denied`, `it is a folder`.
    case unreadable(reason: String)
}

/// Opens a file that a setting names.
package typealias ConfigFileReader = (_ path: String) throws(ConfigFileError) -> ConfigFile
