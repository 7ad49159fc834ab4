// The bare loop, run as a child process of the bench: it says its port on one file, ends when another closes, and then says what it did
// in one line. The words between parent and child are made and read here, so that both sides are the same code.
import CBench

/// How the bare loop runs. The defaults are the fastest that were found; docs/performance.md has the comparison.
package struct BareServerOptions: Sendable {
    /// Exists; `bare.sqlite` is made in it, or gone on with.
    package var folder: String
    package var secret: [UInt8]
    package var poolThreads = 1
    package var connectionsMax = 1024
    package var bodyBytesMax = 25 << 20
    package var pageBytes = 8192
    /// The log is moved into the database when it is this long.
    package var checkpointBytes = 128 << 20
    package var cacheBytes = 64 << 20
    /// For comparison: bodies in a table of their own.
    package var bodyApart = false
    /// For comparison: checkpoints between two transactions instead of beside them.
    package var checkpointBetween = false
    /// Gets the port as one decimal line.
    package var announceFile: Int32 = 1
    /// Ends the loop when it can be read or is closed at the far end.
    package var stopFile: Int32 = 0
    /// Ends the loop in any case, after so many seconds.
    package var limit = 600.0

    package init(folder: String, secret: [UInt8]) {
        self.folder = folder
        self.secret = secret
    }
}

/// What the bare loop did.
package struct BareReport: Sendable, Hashable {
    package var rows = 0
    /// Transport keys that were there already.
    package var repeats = 0
    /// Signature, key or length missing or wrong.
    package var refused = 0
    /// Could not be stored.
    package var failed = 0
    package var commits = 0
    /// Every fsync that SQLite asked for, those of checkpoints included.
    package var syncs = 0
    package var checkpoints = 0
    /// Nanoseconds the writer spent on checkpoints, and the longest of them: what a commit can have waited for.
    package var checkpointNanoseconds = 0
    package var checkpointNanosecondsMax = 0
    /// Nanoseconds in transactions, from begin to commit.
    package var commitNanoseconds = 0
    /// Most rows in one commit.
    package var groupMax = 0

    package var syncsPerRequest: Double { rows > 0 ? Double(syncs) / Double(rows) : 0 }

    package init() {}
}

extension BareReport {
    private static var fields: [(name: String, path: WritableKeyPath<BareReport, Int>)] {
        [
            ("rows", \.rows), ("repeats", \.repeats), ("refused", \.refused), ("failed", \.failed), ("commits", \.commits),
            ("syncs", \.syncs), ("checkpoints", \.checkpoints), ("checkpoint_nanoseconds", \.checkpointNanoseconds),
            ("checkpoint_nanoseconds_max", \.checkpointNanosecondsMax), ("commit_nanoseconds", \.commitNanoseconds),
            ("group_max", \.groupMax),
        ]
    }

    /// The report as the child's last line.
    package var line: String { Self.fields.map { "\($0.name)=\(self[keyPath: $0.path])" }.joined(separator: " ") }

    /// Reads `line`; nil when a figure is missing, unknown or no number.
    package init?(line: some StringProtocol) {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == Self.fields.count else { return nil }
        for (word, field) in zip(words, Self.fields) {
            let halves = word.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, halves[0] == field.name, let value = Int(halves[1]) else { return nil }
            self[keyPath: field.path] = value
        }
    }

    init(_ raw: forge_bench_bare_report) {
        rows = Int(raw.rows)
        repeats = Int(raw.repeats)
        refused = Int(raw.refused)
        failed = Int(raw.failed)
        commits = Int(raw.commits)
        syncs = Int(raw.syncs)
        checkpoints = Int(raw.checkpoints)
        checkpointNanoseconds = Int(raw.checkpoint_nanoseconds)
        checkpointNanosecondsMax = Int(raw.checkpoint_nanoseconds_max)
        commitNanoseconds = Int(raw.commit_nanoseconds)
        groupMax = Int(raw.group_max)
    }
}

/// The machine's limit for "accept, verify, fsync, answer".
package enum BareServer {
    /// Serves on a free loopback port until told to stop, and blocks its thread.
    package static func run(_ options: BareServerOptions) throws(BenchError) -> BareReport {
        try check(options)
        let lent = LentMemory()
        var rawOptions = unsafe lent.options(options)
        var raw = forge_bench_bare_report()
        var problem = [CChar](repeating: 0, count: 512)
        let status = withExtendedLifetime(lent) { unsafe forge_bench_bare(&rawOptions, &raw, &problem, problem.count) }
        guard status == 0 else {
            let text = String(decoding: problem.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw BenchError(attempt: "run the bare loop", detail: text)
        }
        return BareReport(raw)
    }

    private static func check(_ options: BareServerOptions) throws(BenchError) {
        let page = options.pageBytes
        guard (512...65536).contains(page), page & (page - 1) == 0 else {
            throw BenchError(attempt: "run the bare loop", detail: "a page has 512 to 65536 bytes, a power of two; \(page) is not one")
        }
        let sizes = [options.poolThreads, options.connectionsMax, options.bodyBytesMax, options.checkpointBytes / page, options.cacheBytes]
        guard sizes.allSatisfy({ (1...Int(Int32.max)).contains($0) }) else {
            throw BenchError(attempt: "run the bare loop", detail: "every size and count must be above zero and below 2 GiB")
        }
    }
}
