// Sentry's bodies to events. The body does not say what kind it is: the `Sentry-Hook-Resource` header does, and the action is in the body.
// Tolerant of everything a body can be; it fails only when there is no JSON object, or not the one the header promises.
//
//   resource         opens a ticket on                only tells of
//   issue            created, unresolved              resolved, assigned, ignored (on the wire) = archived (in the documents)
//   error            created
//   event_alert      triggered
//   metric_alert     critical, warning                resolved, open
//   legacy plugin    always, as a hint                (recognised by its shape, when there is no header)
//
// Outages, feedback and the like are issues too, and open none: there is no code to look at behind them.

package import ForgeCore

package enum SentryDecoder {
    package static func event(
        body: VerifiedBody, headers: [HeaderField], tracker: String?, settings: DecodingSettings, receivedAt: Timestamp
    ) throws(DecodeFailure) -> Event {
        let json = try BodyJSON.object(in: body.bytes)
        let named = headers.first { $0.name == SentryHeader.resource }?.value
        // The header is what a signed request has; a body that came without one is not trusted to be signed.
        let trust: Trust = named == nil ? .hint : .signed
        let origin = TicketOrigin(source: .sentry, tracker: tracker, trust: trust, settings: settings)
        let hook = SentryHook(body: json, action: json["action"]?.identifier ?? "", origin: origin, receivedAt: receivedAt)
        if let named {
            guard let resource = SentryResource(rawValue: named) else {
                return hook.unhandled(named, "Forge knows no Sentry hook of this name")
            }
            return try hook.event(resource)
        }
        if SentryLegacyBody.isOne(json) { return hook.legacy() }
        if let resource = SentryResource(shape: json) { return try hook.event(resource) }
        return hook.unhandled(
            "unnamed", "no Sentry-Hook-Resource header and no known shape: a call of Sentry's interface, or not Sentry's at all")
    }
}

/// One parsed hook, with what decoding needs around it.
struct SentryHook {
    let body: JSON
    /// "" when there is none.
    let action: String
    let origin: TicketOrigin
    let receivedAt: Timestamp

    func event(_ resource: SentryResource) throws(DecodeFailure) -> Event {
        switch resource {
        case .issue: return named(resource, .alerts([try issue()]))
        case .error: return named(resource, .alerts([try error()]))
        case .eventAlert: return named(resource, .alerts([try eventAlert()]))
        case .metricAlert: return named(resource, .alerts([try metricAlert()]))
        case .installation, .comment, .seer: return named(resource, .tracker(kind: resource.rawValue, action: action))
        case .preprodArtifact, .activityAlert: return unhandled(resource.rawValue, "Forge knows this Sentry hook and does nothing with it")
        }
    }

    func unhandled(_ resource: String, _ why: String) -> Event {
        let name = String(decoding: resource.utf8.prefix(64), as: UTF8.self)
        return Event(context: context(name), matter: .unhandled(why: "\(name): \(why)"))
    }

    func named(_ resource: SentryResource, _ matter: EventMatter) -> Event { Event(context: context(resource.rawValue), matter: matter) }

    func context(_ resource: String) -> EventContext {
        EventContext(name: action.isEmpty ? resource : "\(resource).\(action)", sender: actor)
    }

    /// Who did it: Sentry itself, or a person of whom only the number is kept unless the settings keep more. The id is a word, a uuid or a
    /// number.
    private var actor: Actor {
        let actor = body["actor"]
        let isPerson = actor?["type"]?.string == "user"
        let name = (isPerson && !origin.settings.keepsPersonalData) ? nil : actor?["name"]?.text?.cut(toBytes: 128)
        return Actor(login: name, number: actor?["id"]?.integer, kind: actor?["type"]?.identifier)
    }

    /// The object under `data` that the resource promises.
    func data(_ member: String) throws(DecodeFailure) -> JSON {
        guard let value = body["data"]?[member], case .object = value else {
            throw DecodeFailure(code: "missing_member", reason: "the body holds no data.\(member), which its resource header promises")
        }
        return value
    }

    /// Of the names that URLs and the installation give.
    func organization(in urls: [JSON?]) -> [JSON.Member] {
        let inURL = urls.lazy.compactMap { $0?.string }.compactMap(TrackerURL.init).compactMap(SentryURL.organization).first
        let name = inURL ?? body["installation"]?["organization"]?["slug"]?.identifier
        return name.map { [.init("organization", .string($0))] } ?? []
    }
}
