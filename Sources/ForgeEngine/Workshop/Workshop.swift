// A place to work at a commit: a worktree and a home, made ready by the repository's setup, then without any network. Setup runs in a worktree
// of its own, with the way out that was agreed; only what it made there, and the commit does not have, comes into the place, and is kept for
// the next one. So a first run and one that finds everything kept have the same files, those of the commit are as the commit has them, and what a
// setup leaves besides files, folders and links is never where a crew works.

package import ForgeCore
package import ForgeCrew
import ForgeCrypto

package struct WorkshopDependencies: Sendable {
    package var worktrees: any SourceWorktrees
    package var shelf: any SetupShelf
    package var ways: any WaysOut
    package var bench: TestBench
    package var clock: any Clock<Duration>
    /// What a setup's result depends on besides the repository: the system, its processor, toolchains.
    package var machine: String

    package init(
        worktrees: any SourceWorktrees, shelf: any SetupShelf, ways: any WaysOut, bench: TestBench, clock: any Clock<Duration>,
        machine: String
    ) {
        self.worktrees = worktrees
        self.shelf = shelf
        self.ways = ways
        self.bench = bench
        self.clock = clock
        self.machine = machine
    }
}

package struct WorkOrder: Sendable {
    package var request: WorktreeRequest
    /// What the repository asks to reach; the operator's list has the last word.
    package var egress: [EgressPattern]
    /// Who shares what is kept. A setup can put anything into it, so it is never shared by repositories, nor by whoever trusts more commits
    /// with those who trust fewer.
    package var scope: String

    package init(_ request: WorktreeRequest, egress: [EgressPattern], scope: String) {
        self.request = request
        self.egress = egress
        self.scope = scope
    }
}

package struct Workshop: Sendable {
    private let needs: WorkshopDependencies

    package init(_ needs: WorkshopDependencies) { self.needs = needs }

    /// The place is there while `work` lasts, and gone afterwards, however that ends.
    package func withPlace<Answer>(_ order: WorkOrder, _ work: (WorkPlace) async throws -> Answer) async throws -> Answer {
        try await needs.worktrees.withWorktree(order.request) { worktree in
            try await needs.shelf.withHome { home in try await work(WorkPlace(needs, order, worktree, home: home)) }
        }
    }
}

extension SetupShelf {
    fileprivate func withHome<Answer>(_ work: (String) async throws -> Answer) async throws -> Answer {
        let home = try await makeHome()
        do {
            let answer = try await work(home)
            await remove(home: home)
            return answer
        } catch {
            await remove(home: home)
            throw error
        }
    }
}

/// A worktree and a home at work.
package struct WorkPlace: Sendable {
    package let worktree: any SourceWorktree
    /// Runs commands here; none of them has a network.
    package let bench: TestBench
    private let needs: WorkshopDependencies
    private let order: WorkOrder
    private let place: SetupPlace

    fileprivate init(_ needs: WorkshopDependencies, _ order: WorkOrder, _ worktree: any SourceWorktree, home: String) {
        self.needs = needs
        self.order = order
        self.worktree = worktree
        place = SetupPlace(worktree: worktree.folder, home: home)
        bench = needs.bench.at(home: home)
    }

    /// Sets up for each candidate that is tried, and runs its tests. To be asked before anything else ran here: what decides over a setup's
    /// result is read once, and first.
    package func prove(_ candidates: [TestCandidate]) async throws -> (proof: TestProof, setups: [SetupReport]) {
        let files = try await files(for: candidates)
        var setups: [SetupReport] = []
        let proof = try await bench.prove(candidates, in: worktree.folder) { candidate in
            let report = try await setUp(candidate, files[Self.line(candidate)] ?? [])
            setups.append(report)
            return report.problem
        }
        return (proof, setups)
    }

    /// Puts into this place what the candidate's setup makes, before anything else ran here. A failure of the setup is told, and nothing of it is
    /// kept or put here.
    package func setUp(_ candidate: TestCandidate) async throws -> SetupReport {
        try await setUp(candidate, try await files(for: [candidate])[Self.line(candidate)] ?? [])
    }

    private static func line(_ candidate: TestCandidate) -> String { "\(candidate.setupFolder?.text ?? ""): \(candidate.setup ?? "")" }

    /// By the lines of setup.
    private func files(for candidates: [TestCandidate]) async throws -> [String: [SetupFile]] {
        var found: [String: [SetupFile]] = [:]
        for candidate in candidates {
            guard let setup = candidate.setup, found[Self.line(candidate)] == nil else { continue }
            let named = SetupInstall.named(in: setup, folder: candidate.setupFolder)
            found[Self.line(candidate)] = try await needs.shelf.files(in: worktree.folder, named: named)
        }
        return found
    }

    private func setUp(_ candidate: TestCandidate, _ files: [SetupFile]) async throws -> SetupReport {
        let elapsed = needs.clock.stopwatch()
        let key = key(candidate, files)
        do throws(SandboxError) {
            if let key, try await needs.shelf.put(key, into: place) {
                return report(candidate, .cached, milliseconds: Int(elapsed() / .milliseconds(1)))
            }
        } catch {
            guard error.kind == .invalid else { throw error }
            var report = report(candidate, .failed, milliseconds: Int(elapsed() / .milliseconds(1)))
            report.problem = error.message
            return report
        }
        return try await needs.worktrees.withWorktree(order.request) { fresh in
            try await needs.shelf.withHome { home in
                try await make(candidate, at: SetupPlace(worktree: fresh.folder, home: home), as: key)
            }
        }
    }

    private func make(_ candidate: TestCandidate, at made: SetupPlace, as key: SetupKey?) async throws -> SetupReport {
        let record = try await needs.shelf.record(of: made.worktree)
        let bench = needs.bench.at(home: made.home)
        let (ending, seen) = try await bench.prepare(candidate, in: made.worktree, out: needs.ways, to: order.egress)
        var report = report(candidate, key == nil ? .ran : .kept, milliseconds: Int(ending.time / .milliseconds(1)))
        report.seen = seen
        report.problem = ending.problem
        if ending.problem == nil {
            do throws(SandboxError) {
                report.contents = try await needs.shelf.take(from: made, since: record, into: place, as: key)
            } catch {
                guard error.kind == .invalid else { throw error }
                report.problem = error.message
            }
        }
        if report.problem != nil { report.outcome = .failed }
        return report
    }

    private func report(_ candidate: TestCandidate, _ outcome: SetupReport.Outcome, milliseconds: Int) -> SetupReport {
        SetupReport(command: candidate.setup ?? "", folder: candidate.setupFolder, outcome: outcome, milliseconds: milliseconds)
    }

    /// Hosts are part of it: a setup that goes on without what it could not reach makes another result. Only what package managers install
    /// from files that are known is for other commits as well; anything else can have read whatever this one has.
    private func key(_ candidate: TestCandidate, _ files: [SetupFile]) -> SetupKey? {
        let hosts = needs.ways.agreed(order.egress).patterns.map(\.description).sorted().joined(separator: " ")
        let setup = candidate.setup ?? ""
        let isShared = SetupInstall.decidesAlone(setup, folder: candidate.setupFolder, files: files)
        let folders = order.request.folders.sorted().map(\.text).joined(separator: "\n")
        return SetupKey(
            commands: [
                order.scope, hosts, candidate.setupFolder?.text ?? "", setup, folders,
                isShared ? "any commit" : order.request.commit.description,
            ], files: isShared ? files : [], machine: needs.machine
        ) { Hex.encode(SHA256.digest($0)) }
    }
}
