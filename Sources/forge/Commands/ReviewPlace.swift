// Where a review's change comes from: a local repository or a patch. Which commits are meant is decided here, and said in words that end up
// in the report's summary.

import ForgeCore
import ForgeGit
import ForgeReview
import ForgeSystem

struct ReviewPlace: Sendable {
    let source: any DiffSource
    /// The folder that paths begin in, absolute.
    let root: String
    /// The `.forge.yml` that holds: of the base, never of what is reviewed.
    let config: [UInt8]?
    /// Where it is from, for messages.
    let configName: String

    init(_ options: ReviewOptions, progress: ReviewProgress?) async throws {
        if case .patch(let file) = options.subject {
            source = PatchSource(file: file)
            root = ProcessFacts.workingFolder
            config = nil
            configName = ".forge.yml"
            return
        }
        do throws(GitError) {
            let runtime = try GitRuntime(verifiesObjects: false)
            let repository = try LocalRepository(containing: ".", indexFile: options.indexFile, runtime: runtime)
            let source = try await RepositorySource(repository, options, progress)
            self.source = source
            root = repository.workTree ?? ProcessFacts.workingFolder
            let name = RepositoryPath(".forge.yml")
            // Without a base there is nobody else to ask: then what is committed holds.
            var commit = source.tip
            if commit == nil, try await repository.hasCommits() { commit = try await repository.commit(named: "HEAD") }
            config = if let commit { try await repository.file(name, at: commit, bytesMax: 1 << 20) } else { nil }
            configName = ".forge.yml of \(commit?.short ?? "nothing")"
        } catch {
            throw CommandFailure.badInput(error.message)
        }
    }
}

/// A unified diff from a file or from standard input.
private struct PatchSource: DiffSource {
    static let bytesMax = 1 << 30
    let file: String

    func diff() async throws -> ReviewInput {
        let name = file == "-" ? "standard input" : file
        do {
            let bytes = try file == "-" ? Files.readAll(0, name: name, bytesMax: Self.bytesMax) : Files.read(file, bytesMax: Self.bytesMax)
            return ReviewInput(diff: try PatchText.parse(bytes), base: "the old side of the patch", head: "its new side")
        } catch let error as PatchError {
            throw CommandFailure.badInput("\(name):\(error.line): \(error.message)")
        } catch {
            throw CommandFailure.badInput("\(error)")
        }
    }
}

/// A range of a local repository.
private struct RepositorySource: DiffSource {
    /// Nil stands for nothing at all.
    private let base: CommitSHA?
    /// Where the other line of history stands now: what was tightened there since the two parted holds, too.
    let tip: CommitSHA?
    private let repository: LocalRepository
    private let request: DiffRequest
    private let baseName: String
    private let headName: String
    private static let fileBytesMax = 16 << 20

    init(_ repository: LocalRepository, _ options: ReviewOptions, _ progress: ReviewProgress?) async throws(GitError) {
        self.repository = repository
        let hasCommits = try await repository.hasCommits()
        var head: CommitSHA?
        if case .head(let name) = options.subject {
            head = try await repository.commit(named: name)
        } else if hasCommits {
            head = try await repository.commit(named: "HEAD")
        }
        (base, tip, baseName) = try await Self.base(repository, options, head)
        let range: DiffRange
        switch (options.subject, head) {
        case (.head(let name), let commit?):
            range = .commits(base, commit)
            headName = "\(name) (\(commit.short))"
        case (.staged, _):
            range = .staged(base)
            headName = "what is staged"
        default:
            range = .workTree(base)
            headName = "the work tree, uncommitted changes included"
        }
        var request = DiffRequest(range)
        request.paths = try Self.paths(options.paths, repository)
        if let progress { request.progress = { done, all in progress.show("reading", done, of: all) } }
        self.request = request
    }

    func diff() async throws -> ReviewInput {
        let (repository, base) = (repository, base)
        do throws(GitError) {
            let diff = try await repository.diff(request)
            try await checkPaths(diff)
            var input = ReviewInput(diff: diff, base: baseName, head: headName) { path in
                guard let base else { return nil }
                // Only lines around other tools' findings are read here: without them those findings are shown without their line.
                return try? await repository.file(path, at: base, bytesMax: Self.fileBytesMax)
            }
            let folders = Set(diff.files.map(\.path.parent))
            let files = try await repository.files(in: folders, of: request.range)
            input.hasFile = { folders.contains($0.parent) ? files.contains($0) : nil }
            return input
        } catch {
            throw CommandFailure.badInput(error.message)
        }
    }

    /// A path with a slip in it would make every review a clean one.
    private func checkPaths(_ diff: Diff) async throws(GitError) {
        for path in request.paths {
            if diff.files.contains(where: { $0.paths.contains { $0 == path || $0.bytes.starts(with: path.bytes + [0x2F]) } }) { continue }
            if try await repository.knows(path, in: request.range) { continue }
            if case .workTree = request.range, let folder = repository.workTree, Files.exists(folder + path.text) { continue }
            throw GitError(.notFound, "review", "--path \(path.shown): there is no such file or folder, before the change or after it")
        }
    }

    /// Where the reviewed line of history left the one it will go back to, and what that is called.
    private static func base(
        _ repository: LocalRepository, _ options: ReviewOptions, _ head: CommitSHA?
    ) async throws(GitError) -> (base: CommitSHA?, tip: CommitSHA?, name: String) {
        if options.base == ReviewOptions.noBase { return (nil, nil, "nothing") }
        guard let head else {
            guard options.base == nil else { throw GitError(.unbornBranch, "review", "there is no commit here yet: leave --base out") }
            return (nil, nil, "nothing, since there is no commit yet")
        }
        if options.subject == .staged, options.base == nil { return (head, head, "HEAD (\(head.short))") }
        guard let name = try await options.base == nil ? repository.defaultBranch() : options.base else {
            throw GitError(
                .notFound, "review",
                "what to compare with is not clear: there is no origin/HEAD, main or master here; give --base REF, or --base none for everything"
            )
        }
        let tip = try await repository.commit(named: name)
        let shown = shortName(name)
        guard let parted = try await repository.mergeBase(tip, head) else {
            let way =
                repository.isShallow
                ? "this clone is shallow: git fetch --unshallow brings the rest" : "give another --base, or --base none for everything"
            throw GitError(.notFound, "review", "\(shown) and what is reviewed share no commit; \(way)")
        }
        return (parted, tip, parted == tip ? "\(shown) (\(parted.short))" : "where it left \(shown) (\(parted.short))")
    }

    private static func shortName(_ name: String) -> String {
        for prefix in ["refs/remotes/", "refs/heads/"] where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
        return name
    }

    /// As people give them, from where they are, to the repository's own.
    private static func paths(_ given: [String], _ repository: LocalRepository) throws(GitError) -> [RepositoryPath] {
        let folder = ProcessFacts.workingFolder
        let paths = ImportedPaths(root: repository.workTree ?? folder, changed: [])
        var found: [RepositoryPath] = []
        for path in given {
            guard !path.isEmpty else { throw GitError(.invalidName, "review", "--path is empty: give a file or a folder") }
            let whole = path.hasPrefix("/") ? path : "\(folder)/\(path)"
            if whole.split(separator: "/").filter({ $0 != "." }) == (repository.workTree ?? folder).split(separator: "/") { return [] }
            guard let inside = paths.repositoryPath(file: whole.utf8) else {
                throw GitError(.invalidName, "review", "--path \(path) is outside of the repository")
            }
            found.append(inside)
        }
        return found
    }
}
