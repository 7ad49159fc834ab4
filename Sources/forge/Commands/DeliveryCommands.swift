// `forge deliveries …`: what came, what became of it, what was turned away, and once more please.

import ForgeCore

enum DeliveryCommands {
    static let all = [list, show, replay]

    private static let list = CommandSpecification(
        "deliveries list", "list deliveries, newest first",
        details:
            "With --refused: the requests that were turned away at the door, each with the precise reason, which its sender was not told.",
        options: [
            .init("refused", nil, "list refused requests instead"), .init("source", "SOURCE", "github, sentry, glitchtip or person"),
            .init("state", "STATE", "pending, done, ignored or failed"), .init("repository", "OWNER/NAME", "of one repository"),
            .limit, .before, .json, .config,
        ]
    ) { arguments, context in
        let page = try arguments.page()
        let filter = DeliveryFilter(
            source: try arguments.choice("source", Source.self), state: try arguments.choice("state", DeliveryState.self),
            repository: arguments.value("repository"))
        guard !arguments.has("refused") || filter == DeliveryFilter() else {
            throw CommandFailure.badInput("--refused lists every refusal: it takes no --source, --state or --repository")
        }
        return try await withStore(arguments, context) { store in
            let next: Int64?
            if arguments.has("refused") {
                let found = try await store.refusals(page: page, scope: .all)
                try context.show(table(of: found.items), json: arguments.has("json"))
                next = found.next
            } else {
                let found = try await store.deliveries(filter, page: page, scope: .all)
                try context.show(table(of: found.items), json: arguments.has("json"))
                next = found.next
            }
            if let next, context.isTerminal { context.note("more: --before \(next)") }
            return .ok
        }
    }

    private static let show = CommandSpecification(
        "deliveries show", "show one delivery with its headers and body", positionals: [.init("ID", "the delivery's number")],
        options: [.json, .config]
    ) { arguments, context in
        let id = try arguments.identifier(0, of: Delivery.self)
        return try await withStore(arguments, context) { store in
            guard let delivery = try await store.delivery(id, scope: .all) else {
                throw CommandFailure.refused("there is no delivery \(id)")
            }
            try context.show(delivery.jsonWithBody)
            return .ok
        }
    }

    private static let replay = CommandSpecification(
        "deliveries replay", "decode a delivery again, whatever became of it",
        details: "The stored body is taken as it came. A running 'forge serve' picks it up within seconds.",
        positionals: [.init("ID", "the delivery's number")], options: [.json, .config]
    ) { arguments, context in
        let id = try arguments.identifier(0, of: Delivery.self)
        return try await withStore(arguments, context) { store in
            guard let delivery = try await store.replay(id, by: "command line", scope: .all) else {
                throw CommandFailure.refused("there is no delivery \(id), or retention has dropped its body")
            }
            if arguments.has("json") { try context.show(delivery.json) } else { try context.print("delivery \(id) is pending again") }
            return .ok
        }
    }

    static func table(of deliveries: [Delivery]) -> Table {
        var table = Table(
            ["id", "received", "source", "event", "state", "led to", "reason"], whenEmpty: "No deliveries yet. Is a hook pointed here?")
        for delivery in deliveries {
            let led = [delivery.intent, delivery.ticket.map { "ticket \($0)" }, delivery.job.map { "job \($0)" }].compactMap { $0 }
            table.add(
                [
                    .init(delivery.id.description), .init(delivery.receivedAt.shortText, .faint),
                    .init(delivery.tracker.map { "\(delivery.source.rawValue)/\($0)" } ?? delivery.source.rawValue),
                    .init(delivery.event ?? delivery.eventName), .init(delivery.state.rawValue, delivery.state.tone),
                    .init(led.isEmpty ? nil : led.joined(separator: ", ")), .init(delivery.reason, .faint),
                ], delivery.json)
        }
        return table
    }

    private static func table(of refusals: [Refusal]) -> Table {
        var table = Table(["at", "source", "code", "from", "event", "reason"], whenEmpty: "Nothing was refused.")
        for refusal in refusals {
            table.add(
                [
                    .init(refusal.at.shortText, .faint),
                    .init(refusal.tracker.map { "\(refusal.source.rawValue)/\($0)" } ?? refusal.source.rawValue),
                    .init(refusal.code, .bad), .init(refusal.remoteAddress), .init(refusal.eventName), .init(refusal.reason),
                ], refusal.json)
        }
        return table
    }
}

extension DeliveryState {
    fileprivate var tone: Table.Tone {
        switch self {
        case .pending: .notice
        case .done: .good
        case .ignored: .faint
        case .failed: .bad
        }
    }
}

extension Timestamp {
    /// `2026-10-21 07:28:00`
    var shortText: String { String(description.prefix(19)).split(separator: "T").joined(separator: " ") }
}
