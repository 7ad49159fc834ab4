// Opening repositories of every kind, and the names people give to commits.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

@Suite struct RepositoryTests {
    private func open(_ path: String) throws -> LocalRepository { try LocalRepository(containing: path, runtime: GitRuntime()) }

    private func message(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "no error"
        } catch let error as GitError {
            return error.message
        } catch {
            return "another error: \(error)"
        }
    }

    @Test func `a folder below the top finds the repository`() async throws {
        let made = try TemporaryRepository()
        try made.write("a/b/c.txt", "x\n")
        let sha = try made.commit()
        let repository = try open("\(made.path)/a/b")
        #expect(try await repository.commit(named: "HEAD").description == sha)
        #expect(repository.workTree?.hasSuffix("/") == true)
    }

    @Test func `a folder without a repository is named`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("forge-none-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(await message { _ = try open(folder) } == "there is no git repository in \(folder) or above it")
    }

    @Test func `names that mean nothing say so`() async throws {
        let made = try TemporaryRepository()
        try made.commit()
        let repository = try open(made.path)
        #expect(await message { _ = try await repository.commit(named: "nowhere") } == "there is no commit called 'nowhere' here")
        #expect(await message { _ = try await repository.commit(named: "a..b:") } != "no error")
        #expect(await message { _ = try await repository.commit(named: "--upload-pack=x") }.contains("--upload-pack=x"))
    }

    @Test func `a branch that parted has its merge base, and unrelated ones have none`() async throws {
        let made = try TemporaryRepository()
        let root = try made.commit("root")
        try made.git(["checkout", "-q", "-b", "side"])
        let side = try made.commit("side")
        try made.git(["checkout", "-q", "main"])
        try made.commit("main")
        try made.git(["checkout", "-q", "--orphan", "island"])
        try made.commit("island")
        let repository = try open(made.path)
        let main = try await repository.commit(named: "main")
        let island = try await repository.commit(named: "island")
        #expect(try await repository.mergeBase(main, #require(CommitSHA(side)))?.description == root)
        #expect(try await repository.mergeBase(main, island) == nil)
        #expect(try await repository.commits(from: #require(CommitSHA(root)), to: main, countMax: 10).map(\.subject) == ["main"])
    }

    @Test func `what origin calls its default comes before the usual names`() async throws {
        let made = try TemporaryRepository()
        try made.commit()
        let first = try open(made.path)
        #expect(try await first.defaultBranch() == "refs/heads/main")
        try made.git(["update-ref", "refs/remotes/origin/trunk", "HEAD"])
        try made.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"])
        let second = try open(made.path)
        #expect(try await second.defaultBranch() == "refs/remotes/origin/HEAD")
    }

    @Test func `an empty repository has no default branch`() async throws {
        let made = try TemporaryRepository()
        let repository = try open(made.path)
        #expect(try await repository.defaultBranch() == nil)
    }

    @Test func `a bare repository compares commits and has no work tree`() async throws {
        let made = try TemporaryRepository()
        try made.write("a.txt", "a\n")
        try made.commit()
        let bare = "\(made.path)/bare.git"
        try made.git(["clone", "-q", "--bare", made.path, bare])
        let repository = try open(bare)
        #expect(repository.workTree == nil)
        let head = try await repository.commit(named: "HEAD")
        #expect(try await repository.diff(DiffRequest(.commits(nil, head))).files.count == 1)
        #expect(await message { _ = try await repository.diff(DiffRequest(.workTree(head))) }.contains("bare"))
    }

    @Test func `a shallow clone says why a commit is missing`() async throws {
        let made = try TemporaryRepository()
        let first = try made.commit("first")
        try made.commit("second")
        let shallow = "\(made.path)/shallow"
        try made.git(["clone", "-q", "--depth", "1", "file://\(made.path)", shallow])
        let repository = try open(shallow)
        #expect(repository.isShallow)
        #expect(await message { _ = try await repository.commit(named: first) }.contains("git fetch --unshallow"))
    }

    @Test func `damaged objects are an error and no crash`() async throws {
        let made = try TemporaryRepository()
        try made.write("a.txt", "a\n")
        try made.commit()
        let tree = try made.git(["rev-parse", "HEAD^{tree}"])
        let object = "\(made.path)/.git/objects/\(tree.prefix(2))/\(tree.dropFirst(2))"
        try FileManager.default.removeItem(atPath: object)
        try Data("nothing".utf8).write(to: URL(fileURLWithPath: object))
        let repository = try open(made.path)
        let head = try await repository.commit(named: "HEAD")
        #expect(await message { _ = try await repository.diff(DiffRequest(.commits(nil, head))) } != "no error")
    }

    @Test func `a damaged file is never read as another, verified or not`() async throws {
        let made = try TemporaryRepository()
        let text = (0..<200).map { "line \($0 * 7_919)\n" }.joined()
        try made.write("a.txt", text)
        let head = try #require(CommitSHA(try made.commit()))
        let blob = try made.git(["rev-parse", "HEAD:a.txt"])
        let object = URL(fileURLWithPath: "\(made.path)/.git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
        let right = try Data(contentsOf: object)
        try FileManager.default.removeItem(at: object)
        for place in stride(from: 0, to: right.count, by: 13) {
            var damaged = right
            damaged[place] ^= 0x10
            try damaged.write(to: object)
            for verifies in [true, false] {
                let repository = try LocalRepository(containing: made.path, runtime: GitRuntime(verifiesObjects: verifies))
                // An error is what is wanted; a text that is there must be the right one.
                guard let found = try? await repository.file(RepositoryPath("a.txt"), at: head, bytesMax: 1 << 20) else { continue }
                #expect(found == Array(text.utf8), "byte \(place), verified: \(verifies)")
            }
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a folder away"))
    func `a repository of another user is not looked at`() async throws {
        let made = try TemporaryRepository()
        try made.commit()
        for path in [made.path, "\(made.path)/.git"] { #expect(unsafe chown(path, 12_345, 12_345) == 0) }
        let told = await message { _ = try open(made.path) }
        #expect(told.contains("belongs to another user") && told.hasSuffix("safe.directory '\(made.path)'"), "\(told)")
    }

    @Test func `a repository with names of another length says what can be done`() async throws {
        let made = try TemporaryRepository(["--object-format=sha256"])
        #expect(await message { _ = try open(made.path) }.contains("SHA-256"))
    }

    @Test func `files are read from a commit and from what is staged, within a limit`() async throws {
        let made = try TemporaryRepository()
        try made.write("d/a.txt", "committed\n")
        let head = try #require(CommitSHA(try made.commit()))
        try made.write("d/a.txt", "staged\n")
        try made.git(["add", "-A"])
        let repository = try open(made.path)
        let path = RepositoryPath("d/a.txt")
        #expect(try await repository.file(path, at: head, bytesMax: 100) == Array("committed\n".utf8))
        #expect(try await repository.stagedFile(path, bytesMax: 100) == Array("staged\n".utf8))
        #expect(try await repository.file(path, at: head, bytesMax: 3) == nil)
        #expect(try await repository.file(RepositoryPath("d"), at: head, bytesMax: 100) == nil)
        #expect(try await repository.file(RepositoryPath("none"), at: head, bytesMax: 100) == nil)
        #expect(try await repository.file(RepositoryPath(bytes: [0]), at: head, bytesMax: 100) == nil)
    }

    @Test func `a symlink loop in the work tree is no trap`() async throws {
        let made = try TemporaryRepository()
        try made.commit()
        try FileManager.default.createSymbolicLink(atPath: "\(made.path)/loop", withDestinationPath: "loop")
        try FileManager.default.createSymbolicLink(atPath: "\(made.path)/up", withDestinationPath: "..")
        let repository = try open(made.path)
        let head = try await repository.commit(named: "HEAD")
        let diff = try await repository.diff(DiffRequest(.workTree(head)))
        #expect(diff.files.map(\.new?.mode) == [.symlink, .symlink])
    }
}
