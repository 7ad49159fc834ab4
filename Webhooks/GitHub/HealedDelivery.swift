// A delivery fetched from GitHub's log of failed ones, as if it had come in. GitHub's API answers for it over TLS with our App's own
// token, so there is no signature to check. Its key is the received one's, or healing would do things twice.

package import ForgeCore

/// `headers` in any case and order, as the API lists them.
package func healedGitHubDelivery(
    guid: String, eventName: String, headers: [HeaderField], body: [UInt8], receivedAt: Timestamp
) -> NewDelivery {
    let lowered = headers.map { HeaderField($0.name.lowercased(), $0.value) }
    let found = GitHubHeaders(lowered)
    let named = HeaderField("x-github-event", eventName)
    let isNamed = found.kept.contains { $0.name == named.name }
    return NewDelivery(
        source: .github, transportKey: GitHubVerifier.transportKey(hook: found.hook, guid: guid), eventName: eventName,
        headers: isNamed ? found.kept : found.kept + [named], body: body, receivedAt: receivedAt, isHealed: true)
}
