// Who really asks, when the peer is a proxy of ours. Only what a trusted proxy wrote is believed: the list is read from the right, and the
// first address that is no proxy of ours is the answer, whatever stands left of it.

package import ForgeCore

/// The remote address of a request that came from `peer`. An entry that is no address ends the search at the last hop that was believed.
package func remoteAddress(peer: IPAddress, headers: [HeaderField], trustedProxies: [IPNetwork]) -> IPAddress {
    func isTrusted(_ address: IPAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }
    guard isTrusted(peer) else { return peer }
    var believed = peer
    let entries = headers.lazy.filter { $0.name == "x-forwarded-for" }.flatMap { $0.value.split(separator: ",") }
    for entry in Array(entries).reversed() {
        guard let address = forwardedEntry(entry) else { return believed }
        believed = address
        if !isTrusted(address) { return address }
    }
    return believed
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`, with blanks around.
private func forwardedEntry(_ entry: Substring) -> IPAddress? {
    var text = entry
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    if text.first == "[" {
        guard let end = text.firstIndex(of: "]") else { return nil }
        return IPAddress(String(text[text.index(after: text.startIndex)..<end]))
    }
    if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") { text = text[..<colon] }
    return IPAddress(String(text))
}
