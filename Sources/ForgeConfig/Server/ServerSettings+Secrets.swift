// Every credential of the settings in one list, for what must know them all: the redaction of what leaves. A new key that holds a credential
// is one more line here, and one in the test that reads them all.

package import ForgeCore

extension ServerSettings {
    package var secrets: [Secret] {
        var secrets = github.webhookSecrets
        secrets += trackers.flatMap { $0.clientSecrets + $0.pathTokens }
        secrets += trackers.compactMap(\.apiToken)
        secrets += [github.privateKey, http.tls?.key].compactMap { $0 } + model.secrets
        if case .postgres(let address) = store { secrets.append(address) }
        return secrets
    }
}
