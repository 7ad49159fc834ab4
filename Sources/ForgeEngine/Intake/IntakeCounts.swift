// The door's counters, made once so that counting costs no look-up.

import ForgeCore
import ForgeWebhooks

struct IntakeCounts: Sendable {
    private let accepted: [Source: [Acceptance.Kind: Counter]]
    private let unavailable: [Source: Counter]
    private let oldSecret: [Source: Counter]
    private let refused: [Source: [WebhookRejection.Code: Counter]]

    init(_ metrics: Metrics) {
        let name = "forge_deliveries_total"
        let help = "Requests at the webhook routes, by source and outcome."
        func counter(_ source: Source, _ outcome: String) -> Counter {
            metrics.counter(name, help, [.init("source", source.rawValue), .init("outcome", outcome)])
        }
        let sources = [Source.github, .sentry, .glitchtip]
        accepted = Dictionary(
            uniqueKeysWithValues: sources.map {
                ($0, [.new: counter($0, "accepted"), .repeated: counter($0, "repeated"), .rerun: counter($0, "rerun")])
            })
        unavailable = Dictionary(uniqueKeysWithValues: sources.map { ($0, counter($0, "unavailable")) })
        oldSecret = Dictionary(
            uniqueKeysWithValues: sources.map {
                let help = "Deliveries accepted by a secret that is not the newest: rotation is not finished while this grows."
                return ($0, metrics.counter("forge_deliveries_old_secret_total", help, [.init("source", $0.rawValue)]))
            })
        // Every reason from the start, also at zero: an alert on a series that is not there never fires.
        let reasons = WebhookRejection.Code.allCases.filter { $0 != .bodyChanged }
        refused = Dictionary(
            uniqueKeysWithValues: sources.map { source in
                let help = "Requests turned away at the webhook routes, by reason."
                let counters = reasons.map { reason in
                    let labels: [Metrics.Label] = [.init("source", source.rawValue), .init("reason", reason.rawValue)]
                    return (reason, metrics.counter("forge_deliveries_refused_total", help, labels))
                }
                return (source, Dictionary(uniqueKeysWithValues: counters))
            })
    }

    func accepted(_ source: Source, _ kind: Acceptance.Kind) { accepted[source]?[kind]?.add() }
    func unavailable(_ source: Source) { unavailable[source]?.add() }
    func acceptedByOldSecret(_ source: Source) { oldSecret[source]?.add() }
    func refused(_ source: Source, _ code: WebhookRejection.Code) { refused[source]?[code]?.add() }
}
