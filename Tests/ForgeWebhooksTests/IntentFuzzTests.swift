// Bodies gone wrong, of every sender, all the way from bytes to settlement. None may end the process, and each ends as an event or as a
// failure that says why.
//
// A run takes a share of the bodies; `FORGE_FUZZ_ROUNDS=1000000 swift test --filter IntentFuzzTests` takes more. The seed of a body is
// `seed` of its batch and its number there: a batch is one test case, so a failure names it.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeWebhooks

struct IntentFuzzTests {
    private static let batches: UInt64 = 16
    private static let bodies = ProcessInfo.processInfo.environment["FORGE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 100_000

    private struct Original: Sendable {
        var source: Source
        var name: String
        var headers: [HeaderField]
        var mutator: BodyMutator
    }

    private static let settings: DecodingSettings = {
        var settings = GitHubExampleTests.settings
        settings.trackers = [TrackerProfile(name: "prod", baseURL: "https://errors.example.net", organization: "alderfield")]
        return settings
    }()

    private static let originals: [Original] = {
        let senders: [(String, Source, String)] = [
            ("GitHub", .github, "x-github-event"), ("Sentry", .sentry, "sentry-hook-resource"), ("GlitchTip", .glitchtip, "x-unused"),
        ]
        return senders.flatMap { folder, source, header in
            ExampleFiles.examples(of: folder).compactMap { file in
                // An example that is no JSON, such as a form, is none that this mutator knows how to spoil.
                guard let document = try? JSONParser.parse(file.bytes) else { return nil }
                let headers = [HeaderField(header, file.kind), HeaderField("content-type", "application/json")]
                return Original(source: source, name: "\(folder)/\(file)", headers: headers, mutator: BodyMutator(document.value))
            }
        }
    }()

    @Test(arguments: UInt64(0)..<batches)
    func `a body gone wrong ends as an event or as a failure with a reason`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var events = 0
        var failures = 0
        for number in 0..<Self.bodies / Int(Self.batches) {
            let original = Self.originals[(number + Int(seed)) % Self.originals.count]
            if settles(original, original.mutator.mutated(using: &random), number) { events += 1 } else { failures += 1 }
        }
        // A mutator that spoils nothing, or nearly everything, tests little.
        #expect(events * 4 > failures && failures * 10 > events, "\(events) events, \(failures) failures")
    }

    /// False when the body failed to decode, which it may.
    private func settles(_ original: Original, _ body: [UInt8], _ number: Int) -> Bool {
        let event: Event
        do throws(DecodeFailure) {
            event = try decodeEvent(
                source: original.source, tracker: "prod", headers: original.headers, body: VerifiedBody(fromOperator: body),
                settings: Self.settings, receivedAt: Timestamp(milliseconds: 1_772_000_000_000))
        } catch {
            if error.code.isEmpty || error.reason.isEmpty { Issue.record("\(original.name), body \(number): a failure without a reason") }
            return false
        }
        let intent = decideIntent(event, as: Self.settings, review: GitHubExampleTests.policy)
        let settlement = settlement(for: event, intent: intent, settings: Self.settings)
        if let fault = fault(of: settlement, intent) { Issue.record("\(original.name), body \(number): \(fault)") }
        return true
    }

    /// What a settlement must be, whatever it came from.
    private func fault(of settlement: Settlement, _ intent: Intent) -> String? {
        if settlement.reason.isEmpty || settlement.reason.utf8.count > 500 { return "the reason has \(settlement.reason.utf8.count) bytes" }
        if (settlement.event ?? "").utf8.count > 140 { return "the event's name is too long for a row" }
        if (settlement.state == .ignored) != (intent.name == "nothing") { return "\(settlement.state) does not fit \(intent.name)" }
        let jobs = settlement.jobs + settlement.tickets.compactMap(\.job)
        if jobs.contains(where: { $0.payload.utf8.count > 8192 || $0.workKey.isEmpty || $0.workKey.utf8.count > 512 }) {
            return "a job is out of bounds"
        }
        let limits = Self.settings.limits
        if settlement.tickets.contains(where: { $0.draft.title.utf8.count > limits.titleBytesMax || $0.draft.title.isEmpty }) {
            return "a ticket's title is out of bounds"
        }
        if settlement.tickets.contains(where: { ($0.draft.body ?? "").utf8.count > limits.textBytesMax }) {
            return "a ticket's body is too long"
        }
        return nil
    }
}
