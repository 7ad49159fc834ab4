// Pushes to a host over HTTP and to a bare repository on the disk: the branch moves only from where it was looked at, and only our own commits
// are replaced. The rivals push with the real git.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

/// Where a push goes.
enum PushWay: String, CaseIterable, Sendable { case http, disk }

@Suite struct WorktreePushTests {
    private let scene: MirrorScene
    private let server: GitHTTPServer
    private let bare: String
    private let word = "word-" + String(repeating: "x", count: 12)

    init() throws {
        scene = try MirrorScene()
        try scene.origin.write("a.txt", "a\n")
        try scene.origin.commit()
        bare = "\(scene.folder)/host/app.git"
        try FileManager.default.createDirectory(atPath: "\(scene.folder)/host", withIntermediateDirectories: true)
        try scene.origin.git(["clone", "-q", "--bare", scene.origin.path, bare])
        server = try GitHTTPServer("\(scene.folder)/host")
    }

    private var host: GitProgram { GitProgram(in: bare) }

    private func remote(_ way: PushWay, password: String? = nil) -> GitRemote {
        switch way {
        case .http: GitRemote(url: server.url("app.git"), password: password.map { Secret(Array($0.utf8)) })
        case .disk: GitRemote(url: bare)
        }
    }

    private func commit(_ text: String, on tree: any SourceWorktree, _ identity: CommitIdentity = forge) async throws -> CommitSHA {
        try write(text, to: "\(tree.folder)/a.txt")
        return try await tree.commit(CommitRequest(message: "Fix\n", identity: identity, time: Timestamp(milliseconds: 1_700_000_000_000)))
    }

    private func request(
        _ way: PushWay, _ commit: CommitSHA, expected: CommitSHA?, branch: String = "forge/fix-1", password: String? = nil
    ) -> PushRequest {
        PushRequest(remote: remote(way, password: password), branch: branch, commit: commit, expected: expected, identity: forge)
    }

    private func tip(_ branch: String = "forge/fix-1") throws -> String { try host.text(["rev-parse", "refs/heads/\(branch)"]) }

    /// A commit of somebody on a commit that the host has.
    private func rival(on commit: String, author: String, committer: String, branch: String? = "forge/fix-1") throws -> CommitSHA {
        let parts = { (person: String) in person.split(separator: "<").map { $0.trimmingCharacters(in: [" ", ">"]) } }
        let environment = [
            "PATH": "/usr/bin:/bin", "HOME": bare, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": parts(author)[0],
            "GIT_AUTHOR_EMAIL": parts(author)[1], "GIT_COMMITTER_NAME": parts(committer)[0], "GIT_COMMITTER_EMAIL": parts(committer)[1],
        ]
        let made = try ProcessRun(
            "/usr/bin/git", ["commit-tree", "\(commit)^{tree}", "-p", commit, "-m", "Rival"], in: bare, environment: environment)
        let sha = String(decoding: made.output.dropLast(), as: UTF8.self)
        if let branch { try host.run(["update-ref", "refs/heads/\(branch)", sha]) }
        return try scene.sha(sha)
    }

    private var person: String { "\(forge.name) <\(forge.email)>" }

    @Test(arguments: PushWay.allCases) func `a branch is made, moved, and found there when the answer was lost`(_ way: PushWay) async throws
    {
        defer { server.stop() }
        let (_, tree) = try await scene.open()
        let first = try await commit("one\n", on: tree)
        #expect(try await tree.push(request(way, first, expected: nil)) == .pushed)
        #expect(try tip() == first.description)
        #expect(try await tree.push(request(way, first, expected: nil)) == .alreadyThere)
        let second = try await commit("two\n", on: tree)
        #expect(try await tree.push(request(way, second, expected: nil)) == .moved(to: first))
        #expect(try await tree.push(request(way, second, expected: tree.base)) == .moved(to: first))
        #expect(try tip() == first.description)
        #expect(try await tree.push(request(way, second, expected: first)) == .pushed)
        #expect(try tip() == second.description)
        #expect(try await tree.push(request(way, first, expected: second, branch: "gone")) == .moved(to: nil))
        #expect(try host.text(["show", "forge/fix-1:a.txt"]) == "two")
        try host.run(["fsck", "--strict"])
        await tree.close()
    }

    @Test(arguments: ["x@127.0.0.1:r.git", "a b.git", "100%25.git", "50%.git", "fünf.git"])
    func `a repository on this disk is pushed to by its path, whatever is in it`(_ name: String) async throws {
        defer { server.stop() }
        let path = "\(scene.folder)/hosts/\(name)"
        try scene.origin.git(["clone", "-q", "--bare", scene.origin.path, path])
        let (_, tree) = try await scene.open()
        let made = try await commit("one\n", on: tree)
        let asked = PushRequest(remote: GitRemote(path: path), branch: "forge/fix-1", commit: made, expected: nil, identity: forge)
        #expect(try await tree.push(asked) == .pushed)
        #expect(try GitProgram(in: path).text(["rev-parse", "refs/heads/forge/fix-1"]) == made.description)
        await tree.close()
    }

    @Test(arguments: PushWay.allCases) func `somebody else's commit stays, be it by author or by committer alone`(_ way: PushWay)
        async throws
    {
        defer { server.stop() }
        let (_, tree) = try await scene.open()
        let ours = try await commit("one\n", on: tree)
        #expect(try await tree.push(request(way, ours, expected: nil)) == .pushed)
        let next = try await commit("two\n", on: tree)
        let own = try rival(on: ours.description, author: person, committer: person)
        for (author, committer) in [
            ("Ann <ann@example.com>", person), (person, "Ann <ann@example.com>"), ("\(forge.name) <other@example.com>", person),
        ] {
            let foreign = try rival(on: own.description, author: author, committer: committer)
            let who = author == person ? committer : author
            #expect(try await tree.push(request(way, next, expected: foreign)) == .foreign(foreign, by: who))
            #expect(try tip() == foreign.description)
            // Below a commit of our own it is found as well.
            let above = try rival(on: foreign.description, author: person, committer: person)
            #expect(try await tree.push(request(way, next, expected: above)) == .foreign(foreign, by: who))
        }
        try host.run(["update-ref", "refs/heads/forge/fix-1", own.description])
        #expect(try await tree.push(request(way, next, expected: own)) == .pushed, "two of our own are replaced")
        await tree.close()
    }

    @Test(arguments: ["GET", "POST"]) func `a branch that moves while we push is not overwritten`(_ method: String) async throws {
        defer { server.stop() }
        let (_, tree) = try await scene.open()
        let first = try await commit("one\n", on: tree)
        _ = try await tree.push(request(.http, first, expected: nil))
        let second = try await commit("two\n", on: tree)
        let rival = try rival(on: first.description, author: "Ann <ann@example.com>", committer: "Ann <ann@example.com>", branch: nil)
        server.before { [host] said in
            guard said.hasPrefix(method), said.contains("git-receive-pack") else { return }
            _ = try? host.run(["update-ref", "refs/heads/forge/fix-1", rival.description])  // Shows as the branch's place.
        }
        #expect(try await tree.push(request(.http, second, expected: first)) == .moved(to: rival))
        #expect(try tip() == rival.description)
        await tree.close()
    }

    @Test func `the host's words are told when it says no`() async throws {
        defer { server.stop() }
        let hook = "\(bare)/hooks/pre-receive"
        try write("#!/bin/sh\necho 'GH006: Protected branch \u{1b}[31m update failed'\nexit 1\n", to: hook)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
        let (_, tree) = try await scene.open()
        let outcome = try await tree.push(request(.http, commit("one\n", on: tree), expected: nil))
        guard case .refused(let words) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(words.contains("hook declined") && words.contains("GH006: Protected branch") && !words.contains("\u{1b}"), "\(words)")
        await tree.close()
    }

    @Test func `a push needs the credential, which is written nowhere`() async throws {
        defer { server.stop() }
        let (_, tree) = try await scene.open()
        let made = try await commit("one\n", on: tree)
        server.require("x-access-token:\(word)")
        for password in [nil, "wrong"] {
            let error = await scene.failure { _ = try await tree.push(request(.http, made, expected: nil, password: password)) }
            #expect(error?.kind == .unauthorized)
        }
        #expect(try await tree.push(request(.http, made, expected: nil, password: word)) == .pushed)
        for file in scene.files {
            let bytes = try Data(contentsOf: URL(filePath: file))
            #expect(bytes.firstRange(of: Data(word.utf8)) == nil, "\(file)")
        }
        await tree.close()
    }

    @Test func `an answer that is lost is no success, and the next push finds the commit there`() async throws {
        defer { server.stop() }
        let (_, tree) = try await scene.open()
        let made = try await commit("one\n", on: tree)
        server.set(.brokenPack)
        let error = await scene.failure { _ = try await tree.push(request(.http, made, expected: nil)) }
        #expect(error?.kind == .unavailable, "\(String(describing: error))")
        server.set(.serve)
        #expect(try tip() == made.description)
        #expect(try await tree.push(request(.http, made, expected: nil)) == .alreadyThere)
        server.set(.status(503))
        #expect(await scene.failure { _ = try await tree.push(request(.http, made, expected: made)) }?.kind == .unavailable)
        _ = try await tree.keep(step: 0)
        await tree.close()
    }

    @Test func `names and addresses that lead elsewhere are refused`() async throws {
        defer { server.stop() }
        let (_, tree) = try await scene.open()
        let made = try await commit("one\n", on: tree)
        let marker = "\(scene.folder)/ran"
        for branch in ["--receive-pack=touch \(marker)", "a..b", "a:refs/heads/main", "a b", "", "x.lock", "-"] {
            for way in PushWay.allCases {
                let error = await scene.failure { _ = try await tree.push(request(way, made, expected: nil, branch: branch)) }
                if branch != "-" { #expect(error != nil, "\(branch)") }
            }
        }
        for url in ["ext::sh -c touch% \(marker)", "ssh://-oProxyCommand=touch/x", "host:path", "https://u:p@127.0.0.1/x"] {
            var push = request(.http, made, expected: nil)
            push.remote.url = url
            #expect(await scene.failure { _ = try await tree.push(push) } != nil, "\(url)")
        }
        var beside = request(.disk, made, expected: nil)
        beside.remote.url = scene.origin.path
        guard case .refused = try await tree.push(beside) else {
            Issue.record("a repository with files beside it was pushed to")
            return
        }
        #expect(!isThere(marker))
        #expect(try host.text(["rev-parse", "main"]) == tree.base.description)
        await tree.close()
    }
}
