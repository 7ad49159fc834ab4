// The files in which a new App's credentials are kept: mode 600, on the disk before anybody is told that they are, and never in the place of
// another file. GitHub tells them once, so a name that is taken in the last moment is no reason to lose them.

import ForgeCore
import ForgeGitHub
import ForgeSystem

struct AppFiles: Sendable {
    let folder: String

    var privateKey: String { "\(folder)/app.pem" }
    var webhookSecrets: String { "\(folder)/webhook-secrets" }
    var clientSecret: String { "\(folder)/client-secret" }

    /// `text` as the person wrote it, from the working folder on.
    init(folder text: String) {
        var path = text.hasPrefix("/") ? text : ProcessFacts.workingFolder + "/" + text
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        folder = path
    }

    /// Ends the command when one of them is there, or none can be made.
    func prepare() throws(CommandFailure) {
        for path in [privateKey, webhookSecrets, clientSecret] where Files.exists(path) {
            throw .refused("\(path) is there already, and is not overwritten: move it away, or choose another --folder")
        }
        do throws(SystemError) {
            try Files.createFolder(folder)
        } catch {
            throw .badInput("--folder: \(error)")
        }
        guard Files.isWritable(folder) else { throw .badInput("--folder: \(folder) cannot be written") }
    }

    /// Where each of them was put.
    struct Kept: Sendable {
        var privateKey: String
        var webhookSecrets: String?
        var clientSecret: String?
    }

    /// The key first: the other two can be made anew.
    func keep(_ app: NewApp) throws(SystemError) -> Kept {
        var kept = Kept(privateKey: try Self.keep(app.privateKey, at: privateKey))
        if let secret = app.webhookSecret { kept.webhookSecrets = try Self.keep(secret, at: webhookSecrets) }
        if let secret = app.clientSecret { kept.clientSecret = try Self.keep(secret, at: clientSecret) }
        return kept
    }

    private static func keep(_ secret: Secret, at path: String) throws(SystemError) -> String {
        let text = secret.reveal()
        let bytes = text.last == UInt8(ascii: "\n") ? text : text + [UInt8(ascii: "\n")]
        var number = 0
        while true {
            let name = number == 0 ? path : "\(path).\(number)"
            do throws(SystemError) {
                try Files.createNew(bytes, at: name, mode: 0o600)
                return name
            } catch {
                guard error.isTaken, number < 100 else { throw error }
                number += 1
            }
        }
    }
}
