// How often one request has been tried, and whether it is worth trying again: every repeat has its own small bound.

import ForgeCore

struct Attempt {
    /// Of a read, after the first try.
    static let repeatsMax = 3
    static let backoff = Backoff(base: .milliseconds(500), cap: .seconds(8))
    /// Copies that are behind catch up within moments.
    static let absenceWaits: [Duration] = [.seconds(1), .seconds(2)]
    static let movesMax = 3
    static let limitsMax = 3

    let call: GitHubCall
    private(set) var address: String
    /// What is left of it.
    var patience: Duration
    var denials = 0
    private var failures = 0
    private var absences = 0
    private var moves = 0
    private var limits = 0

    init(call: GitHubCall, address: String, patience: Duration) {
        self.call = call
        self.address = address
        self.patience = patience
    }

    mutating func spend(_ wait: Duration, orSay message: String) throws(CodeHostError) {
        guard wait <= patience else { throw .limited(wait, message) }
        patience -= wait
    }

    /// The wait itself is spent at the gate.
    mutating func countLimit(_ wait: Duration) throws(CodeHostError) {
        limits += 1
        guard limits <= Self.limitsMax else { throw .limited(wait, "GitHub keeps on asking us to wait") }
    }

    /// Nil when it was tried often enough.
    mutating func waitAfterFailure(atLeast: Duration, jitter: Jitter) -> Duration? {
        failures += 1
        guard failures <= Self.repeatsMax else { return nil }
        let wait = max(Self.backoff.delay(attempt: failures, jitter: jitter.next()), atLeast)
        guard wait <= patience else { return nil }
        patience -= wait
        return wait
    }

    /// Nil unless it is absent, must be there, and was not looked for often enough.
    mutating func waitForAbsent(_ kind: CodeHostError.Kind) -> Duration? {
        guard kind == .notFound, call.mustExist, absences < Self.absenceWaits.count else { return nil }
        defer { absences += 1 }
        return Self.absenceWaits[absences]
    }

    /// The same request again, whatever its method: so GitHub has it for what was renamed.
    mutating func move(to address: String?) throws(CodeHostError) {
        guard let address else {
            throw CodeHostError(.defect, "GitHub's API points to another host; is its address in the settings right?")
        }
        moves += 1
        guard moves <= Self.movesMax else { throw CodeHostError(.defect, "GitHub's API points elsewhere too often") }
        self.address = address
    }
}
