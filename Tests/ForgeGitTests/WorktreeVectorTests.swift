// The same vectors where no wall was in the way: planted with all rights in a worktree of Forge's, and in the mirror behind it, before
// everything that the port offers is done. No row's canary is made, and a `.git` that the base did not have refuses every step.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

@Suite struct WorktreeVectorTests {
    @Test(arguments: GitVector.all) func `planted without walls, it is run by nothing that Forge does`(_ vector: GitVector) async throws {
        let scene = try MirrorScene()
        try scene.origin.write("a.txt", "one\n")
        try scene.origin.commit("First")
        let link = try GitVectorPlace.gitlink(in: scene.origin.path)
        try scene.origin.git(["update-index", "--add", "--cacheinfo", "160000,\(link),sub"])
        try scene.origin.git(["commit", "-q", "-m", "A gitlink"])
        let host = "\(scene.folder)/host.git"
        let (mirrors, tree) = try await scene.open()
        try scene.origin.git(["clone", "-q", "--bare", scene.origin.path, host])
        let before = try await tree.keep(step: 0)
        let mirror = try #require(scene.repositories.first)
        let place = GitVectorPlace(
            worktree: tree.folder, gitFolder: mirror, commonFolder: mirror, canary: "\(scene.folder)/canary")
        try plant(vector, place, scene)
        if vector.reach == .tree {
            try await checkRefusal(in: tree, scene, before)
            try plant(vector, place, scene)
        }
        await scene.doEverything(mirrors, tree, remotes: [GitRemote(url: host), GitRemote(url: "file://\(host)")])
        await (try? mirrors.fetch(scene.request()))?.release()  // A mirror that the plant spoiled may say no.
        await tree.close()
        #expect(!place.isCanaryThere)
        #expect(!isThere(tree.folder))
    }

    private func plant(_ vector: GitVector, _ place: GitVectorPlace, _ scene: MirrorScene) throws {
        let run = try ProcessRun(
            "/bin/sh", ["-c", place.script(vector)], in: place.worktree, environment: GitVectorPlace.environment(home: scene.folder))
        #expect(String(decoding: run.output, as: UTF8.self) == "planted\n", "\(run.errors)")
    }

    /// Wherever it lies, also where the base has a submodule, and it is gone with the step.
    private func checkRefusal(in tree: any SourceWorktree, _ scene: MirrorScene, _ before: CommitSHA) async throws {
        let found = try #require(["own/.git", "sub/.git", "own"].first { isThere("\(tree.folder)/\($0)") })
        for touched in [Set([RepositoryPath(found)]), nil] {
            let error = await scene.failure { _ = try await tree.keep(step: 1, touched: touched) }
            #expect(error?.kind == .refused && error?.message.contains(found) == true, "\(error.map { "\($0)" } ?? "kept")")
        }
        try await tree.restore(step: 0)
        #expect(!isThere("\(tree.folder)/\(found)"))
        #expect(try await tree.keep(step: 2) == before)
    }
}
