// Everything a memory store holds, as one value. What several methods do to it stands beside the method that is closest.
import ForgeCore

struct MemoryState: Sendable {
    /// The moment and the name of the running transaction.
    var now = Timestamp(milliseconds: 0)
    var call = ""

    var deliveries = MemoryTable<Delivery>()
    var deliveryNumbers: [String: Int64] = [:]
    var refusals = MemoryTable<Refusal>()
    var repositories: [KnownRepository] = []

    var tickets = MemoryTable<Ticket>()

    var jobs = MemoryTable<Job>()
    /// The claim that last served a repository.
    var lastServed: [String: Int] = [:]
    var claims = 0

    var runs = MemoryTable<Run>()
    var steps: [Step] = []
    var findings: [RecordedFinding] = []
    var approvals = MemoryTable<StoredApproval>()
    var artifacts: [StoredArtifact] = []

    var pullRequests: [PullRequestKey: MemoryPullRequest] = [:]
    var dismissals: [HostPlace: [String: Int]] = [:]
    var writeLanes: [String: MemoryLane] = [:]
    var reservations: [MemoryReservation] = []
    /// Of accounts, in the order in which they were first used; when each was used last.
    var budgetAccounts = MemoryTable<MemoryBudgetAccount>()
    var localPulls = MemoryTable<LocalDiscussion>()
    var localChecks = MemoryTable<MemoryCheck>()

    var journal = MemoryTable<JournalEvent>()
    var chains: [String: Chain] = [:]

    var tokens = MemoryTable<StoredToken>()
    var answers: [AnswerKey: StoredAnswer] = [:]

    func refused(_ message: String, _ code: StoreError.Code = .refused) -> StoreError {
        StoreError(code: code, call: call, message: message)
    }
}

/// A repository a notice told of, by the host's own number.
struct KnownRepository: Sendable {
    var host: String
    var number: Int64
    var name: RepositoryName
    var tenant: Tenant
    /// When what told of it was received.
    var since: Timestamp
}

struct StoredApproval: Sendable {
    var approval: Approval
    var isUsed = false
}

struct StoredArtifact: Sendable {
    var run: RunID
    var artifact: Artifact
}

struct StoredToken: Sendable {
    var token: AccessToken
    var digest: String
}

struct AnswerKey: Hashable, Sendable {
    var owner: String
    var key: String
}

struct StoredAnswer: Sendable {
    var answer: KeptAnswer
    var at: Timestamp
}

/// Where a stream's chain ends, and what its first link that is still there hangs on.
struct Chain: Sendable {
    struct Link: Sendable {
        var sequence: Int64
        var hash: String
    }

    var last: Link
    var checkpoint: Link
}

/// Rows in the order of their numbers, which count from 1 and are never given twice.
struct MemoryTable<Row: Sendable>: Sendable {
    private var numbers: [Int64] = []
    private(set) var rows: [Row] = []
    private var lastNumber: Int64 = 0

    @discardableResult
    mutating func insert(_ make: (Int64) -> Row) -> Row {
        lastNumber += 1
        let row = make(lastNumber)
        numbers.append(lastNumber)
        rows.append(row)
        return row
    }

    /// Setting a row that is not there changes nothing.
    subscript(number: Int64) -> Row? {
        get { index(of: number).map { rows[$0] } }
        set {
            guard let index = index(of: number), let newValue else { return }
            rows[index] = newValue
        }
    }

    private func index(of number: Int64) -> Int? {
        var low = 0
        var high = numbers.count
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number ? low : nil
    }

    /// Removes the first rows this holds for, at most so many; answers them, and whether there were more.
    mutating func remove(_ limit: Int, where isGoing: (Row) -> Bool) -> (removed: [Row], more: Bool) {
        let going = rows.indices.filter { isGoing(rows[$0]) }
        let chosen = Set(going.prefix(limit))
        let removed = going.prefix(limit).map { rows[$0] }
        numbers = numbers.indices.filter { !chosen.contains($0) }.map { numbers[$0] }
        rows = rows.indices.filter { !chosen.contains($0) }.map { rows[$0] }
        return (removed, going.count > limit)
    }

    func page(_ request: PageRequest, where isSeen: (Row) -> Bool) -> Page<Row> {
        let seen = numbers.indices.reversed().filter { numbers[$0] < request.before ?? .max && isSeen(rows[$0]) }
        let part = seen.prefix(request.limit)
        return Page(items: part.map { rows[$0] }, next: seen.count > part.count ? part.last.map { numbers[$0] } : nil)
    }
}
