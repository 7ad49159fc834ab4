// Fetching from a repository on the same disk: what comes, what stays away, and what is not asked for again.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Glibc
import Testing

@Suite struct MirrorFetchTests {
    private let scene: MirrorScene

    init() throws { scene = try MirrorScene() }

    @Test func `a fetch brings the refs it was asked for, and no tag, remote or ref of another name`() async throws {
        try scene.origin.write("a.txt", "a\n")
        let main = try scene.origin.commit()
        try scene.origin.git(["tag", "-a", "-m", "one", "v1"])
        try scene.origin.git(["checkout", "-q", "-b", "other"])
        try scene.origin.commit("other")
        try scene.origin.git(["checkout", "-q", "main"])
        try scene.origin.git(["update-ref", "refs/pull/7/head", main])
        let snapshot = try await scene.mirrors().fetch(scene.request(["refs/pull/7/head", "refs/heads/main", "refs/heads/none"]))
        #expect(try await snapshot.commit(of: "refs/pull/7/head")?.description == main)
        #expect(try await snapshot.commit(of: "refs/heads/main")?.description == main)
        #expect(try await snapshot.commit(of: "refs/heads/none") == nil)
        #expect(try await snapshot.contains(scene.sha(main)))
        let git = GitProgram(in: try #require(scene.repositories.first))
        #expect(try git.text(["tag"]).isEmpty)
        #expect(try git.text(["remote"]).isEmpty)
        #expect(
            try git.text(["for-each-ref", "--format=%(refname)"]).split(separator: "\n").allSatisfy { $0.hasPrefix("refs/forge/remote/") })
    }

    @Test(arguments: ["x@127.0.0.1:r", "a b", "100%25", "50%", "fünf", "a?b#c"])
    func `a repository on this disk is fetched by its path, whatever is in it`(_ name: String) async throws {
        let main = try scene.origin.commit()
        let path = "\(scene.folder)/hosts/\(name)"
        try scene.origin.git(["clone", "-q", "--bare", scene.origin.path, path])
        let request = FetchRequest(place: scene.place, remote: GitRemote(path: path), refs: ["refs/heads/main"])
        let snapshot = try await scene.mirrors().fetch(request)
        #expect(try await snapshot.commit(of: "refs/heads/main")?.description == main)
    }

    @Test func `what is here already is not asked for`() async throws {
        let main = try scene.origin.commit()
        let mirrors = try scene.mirrors()
        await (try mirrors.fetch(scene.request(["refs/heads/main"], [main]))).release()
        let nowhere = "file://\(scene.origin.path)/gone"
        let again = try await mirrors.fetch(scene.request(["refs/heads/main"], [main], url: nowhere))
        #expect(try await again.commit(of: "refs/heads/main")?.description == main)
        let asked = await scene.failure { _ = try await mirrors.fetch(scene.request(["refs/heads/main"], url: nowhere)) }
        #expect(asked?.kind == .notFound, "without a commit the host is asked: \(String(describing: asked))")
    }

    @Test func `a ref that was never fetched is asked for although the commit is here`() async throws {
        let main = try scene.origin.commit()
        let mirrors = try scene.mirrors()
        _ = try await mirrors.fetch(scene.request(["refs/heads/main"], [main]))
        try scene.origin.git(["branch", "next"])
        let next = try await mirrors.fetch(scene.request(["refs/heads/next"], [main]))
        #expect(try await next.commit(of: "refs/heads/next")?.description == main)
    }

    @Test func `only what is new is fetched the second time`() async throws {
        try scene.origin.write("large.bin", MirrorScene.noise(400_000))
        try scene.origin.commit()
        let mirrors = try scene.mirrors()
        _ = try await mirrors.fetch(scene.request())
        let first = Set(scene.packs)
        try scene.origin.write("small.txt", "small\n")
        let head = try scene.origin.commit()
        let snapshot = try await mirrors.fetch(scene.request())
        #expect(try await snapshot.commit(of: "refs/heads/main")?.description == head)
        let added = Set(scene.packs).subtracting(first)
        #expect(added.count == 1)
        for pack in added { #expect(try FileManager.default.attributesOfItem(atPath: pack)[.size] as? Int ?? .max < 2_000) }
    }

    @Test func `a branch that went away is gone, and one that was moved back is where it is`() async throws {
        let first = try scene.origin.commit("first")
        try scene.origin.commit("second")
        try scene.origin.git(["branch", "topic"])
        let mirrors = try scene.mirrors()
        let refs = ["refs/heads/main", "refs/heads/topic"]
        let before = try await mirrors.fetch(scene.request(refs))
        try scene.origin.git(["reset", "-q", "--hard", first])
        try scene.origin.git(["branch", "-D", "topic"])
        let after = try await mirrors.fetch(scene.request(refs))
        #expect(try await after.commit(of: "refs/heads/main")?.description == first)
        #expect(try await after.commit(of: "refs/heads/topic") == nil)
        #expect(try await before.commit(of: "refs/heads/topic") != nil, "a snapshot keeps to its time")
    }

    @Test func `refs that stand in each other's way as files, or differ in case, are all kept`() async throws {
        let first = try scene.origin.commit("first")
        let mirrors = try scene.mirrors()
        try scene.origin.git(["branch", "a"])
        _ = try await mirrors.fetch(scene.request(["refs/heads/a"]))
        try scene.origin.git(["branch", "-D", "a"])
        try scene.origin.git(["branch", "a/b"])
        let second = try scene.origin.commit("second")
        try scene.origin.git(["branch", "A/B"])
        let snapshot = try await mirrors.fetch(scene.request(["refs/heads/a/b", "refs/heads/A/B"]))
        #expect(try await snapshot.commit(of: "refs/heads/a/b")?.description == first)
        #expect(try await snapshot.commit(of: "refs/heads/A/B")?.description == second)
    }

    @Test func `a commit that the host does not have is named`() async throws {
        try scene.origin.commit()
        let absent = String(repeating: "ab", count: 20)
        let error = await scene.failure { _ = try await scene.mirrors().fetch(scene.request(["refs/heads/main"], [absent])) }
        #expect(error == SourceError(.notFound, "acme/app does not have abababab (any more)"))
    }

    @Test func `names that no ref can have, and addresses that are no place to fetch from, are refused`() async throws {
        try scene.origin.commit()
        let mirrors = try scene.mirrors()
        for ref in ["refs/heads/a..b", "refs/heads/*", "refs/heads/a:refs/heads/b", "main", "-rf", "refs/heads/a b", ""] {
            let error = await scene.failure { _ = try await mirrors.fetch(scene.request([ref])) }
            #expect(error?.kind == .notFound, "\(ref): \(String(describing: error))")
        }
        for url in [
            "ssh://git@example.com/a", "git@example.com:a/b", "ext::sh -c touch%20/tmp/x", "git://127.0.0.1/a", "-u:/x",
            "/tmp/x@127.0.0.1:r",
        ] {
            let error = await scene.failure { _ = try await mirrors.fetch(scene.request(url: url)) }
            #expect(error?.kind == .defect, "\(url): \(String(describing: error))")
        }
        let planted = "planted" + "word"
        let carried = await scene.failure { _ = try await mirrors.fetch(scene.request(url: "http://me:\(planted)@127.0.0.1:1/x")) }
        #expect(carried?.kind == .defect && carried?.message.contains(planted) == false)
    }

    @Test func `mirrors of names that differ in case only, and of other tenants, lie apart`() async throws {
        try scene.origin.commit()
        let mirrors = try scene.mirrors()
        for (tenant, name) in [
            (Tenant.installation(7), "acme/app"), (.installation(7), "Acme/App"), (.installation(8), "acme/app"), (.local, "acme/app"),
        ] {
            let place = HostPlace(tenant: tenant, repository: try #require(RepositoryName(name)))
            _ = try await mirrors.fetch(scene.request(place: place))
        }
        let names = scene.repositories.map { $0.lowercased() }
        #expect(Set(names).count == 4)
        let long = try #require(RepositoryName("\(String(repeating: "o", count: 100))/\(String(repeating: "n", count: 100))"))
        _ = try await mirrors.fetch(scene.request(place: HostPlace(tenant: .local, repository: long)))
        #expect(scene.repositories.count == 5)
    }

    @Test func `a user's own configuration has no say in a fetch`() async throws {
        try scene.origin.commit()
        let snapshot = try await scene.mirrors().fetch(scene.request())
        #expect(try await snapshot.commit(of: "refs/heads/main") != nil)
        let configuration = try String(contentsOfFile: "\(try #require(scene.repositories.first))/config", encoding: .utf8)
        #expect(configuration.contains("attributesFile") && !configuration.contains("file://"))
    }

    @Test func `another process at work is waited for`() async throws {
        let main = try scene.origin.commit()
        let mirrors = try scene.mirrors()
        await (try mirrors.fetch(scene.request(["refs/heads/main"], [main]))).release()
        let lock = try #require(scene.files.first { $0.hasSuffix(".write") })
        let descriptor = unsafe open(lock, O_RDWR | O_CLOEXEC)
        #expect(flock(descriptor, LOCK_EX) == 0)
        async let waiting = mirrors.fetch(scene.request(["refs/heads/main"], [main]))
        let impatient = try scene.mirrors { $0.fetchTimeout = .milliseconds(60) }
        let late = await scene.failure { _ = try await impatient.fetch(scene.request(["refs/heads/main"], [main])) }
        #expect(late?.kind == .unavailable)
        close(descriptor)
        #expect(try await waiting.commit(of: "refs/heads/main")?.description == main)
    }

    @Test func `many ask at once and all are answered`() async throws {
        for number in 0..<5 {
            try scene.origin.write("a.txt", "\(number)\n")
            try scene.origin.commit()
        }
        let head = try scene.origin.git(["rev-parse", "HEAD"])
        let mirrors = try scene.mirrors()
        let request = try scene.request(["refs/heads/main"], [head])
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<24 {
                group.addTask {
                    let snapshot = try await mirrors.fetch(request)
                    let count = try await snapshot.diff(from: nil, to: request.commits[0]).files.count
                    await snapshot.release()
                    return count
                }
            }
            for try await count in group { #expect(count == 1) }
        }
        #expect(scene.packs.count == 1, "fetched once")
    }

    @Test func `no more snapshots are open than allowed, and the next one waits`() async throws {
        let main = try scene.origin.commit()
        let mirrors = try scene.mirrors { $0.snapshotsMax = 2 }
        let request = try scene.request(["refs/heads/main"], [main])
        let first = try await mirrors.fetch(request)
        let second = try await mirrors.fetch(request)
        let third = Task { try await mirrors.fetch(request) }
        let fourth = Task { try await mirrors.fetch(request) }
        fourth.cancel()
        let refused = await scene.failure { _ = try await fourth.value }
        #expect(refused?.kind == .unavailable)
        await first.release()
        let answered = try await third.value
        #expect(try await answered.contains(scene.sha(main)))
        await second.release()
        await answered.release()
        let after = await scene.failure { _ = try await first.contains(scene.sha(main)) }
        #expect(after?.kind == .defect)
    }
}
