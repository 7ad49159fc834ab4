// `forge demo`: the service on a free port, a few deliveries sent to it, and what became of each. Everything is temporary and stays on
// this machine.

import ForgeCore
import ForgeResources
import ForgeSystem

enum DemoCommand {
    static let all = [demo]
    /// How often and how long the outcome is looked for: ten seconds in all.
    private static let looksMax = 400
    private static let pause = Duration.milliseconds(25)

    private static let demo = CommandSpecification(
        "demo", "see it work: deliveries to a service of its own, and a pull request that is reviewed",
        details: """
            Starts 'forge serve' on a free port of 127.0.0.1 with a temporary data folder and made-up secrets, sends it three deliveries,
            and shows what became of them. Then it pushes a branch to a repository of its own, opens a pull request, and shows the review
            before and after the mistakes in it are mended. All of it is removed again.
            """
    ) { _, context in
        let service = try ScratchService(prefix: "forge-demo-", moreSettings: "log: {level: warning}")
        try service.start(silencesErrors: false)
        try context.print("A service listens on http://127.0.0.1:\(service.port), with its data in \(service.folder).\n")
        try send(to: service, context)
        let deliveries = try await outcomes(of: service, context)
        try context.print("\nWhat became of them (forge deliveries list):\n")
        try context.write(DeliveryCommands.table(of: deliveries).text(isTerminal: context.isTerminal, colours: context.colours))
        try await showTickets(of: service, context)
        let code = service.stop()
        try context.print("\nThe service stopped as asked (exit code \(code)) and its folder is gone.")
        guard code == 0, deliveries.count == 3, deliveries.allSatisfy({ $0.state == .done }) else {
            throw CommandFailure.failed("the demonstration did not go as it should")
        }
        try await DemoReview(context).show()
        return .ok
    }

    private static func send(to service: ScratchService, _ context: CommandContext) throws {
        let pull = try example("Webhooks/GitHub/Examples/pull_request.opened.json")
        let github = [
            HeaderField("x-github-event", "pull_request"), HeaderField("x-github-delivery", "7f1b3c5e-0000-4000-8000-000000000001"),
            HeaderField("content-type", "application/json"), HeaderField("x-hub-signature-256", service.signature(of: pull)),
        ]
        let alert = try example("Webhooks/Sentry/Examples/event_alert.triggered.json")
        let sentry = [
            HeaderField("sentry-hook-resource", "event_alert"), HeaderField("content-type", "application/json"),
            HeaderField("sentry-hook-signature", service.sentrySignature(of: alert)),
        ]
        let front = try example("Webhooks/GlitchTip/Examples/alert.generation-6-early.json")
        let json = [HeaderField("content-type", "application/json")]
        let forged = github.map {
            $0.name == "x-hub-signature-256" ? HeaderField($0.name, "sha256=" + String(repeating: "0", count: 64)) : $0
        }
        let glitchtip = "/webhooks/glitchtip/front/"
        let requests: [(String, String, [HeaderField], [UInt8])] = [
            ("GitHub: a pull request was opened, signed", "/webhooks/github", github, pull),
            ("Sentry: an alert with a stack trace, signed", "/webhooks/sentry/errors", sentry, alert),
            ("GlitchTip: an alert, by its secret address", glitchtip + service.pathToken, json, front),
            ("GitHub again: the same delivery", "/webhooks/github", github, pull),
            ("somebody else: the same with a forged signature", "/webhooks/github", forged, pull),
        ]
        for (what, path, headers, body) in requests {
            let answer = try service.send("POST", path, headers: headers, body: body)
            let shown = path.hasPrefix(glitchtip) ? glitchtip + "…" : path
            try context.print("→ \(what)\n  POST \(shown), \(body.count) bytes\n← \(answer.status) \(answer.body)")
        }
    }

    private static func example(_ path: String) throws(CommandFailure) -> [UInt8] {
        guard let bytes = Resource.bytes(of: path) else { throw .failed("\(path) is not in this binary") }
        return bytes
    }

    private static func outcomes(of service: ScratchService, _ context: CommandContext) async throws -> [Delivery] {
        try await withStore(in: service.dataPath, context) { store in
            for _ in 0..<looksMax {
                let found = try await store.deliveries(DeliveryFilter(), page: PageRequest(), scope: .all).items
                if found.count == 3, !found.contains(where: { $0.state == .pending }) { return found }
                try await ContinuousClock().sleep(for: pause)
            }
            throw CommandFailure.failed("the deliveries were not settled in time")
        }
    }

    private static func showTickets(of service: ScratchService, _ context: CommandContext) async throws {
        try await withStore(in: service.dataPath, context) { store in
            let tickets = try await store.tickets(TicketFilter(), page: PageRequest(), scope: .all).items
            let jobs = try await store.jobs(JobFilter(), page: PageRequest(), scope: .all).items
            let refused = try await store.refusals(page: PageRequest(), scope: .all).items
            let chain = try await store.verifyJournal(stream: nil)
            try context.print("\nTickets (forge tickets list):\n")
            try context.write(TicketCommands.table(of: tickets).text(isTerminal: context.isTerminal, colours: context.colours))
            try context.print("\nQueued: " + jobs.map { "job \($0.id) \($0.new.kind) of \($0.new.repository)" }.joined(separator: ", "))
            try context.print("Refused (forge deliveries list --refused): " + refused.map(\.reason).joined(separator: "; "))
            try context.print("Journal (forge audit verify): \(chain.firstBreak == nil ? "whole" : "broken"), \(chain.links) links")
        }
    }
}
