// What a change of a pull request costs, and that a database of the version before is taken over with all that stands in it.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeStore

struct ReviewRowsTests {
    private let key: PullRequestKey

    init() throws {
        let repository = try #require(RepositoryName("acme/shop"))
        key = PullRequestKey(place: HostPlace(tenant: .local, repository: repository), number: 1)
    }

    private func entry(_ id: String, _ commit: CommitSHA) -> LedgerEntry {
        LedgerEntry(
            id: id, rule: "r", family: "f", severity: .high, source: "rules", path: RepositoryPath("a"), line: 1, message: "m",
            snippet: "s",
            place: .summary, firstSeen: commit, lastSeen: commit)
    }

    @Test func `a change writes only the rows that differ`() async throws {
        let room = try StoreRoom()
        let commit = try #require(CommitSHA(String(repeating: "a", count: 40)))
        let first = entry("0", commit)
        _ = try await room.store.changePullRequest(key, lease: nil) { state in
            state.reviewed = ReviewedHead(
                head: commit, mergeBase: nil, baseBranch: "main", round: 1, linesSeen: ["a": "b"], conclusion: .success)
            for index in 0..<300 {
                var entry = first
                entry.id = "\(index)"
                state.ledger[entry.id] = entry
            }
        }
        try room.forge(
            """
            CREATE TABLE written (what TEXT) STRICT;
            CREATE TRIGGER t1 AFTER UPDATE ON ledger BEGIN INSERT INTO written VALUES ('entry ' || NEW.finding); END;
            CREATE TRIGGER t2 AFTER INSERT ON ledger BEGIN INSERT INTO written VALUES ('new entry ' || NEW.finding); END;
            CREATE TRIGGER t3 AFTER DELETE ON ledger BEGIN INSERT INTO written VALUES ('no entry ' || OLD.finding); END;
            CREATE TRIGGER t4 AFTER UPDATE ON reviewed_lines BEGIN INSERT INTO written VALUES ('lines'); END;
            CREATE TRIGGER t5 AFTER UPDATE ON pull_requests BEGIN INSERT INTO written VALUES ('row'); END;
            """)
        _ = try await room.store.changePullRequest(key, lease: nil) { state in
            state.ledger["7"]?.isAnswered = true
            state.ledger["8"] = nil
            state.ledger["300"] = first
            state.reviewed?.round = 2
        }
        _ = try await room.store.changePullRequest(key, lease: nil) { _ in }
        let written = try await room.store.readers.read("look") { connection throws(StoreError) in
            try connection.all("SELECT what FROM written ORDER BY what") { row in row.text() }
        }
        #expect(written == ["entry 7", "new entry 300", "no entry 8", "row"])
    }

    @Test func `a finding's state that cannot be read is told as damage, and not left out`() async throws {
        let room = try StoreRoom()
        let commit = try #require(CommitSHA(String(repeating: "a", count: 40)))
        let first = entry("a", commit)
        _ = try await room.store.changePullRequest(key, lease: nil) { $0.ledger["a"] = first }
        try room.forge("UPDATE ledger SET state = 'fixed'")
        #expect(await StoreRoom.failure { _ = try await room.store.pullRequestState(key) } == .corrupt)
        #expect(await StoreRoom.failure { _ = try await room.store.changePullRequest(key, lease: nil) { $0.ledger = [:] } } == .corrupt)
    }

    @Test func `a database of the first version is taken over with what stands in it`() async throws {
        let folder = try StoreFolder()
        let connection = try Connection(path: folder.database, access: .create, lockWait: .zero)
        try connection.execute(Migrations.script(to: 1))
        try connection.execute(
            """
            PRAGMA application_id = \(DatabaseFile.applicationID);
            PRAGMA user_version = 1;
            INSERT INTO jobs (state, kind, tenant, repository, work_key, priority, attempts_max, payload, created_at, updated_at)
                VALUES ('queued', 'review', 'local', 'acme/shop', 'k', 0, 3, '{}', 1, 1);
            INSERT INTO runs (kind, tenant, repository, job, subject, state, created_at, updated_at)
                VALUES ('review', 'local', 'acme/shop', 1, 'pull/1', 'queued', 1, 1);
            """)
        let room = try StoreRoom(folder: folder)
        #expect(try await room.store.job(JobID(1), scope: .all)?.new.workKey == "k")
        #expect(try await room.store.run(RunID(1), scope: .all)?.new.job == JobID(1))
        #expect(try await room.store.changePullRequest(key, lease: nil) { $0.checkRun = 3 }.checkRun == 3)
        #expect(try await room.store.takeTurn(in: "installation/1", limits: LaneLimits()) == .granted)
    }
}
