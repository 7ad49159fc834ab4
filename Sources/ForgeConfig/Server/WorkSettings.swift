// How the queue, the retention and the intake behave. A pair of values that each fit but cannot work together must never pass:
// a heartbeat slower than its lease loses every job.

package struct QueueSettings: Sendable, Equatable {
    package var lease: Duration
    package var heartbeat: Duration
    package var attempts: Int
    package var backoffBase: Duration
    package var backoffCap: Duration
    package var perRepository: Int

    init(reading reader: inout EntryReader) {
        lease = reader.read(
            "lease", .duration(.seconds(1) ... .seconds(3_600)), "60s", "How long a worker that says nothing keeps its job.")
        heartbeat = reader.read(
            "heartbeat", .duration(.milliseconds(100) ... .seconds(1_200)), "15s",
            "How often a worker renews its lease; three fit into one.")
        attempts = reader.read("attempts", .int(1...100), "8", "How often a job is tried before it is left to a person.")
        // Eight tries, doubling from 2 s, span about four minutes on full pauses: past a restart or a short outage of GitHub.
        backoffBase = reader.read(
            "backoff_base", .duration(.milliseconds(10) ... .seconds(600)), "2s",
            "Longest pause after the first failure; it doubles each time.")
        backoffCap = reader.read(
            "backoff_cap", .duration(.milliseconds(10) ... .seconds(86_400)), "15m", "Longest pause after any failure.")
        perRepository = reader.read("per_repository", .int(1...256), "2", "Jobs of one repository carried out at once.")
        if heartbeat * 3 > lease {
            reader.complain(
                "heartbeat", "is more than a third of lease",
                "renew at least three times in a lease, so that one late renewal loses nothing")
        }
        if backoffBase > backoffCap {
            reader.complain("backoff_base", "is more than backoff_cap", "give at most \(DurationText.format(backoffCap))")
        }
    }
}

package struct RetentionSettings: Sendable, Equatable {
    package var deliveryBodies: Duration
    package var deliveries: Duration
    package var audit: Duration
    package var runs: Duration
    package var pullRequests: Duration

    init(reading reader: inout EntryReader) {
        let range: ClosedRange<Duration> = .seconds(3_600) ... .seconds(3_650 * 86_400)
        deliveryBodies = reader.read(
            "delivery_bodies", .duration(range), "30d", "Bodies of deliveries; without one a delivery cannot be replayed.")
        deliveries = reader.read("deliveries", .duration(range), "90d", "Deliveries and what became of them.")
        audit = reader.read("audit", .duration(range), "90d", "The audit trail; checkpoints keep what is left of it verifiable.")
        runs = reader.read("runs", .duration(range), "90d", "Jobs and runs that ended, with their steps, logs and findings.")
        pullRequests = reader.read(
            "pull_requests", .duration(range), "180d", "What is known of a pull request, counted from when it was closed.")
        if deliveryBodies > deliveries {
            reader.complain("delivery_bodies", "is more than deliveries", "give at most \(DurationText.format(deliveries))")
        }
    }
}

package struct IntakeSettings: Sendable, Equatable {
    package enum PersonalData: String, Sendable, CaseIterable {
        case drop, keep
    }

    package var refusalsKept: Int
    package var ticketLabel: String
    package var personalData: PersonalData
    package var batch: Int
    /// Caps on what one ticket takes from outside.
    package var exceptions: Int
    package var frames: Int
    package var breadcrumbs: Int
    package var attachments: Int
    package var tags: Int
    package var textBytes: Int

    init(reading reader: inout EntryReader) {
        refusalsKept = reader.read(
            "refusals_kept", .int(0...1_000_000), "1000", "Refused requests that 'forge deliveries list --refused' can show.")
        ticketLabel = reader.read("ticket_label", .text(bytesMax: 50), "forge", "The label that makes a GitHub issue a ticket.")
        personalData = reader.read(
            "personal_data", .choice, "drop", "Request headers, cookies, bodies, users and variables in what trackers send: drop or keep.")
        batch = reader.read("batch", .int(1...4_096), "64", "Stored deliveries decoded in one go.")
        exceptions = reader.read("exceptions", .int(1...100), "10", "Exceptions that one ticket keeps.")
        frames = reader.read("frames", .int(1...1_000), "100", "Frames of a stack trace that one ticket keeps.")
        breadcrumbs = reader.read("breadcrumbs", .int(0...1_000), "50", "Breadcrumbs that one ticket keeps.")
        attachments = reader.read("attachments", .int(1...1_000), "20", "Errors taken from one GlitchTip delivery.")
        tags = reader.read("tags", .int(0...1_000), "50", "Tags that one ticket keeps.")
        textBytes = reader.read("text_bytes", .size(256...1 << 20), "8KiB", "Longest text of a ticket; the rest is cut, visibly.")
    }
}
