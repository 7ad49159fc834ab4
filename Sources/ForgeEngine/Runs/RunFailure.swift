// What a run does about something that was thrown at it. Choosing stands here, in one place; nothing is told to anybody while it may pass.

package import ForgeCore

package enum RunFailure: Hashable, Sendable {
    /// Not ours to end: the lease is lost, the service stops, or somebody put the job off. Thrown on as it is.
    case quiet
    /// Come back after so long; no failure is counted.
    case wait(because: String, Duration)
    /// May go better by itself; the queue counts and pauses.
    case passing(String)
    /// What it was about is not there any more. Nobody is to be told.
    case gone(String)
    /// The key or the installation is not good at the moment: it may be suspended for a day, or a key be changed this minute. Asked again
    /// for a while, and only then left to a person.
    case shut(String)
    /// A person has to do something first: grant a permission.
    case blocked(String)
    /// Ours, or nothing that a second try would change.
    case broken(String)

    package init(_ error: any Error) {
        switch error {
        case is CancellationError, is JobDeferred: self = .quiet
        case let refused as JobRefused: self = .broken(refused.reason)
        case let error as StoreError:
            self = error.code == .leaseLost ? .quiet : error.isPassing ? .passing("\(error)") : .broken("\(error)")
        case let error as CodeHostError: self = Self.of(error)
        case let error as SourceError: self = Self.of(error)
        case let error as ModelError: self = Self.of(error)
        default: self = .broken(String(describing: error))
        }
    }

    private static func of(_ error: CodeHostError) -> Self {
        switch error.kind {
        case .notFound: .gone(error.message)
        case .forbidden(let missing):
            .blocked(missing.map { "the installation lacks the permission \($0): \(error.message)" } ?? error.message)
        case .unauthorized: .shut(error.message)
        case .limited(let pause): .wait(because: error.message, pause)
        // The head moved or it exists already: the next try reads how things stand.
        case .unavailable, .conflict: .passing(error.message)
        case .refused, .defect: .broken(error.message)
        }
    }

    private static func of(_ error: SourceError) -> Self {
        switch error.kind {
        // The code host tells of a head a moment before git has it.
        case .unavailable, .notFound: .passing(error.message)
        // A permission is missing: a key or an installation that is none was refused before git was asked.
        case .unauthorized: .blocked(error.message)
        case .tooLarge, .refused, .defect: .broken(error.message)
        }
    }

    private static func of(_ error: ModelError) -> Self {
        switch error.kind {
        case .limited(let pause): .wait(because: error.message, pause)
        case .unavailable: .passing(error.message)
        case .unauthorized, .spent: .blocked(error.message)
        case .cancelled: .quiet
        case .refused, .malformed, .tooLarge: .broken(error.message)
        }
    }

    /// A door that was shut for a moment is tried again this much later.
    package static let shutPause = Duration.seconds(300)
    /// A job that is older waits for no door any more: somebody has to open it, and asks again.
    package static let shutMax = Duration.seconds(6 * 3_600)

    /// At a job's last attempt nothing passes any more, and what is shut is waited for only so long.
    package func final(of job: Job, at now: Timestamp) -> Self {
        switch self {
        case .passing(let message) where job.isLastAttempt: .broken(message)
        case .shut(let message): now - job.createdAt < Self.shutMax ? .wait(because: message, Self.shutPause) : .blocked(message)
        case .passing, .quiet, .wait, .gone, .blocked, .broken: self
        }
    }
}

extension RunFailure {
    /// No later try would go better, as far as this one knows.
    package var isEnd: Bool {
        switch self {
        case .gone, .blocked, .broken: true
        case .quiet, .wait, .passing, .shut: false
        }
    }

    /// What a pull request is told of an error: never a path, a statement or an address of the machine that Forge runs on.
    package static func shownReason(_ error: any Error) -> String {
        switch error {
        case let error as CodeHostError: error.message
        case let error as JobRefused: error.reason
        case is SourceError: "the code could not be read"
        case is ModelError: "the model did not answer"
        default: "something went wrong inside Forge, and its log says what"
        }
    }
}

extension Job {
    /// Another failure is the last.
    package var isLastAttempt: Bool { failures + 1 >= new.attemptsMax }
}

extension ModelError.Kind {
    /// What a pull request is told: nothing of addresses, keys or the provider's own words.
    package var shown: String {
        switch self {
        case .limited, .unavailable: "it does not answer"
        case .refused: "it would not answer"
        case .malformed: "its answer could not be used"
        case .tooLarge: "the change is more than it takes at once"
        case .unauthorized: "its key is not accepted"
        case .spent: "the budget does not allow it"
        case .cancelled: "it was cancelled"
        }
    }

    /// Asking the same again would not help.
    package var isFinal: Bool {
        switch self {
        case .refused, .malformed, .tooLarge, .unauthorized, .spent: true
        case .limited, .unavailable, .cancelled: false
        }
    }

    /// The next call would fail, too.
    package var concernsAll: Bool { self == .spent || self == .unauthorized }
}
