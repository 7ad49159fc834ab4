// What happened on the local code host, in the form that GitHub gives to the same events. Whoever can write it can write the store, so it
// is trusted as the store is; but it speaks for this machine only, whatever installation stands in it.

import ForgeCore

enum LocalDecoder {
    static func event(body: VerifiedBody, headers: [HeaderField], settings: DecodingSettings) throws(DecodeFailure) -> Event {
        var event = try GitHubDecoder.event(body: body, headers: headers, settings: settings)
        event.context.tenant = .local
        return event
    }
}
