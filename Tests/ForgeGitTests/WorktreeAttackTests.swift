// Everything by which a git that is run on an agent's files runs a program: planted, one after the other, in the worktree and in the mirror
// itself, before everything that the port offers is done. Each would make a file; none does. That the same plants do work on the real git is
// shown first: a trap that never closes proves nothing.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

/// A place to plant in, and what the plants make when they are run.
private struct Trap {
    /// The worktree's folder, or a repository's.
    var folder: String
    var canaries: String

    /// A program that makes the file of this name.
    func program(_ name: String) throws -> String {
        let path = "\(canaries)/run-\(name)"
        try write("#!/bin/sh\ntouch '\(canaries)/ran-\(name)'\ncat\nexit 0\n", to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    func ran() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: canaries).filter { $0.hasPrefix("ran-") }.sorted()
    }

    /// A configuration with everything that names a program.
    func configuration(_ prefix: String) throws -> String {
        let run = { (name: String) in try program("\(prefix)-\(name)") }
        try write("[core]\n\tfsmonitor = \(try run("include"))\n", to: "\(canaries)/\(prefix)-included")
        return """
            [core]
            \trepositoryformatversion = 0
            \tfsmonitor = \(try run("fsmonitor"))
            \tsshCommand = \(try run("ssh"))
            \teditor = \(try run("editor"))
            \tpager = \(try run("pager"))
            \talternateRefsCommand = \(try run("alternates"))
            \tattributesFile = \(canaries)/attributes
            \tgitProxy = \(try run("proxy"))
            \taskPass = \(try run("askpass"))
            [diff]
            \texternal = \(try run("external"))
            [diff "x"]
            \ttextconv = \(try run("textconv"))
            \tcommand = \(try run("command"))
            [merge "x"]
            \tdriver = \(try run("merge"))
            [filter "x"]
            \tclean = \(try run("clean"))
            \tsmudge = \(try run("smudge"))
            [filter "y"]
            \tprocess = \(try run("process"))
            \trequired = true
            [gpg]
            \tprogram = \(try run("gpg"))
            [commit]
            \tgpgSign = true
            [credential]
            \thelper = "!\(try run("credential"))"
            [remote "origin"]
            \turl = ext::\(try run("ext"))
            \tuploadpack = \(try run("uploadpack"))
            \treceivepack = \(try run("receivepack"))
            \tvcs = x
            [url "ext::\(try run("insteadof"))"]
            \tinsteadOf = http://
            [uploadpack]
            \tpackObjectsHook = \(try run("packobjects"))
            [include]
            \tpath = \(canaries)/\(prefix)-included
            """
    }

    func plantHooks(in folder: String, _ prefix: String) throws {
        for hook in [
            "pre-commit", "commit-msg", "post-commit", "post-checkout", "pre-push", "reference-transaction", "post-index-change", "update",
            "pre-receive", "post-receive", "post-update", "post-rewrite", "pre-auto-gc", "proc-receive", "push-to-checkout",
        ] {
            let path = "\(folder)/\(hook)"
            if isThere(path) { try remove(path) }
            try write("#!/bin/sh\ntouch '\(canaries)/ran-\(prefix)-hook-\(hook)'\nexit 0\n", to: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
    }
}

@Suite struct WorktreeAttackTests {
    private let scene: MirrorScene
    private let canaries: String

    init() throws {
        scene = try MirrorScene()
        canaries = "\(scene.folder)/canaries"
        try FileManager.default.createDirectory(atPath: canaries, withIntermediateDirectories: true)
        for name in ["a.txt", "d/b.txt", "sub/c.txt"] { try scene.origin.write(name, "text\n") }
        try scene.origin.write(".gitattributes", "*.txt filter=x diff=x merge=x\n*.md filter=y\n")
        try scene.origin.write("read.md", "text\n")
        try scene.origin.write(".gitmodules", "[submodule \"m\"]\n\tpath = m\n\turl = ext::touch\n\tupdate = !touch\n")
        try scene.origin.commit("First")
        try scene.origin.write("a.txt", "text\nmore\n")
        try scene.origin.commit("Second")
    }

    private func trap(_ folder: String) -> Trap { Trap(folder: folder, canaries: canaries) }

    /// A repository that the real git takes for its own, with all of it.
    private func plantRepository(_ folder: String, _ prefix: String) throws {
        try GitProgram(in: folder).run(["init", "-q", "-b", "main", "."])
        let trap = trap(folder)
        try write(try trap.configuration(prefix), to: "\(folder)/.git/config")
        try trap.plantHooks(in: "\(folder)/.git/hooks", prefix)
    }

    @Test func `the plants are run by a plain git`() throws {
        let folder = "\(scene.folder)/victim"
        try scene.origin.git(["clone", "-q", scene.origin.path, folder])
        try plantRepository(folder, "plain")
        try write("changed\n", to: "\(folder)/a.txt")
        try write("changed\n", to: "\(folder)/read.md")
        for command in [
            ["status"], ["add", "-A"], ["diff", "HEAD"], ["log", "-p", "-1"], ["commit", "-q", "-m", "x"], ["checkout", "-q", "-b", "b"],
            ["fetch", "origin"],
        ] {
            _ = try ProcessRun(
                "/usr/bin/git", command, in: folder,
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": folder, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
                    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
                ])
        }
        let ran = try trap(folder).ran()
        #expect(ran.count >= 6, "\(ran)")
    }

    private static let plants = [
        "none", "attributes", "git-folder", "git-file", "git-file-elsewhere", "commondir", "nested", "nested-known", "nested-file", "bare",
        "bare-top", "worktree-file",
        "submodule", "modules-link", "attributes-link", "ignore-link", "ignore-pipe", "attributes-pipe", "home", "hooks-folder", "case",
        "index",
    ]

    @Test(arguments: plants) func `nothing that is planted in the worktree is run`(_ plant: String) async throws {
        let (mirrors, tree) = try await scene.open()
        _ = try await tree.keep(step: 0)
        try self.plant(plant, in: tree.folder)
        let host = "\(scene.folder)/host.git"
        try scene.origin.git(["clone", "-q", "--bare", scene.origin.path, host])
        await scene.doEverything(mirrors, tree, remotes: [GitRemote(url: host)])
        await tree.close()
        #expect(try trap(tree.folder).ran() == [])
        #expect(!isThere(tree.folder))
    }

    private func plant(_ plant: String, in folder: String) throws {
        let trap = trap(folder)
        let other = "\(folder)/other"
        switch plant {
        case "git-folder": try plantRepository(folder, plant)
        case "git-file", "git-file-elsewhere", "worktree-file":
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
            try plantRepository(other, plant)
            try FileManager.default.moveItem(atPath: "\(other)/.git", toPath: "\(folder)/notgit")
            let target = plant == "git-file-elsewhere" ? "\(canaries)/elsewhere" : "notgit"
            if plant == "git-file-elsewhere" { try FileManager.default.moveItem(atPath: "\(folder)/notgit", toPath: target) }
            if plant == "worktree-file" { try write("ref: refs/heads/main\n", to: "\(folder)/notgit/worktrees/w/HEAD") }
            try write("gitdir: \(target)\(plant == "worktree-file" ? "/worktrees/w" : "")\n", to: "\(folder)/.git")
        case "commondir":
            try plantRepository(folder, plant)
            try write("../notgit\n", to: "\(folder)/.git/commondir")
        case "nested", "nested-known", "submodule":
            let nested = plant == "nested-known" ? "\(folder)/sub" : "\(folder)/nested"
            try FileManager.default.createDirectory(atPath: nested, withIntermediateDirectories: true)
            try plantRepository(nested, plant)
            if plant == "submodule" {
                try write("[submodule \"n\"]\n\tpath = nested\n\turl = ext::touch\n\tupdate = !touch\n", to: "\(folder)/.gitmodules")
            }
        case "nested-file": try write("gitdir: \(canaries)\n", to: "\(folder)/sub/.git")
        case "bare", "bare-top":
            let nested = plant == "bare" ? "\(folder)/nested" : folder
            try FileManager.default.createDirectory(atPath: nested, withIntermediateDirectories: true)
            try GitProgram(in: nested).run(["init", "-q", "--bare", "-b", "main", "."])
            try write(try trap.configuration(plant), to: "\(nested)/config")
            try trap.plantHooks(in: "\(nested)/hooks", plant)
        case "modules-link", "attributes-link", "ignore-link":
            let name = ["modules-link": ".gitmodules", "attributes-link": ".gitattributes"][plant] ?? ".gitignore"
            if isThere("\(folder)/\(name)") { try remove("\(folder)/\(name)") }
            try write("* filter=x\n", to: "\(canaries)/attributes")
            try link("\(folder)/\(name)", to: "\(canaries)/attributes")
        case "ignore-pipe", "attributes-pipe":
            let name = plant == "ignore-pipe" ? ".gitignore" : ".gitattributes"
            if isThere("\(folder)/\(name)") { try remove("\(folder)/\(name)") }
            _ = try ProcessRun("/usr/bin/mkfifo", [name], in: folder)
            try write("new", to: "\(folder)/new.txt")
        case "home":
            for name in [".gitconfig", ".config/git/config", "etc/gitconfig"] {
                try write(try trap.configuration(plant), to: "\(folder)/\(name)")
            }
        case "hooks-folder": try trap.plantHooks(in: "\(folder)/hooks", plant)
        case "case":
            try plantRepository(folder, plant)
            try FileManager.default.moveItem(atPath: "\(folder)/.git", toPath: "\(folder)/.GIT")
        case "index":
            try plantRepository(folder, plant)
            for name in ["HEAD", "config", "hooks", "objects", "refs"] {
                try FileManager.default.moveItem(atPath: "\(folder)/.git/\(name)", toPath: "\(folder)/\(name)")
            }
            try remove("\(folder)/.git")
        default: try write("* filter=x diff=x merge=x\n*.md filter=y\n", to: "\(folder)/.gitattributes")
        }
        try write("changed\n", to: "\(folder)/a.txt")
        try write("changed\n", to: "\(folder)/read.md")
    }

    @Test func `nothing that is planted in the mirror, or at the other end on this disk, is run`() async throws {
        let mirrors = try scene.mirrors()
        await (try await mirrors.fetch(scene.request())).release()
        let mirror = try #require(scene.repositories.first)
        let host = "\(scene.folder)/host/app.git"
        try FileManager.default.createDirectory(atPath: "\(scene.folder)/host", withIntermediateDirectories: true)
        try scene.origin.git(["clone", "-q", "--bare", scene.origin.path, host])
        let server = try GitHTTPServer("\(scene.folder)/host")
        defer { server.stop() }
        try write("*.txt filter=x diff=x\n*.md filter=y\n", to: "\(canaries)/attributes")
        for (folder, name) in [(mirror, "mirror"), (host, "host")] {
            let trap = trap(folder)
            let bare = try trap.configuration(name).replacing(
                "repositoryformatversion = 0", with: "repositoryformatversion = 0\n\tbare = true")
            try write(bare, to: "\(folder)/config")
            try write("*.txt filter=x diff=x\n", to: "\(folder)/info/attributes")
            try trap.plantHooks(in: "\(folder)/hooks", name)
        }
        let head = try scene.sha(scene.origin.git(["rev-parse", "HEAD"]))
        let tree = try await mirrors.open(scene.worktree(head))
        _ = try await tree.keep(step: 0)
        try write("changed\n", to: "\(tree.folder)/a.txt")
        try write("changed\n", to: "\(tree.folder)/read.md")
        await scene.doEverything(
            mirrors, tree, remotes: [GitRemote(url: host), GitRemote(url: "file://\(host)"), GitRemote(url: "ext::\(canaries)/x")])
        #expect(try GitProgram(in: host).text(["rev-parse", "b0"]) == GitProgram(in: host).text(["rev-parse", "b1"]))
        await (try await mirrors.fetch(scene.request())).release()
        await mirrors.tidy()
        await tree.close()
        await mirrors.tidy()
        #expect(try trap(mirror).ran() == [])
        // The host's own hooks are the host's, when it is asked over the network.
        let again = try await mirrors.open(scene.worktree(head))
        try write("more\n", to: "\(again.folder)/a.txt")
        await scene.doEverything(mirrors, again, remotes: [GitRemote(url: server.url("app.git"))])
        await again.close()
        #expect(try trap(mirror).ran().filter { $0.hasPrefix("ran-mirror") } == [])
    }
}
