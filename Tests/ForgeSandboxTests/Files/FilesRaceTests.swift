// Another thread turns a folder into a symlink that leads out, and back, as fast as it can, while every call of the port is at work there. The
// canary outside is never read, written, moved or removed.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Synchronization
import Testing

struct FilesRaceTests {
    /// Exchanges two names again and again until it is told to stop; how often it did.
    private final class Swapper: Sendable {
        private let isOver = Atomic<Bool>(false)
        private let swaps = Atomic<Int>(0)
        private let done = DispatchSemaphore(value: 0)

        init(_ one: String, _ other: String) throws {
            // Two names in two folders, and how.
            typealias Rename = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
            // Proof: this is the C library's own type of the function; it hides its name from programs that do not ask for all of GNU.
            let found = unsafe dlsym(nil, "renameat2")
            guard let symbol = unsafe found else { throw CancellationError() }
            let rename = unsafe unsafeBitCast(symbol, to: Rename.self)
            let thread = Thread {
                while !self.isOver.load(ordering: .relaxed) {
                    // RENAME_EXCHANGE
                    if unsafe rename(AT_FDCWD, one, AT_FDCWD, other, 2) == 0 { self.swaps.add(1, ordering: .relaxed) }
                }
                self.done.signal()
            }
            thread.start()
        }

        func stop() -> Int {
            isOver.store(true, ordering: .relaxed)
            done.wait()
            return swaps.load(ordering: .relaxed)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: FilesScene.allWays)
    func `while a folder is swapped for a symlink nothing outside is reached`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["swap/canary": "inside", "swap/deep/file": "inside", "still": "inside"]) { scene async throws in
            try scene.link("link", to: scene.folder.path(of: "outside"))
            let swapper = try Swapper(scene.real("swap"), scene.real("link"))
            var seen: Set<String> = []
            for round in 0..<1_500 { try await Self.touchAll(scene.files, round, &seen) }
            let swaps = swapper.stop()
            #expect(swaps > 1_000, "\(swaps) swaps are no race")
            #expect(seen.isSubset(of: ["inside", "written"]), "\(seen)")
            try scene.expectCanary()
            #expect(try scene.allNames().allSatisfy { !$0.contains("forge-write") })
        }
    }

    /// Every call once; what was read goes to `seen`. Each may fail, and say why.
    private static func touchAll(_ files: WorkFolder, _ round: Int, _ seen: inout Set<String>) async throws {
        let canary = RepositoryPath("swap/canary")
        var stamp: WorkStamp?
        if let file = try? await files.read(canary, bytesMax: 100) {
            seen.insert(String(decoding: file.bytes, as: UTF8.self))
            stamp = file.stamp
        }
        if let stamp { try? await files.write(Array("written".utf8), to: canary, replacing: stamp) }
        try? await files.write(Array("written".utf8), to: RepositoryPath("swap/new/file"), replacing: nil)
        try? await files.remove(RepositoryPath("swap/new/file"))
        try? await files.move(canary, to: RepositoryPath("swap/moved"))
        try? await files.remove(RepositoryPath("swap/moved"))
        try? await files.write(Array("inside".utf8), to: canary, replacing: nil)
        try? await files.move(RepositoryPath("still"), to: RepositoryPath("swap/still"))
        try? await files.move(RepositoryPath("swap/still"), to: RepositoryPath("still"))
        guard round % 10 == 0 else { return }
        if let found = try? await files.search(WorkSearch(pattern: "^", includesIgnored: true)) {
            for match in found.matches { seen.insert(String(decoding: match.text, as: UTF8.self)) }
        }
        _ = try? await files.search(WorkSearch(pattern: "i", beneath: RepositoryPath("swap")))
        let listed = try? await files.list(RepositoryPath("swap"), depth: 5, includesIgnored: true, entriesMax: 100)
        for entry in listed?.entries ?? [] where entry.size == FilesScene.canary.utf8.count { seen.insert("listed \(entry.path.text)") }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a file swapped for a symlink is neither read nor written through`() async throws {
        try await FilesScene.with(FilesScene.allWays[0], ["file": "inside"]) { scene async throws in
            try scene.link("link", to: scene.folder.path(of: "outside/canary"))
            let swapper = try Swapper(scene.real("file"), scene.real("link"))
            var reads = 0
            for _ in 0..<3_000 {
                guard let file = try? await scene.files.read(RepositoryPath("file"), bytesMax: 100) else { continue }
                reads += 1
                #expect(file.bytes == Array("inside".utf8))
                try? await scene.files.write(file.bytes, to: RepositoryPath("file"), replacing: file.stamp)
            }
            #expect(swapper.stop() > 1_000 && reads > 0)
            try scene.expectCanary()
            #expect(try scene.allNames() == ["file", "link"])
        }
    }
}
