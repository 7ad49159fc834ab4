// The key of the stand-in's App, made once in each run of the tests by the openssl of this machine, so that what is checked here owes
// nothing to the code that signs. It must never be written into the project.

import ForgeCrypto
import Foundation

package struct StandInKey: Sendable {
    /// PKCS#1, as GitHub hands keys out.
    package var privatePEM: String
    package var publicPEM: String

    package init() throws {
        let made = try ProcessRun("/usr/bin/openssl", ["genrsa", "-traditional", "2048"], in: "/")
        let shown = try ProcessRun("/usr/bin/openssl", ["rsa", "-pubout"], in: "/", input: made.output)
        privatePEM = String(decoding: made.output, as: UTF8.self)
        publicPEM = String(decoding: shown.output, as: UTF8.self)
    }

    /// One for all, as making one takes a while.
    package static let shared = Result { try StandInKey() }

    /// Whether these bytes were signed by the key.
    static func verifies(_ signature: [UInt8], of signed: [UInt8], with publicPEM: String) -> Bool {
        let folder = FileManager.default.temporaryDirectory.appending(path: "forge-verify-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }  // What stays lies in the temporary folder.
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try Data(signature).write(to: folder.appending(path: "signature"))
            try Data(publicPEM.utf8).write(to: folder.appending(path: "key"))
            let arguments = ["dgst", "-sha256", "-verify", "key", "-signature", "signature"]
            return try ProcessRun("/usr/bin/openssl", arguments, in: folder.path, input: signed).code == 0
        } catch {
            return false
        }
    }
}
