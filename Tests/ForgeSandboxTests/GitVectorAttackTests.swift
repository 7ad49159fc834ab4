// Every way in which git is known to run a program of whoever wrote the files, planted by a command inside, one row and one canary each: the
// same git inside meets it and harms nobody, and git on the host afterwards, as careless as can be, runs nothing of it. What an agent can
// plant with the worktree's files alone no wall can keep from such a git: those rows say so, and that Forge runs none is ForgeGit's to show.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

@Suite struct GitVectorAttackTests {
    /// A repository with a gitlink in its base, a remote that is one commit ahead, and a worktree, made by the real git.
    private struct Place {
        let folder: String
        let worktree: String
        let isClone: Bool

        init(_ folder: String, worktree: String, isClone: Bool) throws {
            (self.folder, self.worktree, self.isClone) = (folder, worktree, isClone)
            let link = try GitVectorPlace.gitlink(in: folder)
            try #require(link.count == 40)
            if FileManager.default.fileExists(atPath: worktree) { try FileManager.default.removeItem(atPath: worktree) }
            let script = """
                set -e; git init -q -b main '\(repository)'; cd '\(repository)'; echo one >a.txt; git add a.txt
                git update-index --add --cacheinfo 160000,\(link),sub; git commit -q -m first; mkdir -p sub
                git init -q --bare -b main ../remote.git; git remote add origin '\(folder)/remote.git'; git push -q origin main
                git -C .. clone -q remote.git ahead; cd ../ahead; git commit -q --allow-empty -m second; git push -q; cd '\(repository)'
                \(isClone ? "" : "git worktree add -q '\(worktree)' -b work")
                cd '\(worktree)'; mkdir -p sub; touch -d 2020-01-01 a.txt; git status
                """
            let run = try ProcessRun("/bin/sh", ["-c", script], in: folder, environment: GitVectorPlace.environment(home: folder))
            try #require(run.code == 0, "\(run.errors)")
        }

        var repository: String { isClone ? worktree : "\(folder)/repository" }

        var vectorPlace: GitVectorPlace {
            GitVectorPlace(
                worktree: worktree, gitFolder: isClone ? "\(worktree)/.git" : "\(repository)/.git/worktrees/worktree",
                commonFolder: "\(repository)/.git", canary: "\(folder)/canary")
        }

        func git(_ arguments: [String]) throws -> ProcessRun {
            try ProcessRun(
                "/usr/bin/git", ["-c", "safe.directory=*"] + arguments, in: worktree,
                environment: GitVectorPlace.environment(home: folder))
        }

        /// Every file that git reads of the repository.
        func facts() throws -> [String: Data?] {
            var facts: [String: Data?] = [:]
            let own = "\(repository)/.git"
            for name in try FileManager.default.subpathsOfDirectory(atPath: own) {
                facts[name] = FileManager.default.contents(atPath: "\(own)/\(name)")
            }
            return facts
        }
    }

    @Test(arguments: GitVector.all) func `a plain git on the host runs it, or never did`(_ vector: GitVector) async throws {
        try await TemporaryFolder.with { folder in
            let place = try Place(folder.path, worktree: folder.path(of: "worktree"), isClone: vector.isClone)
            let planted = try ProcessRun(
                "/bin/sh", ["-c", place.vectorPlace.script(vector)], in: place.worktree,
                environment: GitVectorPlace.environment(home: folder.path))
            #expect(!place.vectorPlace.isCanaryThere && String(decoding: planted.output, as: UTF8.self) == "planted\n", "\(planted.errors)")
            let run = try place.git(vector.command)
            #expect(place.vectorPlace.isCanaryThere == vector.isRunByPlainGit, "\(planted.errors)\n\(run.errors)")
        }
    }

    @Test(arguments: GitVector.all) func `planted from inside, it is run nowhere`(_ vector: GitVector) async throws {
        try await SandboxScene.with { scene in
            let place = try Place(scene.folder.path, worktree: scene.worktree, isClone: vector.isClone)
            let facts = try place.facts()
            // Inside, a clone's git directory has another name.
            var inside = place.vectorPlace
            if vector.isClone { (inside.gitFolder, inside.commonFolder) = ("/worktree/.git", "/worktree/.git") }
            let meeting = vector.command.map { "'\($0)'" }.joined(separator: " ")
            let ending = try await scene.shell("\(inside.script(vector)) ; git -c safe.directory='*' \(meeting)")
            #expect(ending.text.contains("planted"), "\(ending.text)")
            #expect(!place.vectorPlace.isCanaryThere, "\(ending.text)")
            #expect(try place.facts() == facts, "\(ending.text)")
            switch vector.reach {
            case .gitFolder:
                for command in [vector.command, ["status"], ["diff", "HEAD"], ["add", "-A"], ["commit", "-q", "-m", "next"]] {
                    let run = try place.git(command)
                    #expect(!place.vectorPlace.isCanaryThere, "git \(command): \(run.errors)\n\(ending.text)")
                }
            case .tree:
                // It is there, so that what keeps it from being run is that no git is.
                #expect(scene.read("own/config") != nil || scene.read("own/.git/config") != nil || scene.read("sub/.git/config") != nil)
            }
        }
    }

    @Test func `there are thirty-three, and twenty-nine of them run on a plain git`() {
        let counted = GitVector.all.filter { Int($0.number) != nil }
        #expect(counted.map(\.number) == (1...33).map { "\($0)" })
        #expect(counted.count { $0.isRunByPlainGit } == 29)
        #expect(GitVector.all.dropFirst(33).map(\.number) == ["g1", "g2", "r1", "r2"])
    }
}
