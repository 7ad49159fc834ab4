// Files read and written: byte for byte, as a whole, and never over what somebody else wrote meanwhile.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

struct FilesWritingTests {
    private static func stamp(_ scene: FilesScene, _ path: String) async throws -> WorkStamp {
        try await scene.files.read(RepositoryPath(path), bytesMax: 1 << 20).stamp
    }

    private static let contents: [[UInt8]] = [
        [], Array("no line end".utf8), Array("a\r\nb\r\n".utf8), Array("mixed\r\nline\nends\r".utf8), [0, 1, 2, 255, 0],
        [0xFF, 0xFE, 0x41, 0],
        Array("\u{FEFF}mark".utf8), [0xC3, 0x28, 0xE2, 0x82], [UInt8](repeating: 0x61, count: 1_000_000),
    ]

    @Test(arguments: FilesScene.allWays)
    func `what is written is read again, byte for byte`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways) { scene async throws in
            for (number, bytes) in Self.contents.enumerated() {
                let path = RepositoryPath("new/folder \(number)/file")
                try await scene.files.write(bytes, to: path, replacing: nil)
                let read = try await scene.files.read(path, bytesMax: 1 << 20)
                #expect(read.bytes == bytes)
                #expect(!read.isExecutable)
                try await scene.files.write(bytes + [10], to: path, replacing: read.stamp)
                #expect(try scene.bytes("new/folder \(number)/file") == bytes + [10])
            }
            #expect(try scene.allNames().allSatisfy { !$0.contains("forge-write") })
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `names of any bytes are files like others`(ways: FilesScene.Ways) async throws {
        let names: [[UInt8]] = [
            Array("line\nend".utf8), [0xFF, 0xFE, 0x80], Array("back\\slash".utf8), Array("esc\u{1B}[2J".utf8), Array("-rf".utf8),
            Array("é".utf8), Array("...".utf8), Array(" ".utf8), [UInt8](repeating: 0x6E, count: 255),
        ]
        try await FilesScene.with(ways) { scene async throws in
            for name in names { try await scene.files.write(name, to: RepositoryPath(bytes: name), replacing: nil) }
            for name in names { #expect(try await scene.files.read(RepositoryPath(bytes: name), bytesMax: 999).bytes == name) }
            let listed = try await scene.files.list(nil, depth: 1, includesIgnored: false, entriesMax: 100)
            #expect(listed.entries.map(\.path.bytes) == names.sorted { $0.lexicographicallyPrecedes($1) })
            for name in names { try await scene.files.remove(RepositoryPath(bytes: name)) }
            #expect(try scene.allNames().isEmpty)
            // An error shows what hides in a name.
            let error = await failure { _ = try await scene.text("esc\u{1B}[2J") }
            #expect(error?.message.contains("esc\\u{1b}[2J") == true && error?.kind == .notFound)
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `a file that changed between read and write is not written`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["a": "one", "same": "one"]) { scene async throws in
            let before = try await Self.stamp(scene, "a")
            try scene.put("a", Array("two, by another".utf8))
            let error = await failure {
                try await scene.files.write([1], to: RepositoryPath("a"), replacing: before)
            }
            #expect(error?.kind == .changed)
            #expect(error?.message == "a was changed after it was read: read it again, then make the change anew")
            #expect(try await scene.text("a") == "two, by another")
            // Of the same length, in the same place, with the time of the last write put back.
            let same = try await Self.stamp(scene, "same")
            let date = try FileManager.default.attributesOfItem(atPath: scene.real("same"))[.modificationDate] as? Date
            let handle = try FileHandle(forWritingTo: URL(filePath: scene.real("same")))
            try handle.write(contentsOf: Data("two".utf8))
            try handle.close()
            try FileManager.default.setAttributes([.modificationDate: try #require(date)], ofItemAtPath: scene.real("same"))
            let second = await failure {
                try await scene.files.write([1], to: RepositoryPath("same"), replacing: same)
            }
            #expect(second?.kind == .changed)
            try FileManager.default.removeItem(atPath: scene.real("same"))
            let third = await failure {
                try await scene.files.write([1], to: RepositoryPath("same"), replacing: same)
            }
            #expect(third?.kind == .changed && !scene.isThere("same"))
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `without a stamp nothing is written over`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["a": "one", "folder/x": "x"]) { scene async throws in
            for path in ["a", "folder"] {
                let error = await failure {
                    try await scene.files.write([1], to: RepositoryPath(path), replacing: nil)
                }
                #expect(error?.kind == .exists, "\(path)")
            }
            let beneath = await failure {
                try await scene.files.write([1], to: RepositoryPath("a/b"), replacing: nil)
            }
            #expect(beneath?.message == "a/b: a is no folder, so nothing is beneath it")
            #expect(try await scene.text("a") == "one")
            #expect(try scene.allNames() == ["a", "folder", "folder/x"])
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `of many that make one file one succeeds, and of many that replace it each step is somebody's`(ways: FilesScene.Ways) async throws
    {
        try await FilesScene.with(ways) { scene async throws in
            let files = scene.files
            let made = await withTaskGroup(of: Bool.self) { group in
                for number in UInt8(0)..<20 {
                    group.addTask {
                        do throws(WorkFileError) {
                            try await files.write([number], to: RepositoryPath("d/new"), replacing: nil)
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 1)
            let stamp = try await Self.stamp(scene, "d/new")
            let replaced = await withTaskGroup(of: Bool.self) { group in
                for number in UInt8(0)..<20 {
                    group.addTask {
                        do throws(WorkFileError) {
                            try await files.write([number, number], to: RepositoryPath("d/new"), replacing: stamp)
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(replaced == 1)
            #expect(try scene.allNames() == ["d", "d/new"])
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `the mode is kept, but the rights of an owner are not`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["run": "#!", "plain": "p", "risen": "r"]) { scene async throws in
            func mode(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: scene.real(path))[.posixPermissions] as? Int
            }
            #expect(unsafe chmod(scene.real("run"), 0o750) == 0)
            #expect(unsafe chmod(scene.real("plain"), 0o600) == 0)
            #expect(unsafe chmod(scene.real("risen"), 0o6755) == 0)
            for path in ["run", "plain", "risen"] {
                let stamp = try await Self.stamp(scene, path)
                try await scene.files.write([65], to: RepositoryPath(path), replacing: stamp)
            }
            #expect(try mode("run") == 0o750)
            #expect(try await scene.kind("run") == .executable)
            #expect(try mode("plain") == 0o600)
            #expect(try mode("risen") == 0o755)
            try await scene.files.write([65], to: RepositoryPath("fresh"), replacing: nil)
            #expect(try mode("fresh") == 0o644)
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `another name of a file elsewhere keeps what it had`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways) { scene async throws in
            #expect(unsafe link(scene.folder.path(of: "outside/canary"), scene.real("hard")) == 0)
            let stamp = try await Self.stamp(scene, "hard")
            try await scene.files.write([65], to: RepositoryPath("hard"), replacing: stamp)
            #expect(try scene.bytes("hard") == [65])
            try scene.expectCanary()
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root gives files away"), arguments: FilesScene.allWays)
    func `what is new belongs to the owner of its folder, what is replaced to whom it did`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["mine": "m"]) { scene async throws in
            func owner(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: scene.real(path))[.ownerAccountID] as? Int
            }
            #expect(unsafe chown(scene.folder.path(of: "tree"), 1234, 1234) == 0)
            #expect(unsafe chown(scene.real("mine"), 4321, 4321) == 0)
            try await scene.files.write([65], to: RepositoryPath("sub/new"), replacing: nil)
            try await scene.files.write([65], to: RepositoryPath("mine"), replacing: try await Self.stamp(scene, "mine"))
            #expect(try owner("sub") == 1234 && owner("sub/new") == 1234 && owner("mine") == 4321)
        }
    }

    @Test func `a large file is refused by its size, before it is read`() async throws {
        try await FilesScene.with { scene async throws in
            try scene.put("large", [])
            #expect(unsafe truncate(scene.real("large"), 1 << 30) == 0)
            let clock = ContinuousClock()
            let start = clock.now
            let error = await failure { _ = try await scene.text("large") }
            #expect(error?.kind == .tooLarge)
            #expect(error?.message.hasPrefix("large has 1073741824 bytes, more than the 1048576 that are read at once") == true)
            #expect(clock.now - start < .seconds(1))
            #expect(try await scene.found(WorkSearch(pattern: "x")).filesSearched == 0)
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `removing and moving leave alone what is not theirs`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["a": "a", "b": "b", "full/x": "x"]) { scene async throws in
            let files = scene.files
            let onto = await failure { try await files.move(RepositoryPath("a"), to: RepositoryPath("b")) }
            #expect(onto?.kind == .exists && onto?.message.hasPrefix("b is there already") == true)
            let moved = await failure { try await files.move(RepositoryPath("full"), to: RepositoryPath("f")) }?.kind
            #expect(moved == .isFolder)
            let removed = await failure { try await files.remove(RepositoryPath("full")) }?.kind
            #expect(removed == .isFolder)
            let gone = await failure { try await files.move(RepositoryPath("c/d"), to: RepositoryPath("e/f")) }
            #expect(gone?.kind == .notFound && !scene.isThere("e"))
            try await files.move(RepositoryPath("a"), to: RepositoryPath("deep/er/a2"))
            try await files.remove(RepositoryPath("b"))
            #expect(try await scene.text("deep/er/a2") == "a")
            #expect(try scene.allNames() == ["deep", "deep/er", "deep/er/a2", "full", "full/x"])
        }
    }

    @Test func `what is not there is answered with what is nearest`() async throws {
        try await FilesScene.with(FilesScene.allWays[0], ["Sources/main.swift": "", "Sources/other.swift": "", "README.md": ""]) {
            scene async throws in
            func message(_ path: String) async -> String? {
                await failure { _ = try await scene.text(path) }?.message
            }
            #expect(await message("Sources/mian.swift") == "Sources/mian.swift: there is no such file; did you mean Sources/main.swift?")
            #expect(await message("Source/main.swift") == "Source/main.swift: there is no folder Source; did you mean Sources?")
            #expect(await message("readme.md") == "readme.md: there is no such file; did you mean README.md?")
            #expect(await message("Sources/zzz") == "Sources/zzz: there is no such file: list Sources to see what is there")
            #expect(await message("qqqqqq") == "qqqqqq: there is no such file: list the worktree to see what is there")
            #expect(await message("Sources") == "Sources is a folder: list it, and name a file in it")
            #expect(await message("README.md/x") == "README.md/x: README.md is no folder, so nothing is beneath it")
            #expect(try await scene.kind("nothing/here") == nil)
            let listed = await failure { _ = try await scene.paths("README.md") }
            #expect(listed?.message == "README.md is a file, not a folder: read it, or list the folder it is in")
        }
    }

    @Test(arguments: FilesScene.allWays)
    func `a folder that may not be written is said to be that, and nothing like it is offered`(ways: FilesScene.Ways) async throws {
        // Nobody, not even root, makes files there.
        let files = try WorkFolder("/sys", options: ways.options)
        let error = await failure { try await files.write([1], to: RepositoryPath("kernels"), replacing: nil) }
        #expect(error?.kind == .unavailable)
        #expect(error?.message == "kernels: the system does not allow to write it: leave it as it is")
    }

    @Test(arguments: FilesScene.allWays)
    func `a folder is removed only when there is nothing in it`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways, ["d/e/f": "x", "file": "y"]) { scene async throws in
            for path in ["d/e", "file", "nowhere"] {
                let error = await failure { try await scene.files.removeFolder(RepositoryPath(path)) }
                #expect(error != nil, "\(path)")
            }
            try await scene.files.remove(RepositoryPath("d/e/f"))
            try await scene.files.removeFolder(RepositoryPath("d/e"))
            #expect(try scene.allNames() == ["d", "file"])
        }
    }

    @Test func `a folder that is not there cannot be opened`() async throws {
        let refused = await failure { _ = try WorkFolder("/nowhere/at/all") }?.kind
        #expect(refused == .unavailable)
    }

    @Test(arguments: FilesScene.allWays)
    func `the way asked for is the way taken`(ways: FilesScene.Ways) async throws {
        try await FilesScene.with(ways) { scene async throws in #expect(scene.files.resolvesInKernel == ways.kernel) }
    }
}
