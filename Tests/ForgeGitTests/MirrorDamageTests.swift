// Mirrors that something happened to: killed processes, damaged files, full disks. Each ends with a mirror that can be read.

import ForgeCore
import ForgeGit
import ForgeTestSupport
import Foundation
import Testing

@Suite struct MirrorDamageTests {
    private let scene: MirrorScene
    private let head: String

    init() throws {
        scene = try MirrorScene()
        for number in 0..<3 {
            try scene.origin.write("a\(number).txt", (0..<200).map { "line \($0 * number)\n" }.joined())
            try scene.origin.commit()
        }
        head = try scene.origin.git(["rev-parse", "HEAD"])
    }

    enum Damage: String, CaseIterable, Sendable {
        case packGone, packEmpty, packCut, packChanged, indexEmpty, refEmpty, headEmpty, headGone, configurationBroken, objectsGone,
            everythingGone
    }

    private func apply(_ damage: Damage, to repository: String) throws {
        let manager = FileManager.default
        func all(_ ending: String) throws -> [URL] {
            let found = scene.files.filter { $0.hasSuffix(ending) }
            #expect(!found.isEmpty)
            for file in found { try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file) }
            return found.map { URL(filePath: $0) }
        }
        switch damage {
        case .packGone: for file in try all(".pack") { try manager.removeItem(at: file) }
        case .packEmpty: for file in try all(".pack") { try Data().write(to: file) }
        case .packCut: for file in try all(".pack") { try Data(try Data(contentsOf: file).dropLast(120)).write(to: file) }
        case .packChanged:
            for file in try all(".pack") {
                var bytes = try Data(contentsOf: file)
                for place in stride(from: 20, to: bytes.count - 20, by: 7) { bytes[place] ^= 0x55 }
                try bytes.write(to: file)
            }
        case .indexEmpty: for file in try all(".idx") { try Data().write(to: file) }
        case .refEmpty:
            for file in scene.files where file.contains("/refs/forge/remote/") { try Data().write(to: URL(filePath: file)) }
        case .headEmpty: try Data().write(to: URL(filePath: "\(repository)/HEAD"))
        case .headGone: try manager.removeItem(atPath: "\(repository)/HEAD")
        case .configurationBroken: try Data("[core\n".utf8).write(to: URL(filePath: "\(repository)/config"))
        case .objectsGone: try manager.removeItem(atPath: "\(repository)/objects")
        case .everythingGone: try manager.removeItem(atPath: repository)
        }
    }

    @Test(arguments: Damage.allCases) func `a damaged mirror is built anew`(_ damage: Damage) async throws {
        let request = try scene.request(["refs/heads/main"], [head])
        let before = try scene.mirrors()
        await (try before.fetch(request)).release()
        try apply(damage, to: try #require(scene.repositories.first))
        let mirrors = try scene.mirrors()
        var tries = 0
        var count: Int?
        while count == nil, tries < 2 {
            tries += 1
            do {
                let snapshot = try await mirrors.fetch(request)
                count = try await snapshot.diff(from: nil, to: request.commits[0]).files.count
                await snapshot.release()
            } catch {
                #expect(error.kind == .unavailable, "\(error)")
            }
        }
        #expect(count == 3)
        if damage != .everythingGone, damage != .headEmpty { #expect(scene.log.text.contains("damaged"), "\(scene.log.text)") }
        let files = try await mirrors.fetch(request).files(in: [RepositoryPath(bytes: [])], at: request.commits[0])
        #expect(files.count == 3)
    }

    @Test func `damage that only a reader meets is mended by the next fetch`() async throws {
        let request = try scene.request(["refs/heads/main"], [head])
        let mirrors = try scene.mirrors()
        let snapshot = try await mirrors.fetch(request)
        // The commit and its tree are there; a file is not.
        let git = GitProgram(in: try #require(scene.repositories.first))
        let pack = try #require(scene.packs.first)
        let aside = "\(scene.origin.path)/aside.pack"
        try FileManager.default.moveItem(atPath: pack, toPath: aside)
        try FileManager.default.removeItem(atPath: pack.replacing(".pack", with: ".idx"))
        try git.run(["unpack-objects", "-q"], input: Array(try Data(contentsOf: URL(filePath: aside))))
        let blob = try scene.origin.git(["rev-parse", "HEAD:a1.txt"])
        try FileManager.default.removeItem(atPath: "\(git.folder)/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
        let error = await scene.failure { _ = try await snapshot.file(RepositoryPath("a1.txt"), at: request.commits[0], bytesMax: 1 << 20) }
        #expect(error?.kind == .unavailable && error?.isPassing == true, "\(String(describing: error))")
        let next = try await mirrors.fetch(request)
        #expect(try await next.file(RepositoryPath("a1.txt"), at: request.commits[0], bytesMax: 1 << 20) != nil)
        #expect(scene.log.lines(.warning).count == 2)
    }

    @Test func `a reader of a mirror that was replaced does not have the new one built again`() async throws {
        let request = try scene.request(["refs/heads/main"], [head])
        let mirrors = try scene.mirrors()
        let old = try await mirrors.fetch(request)
        try apply(.refEmpty, to: try #require(scene.repositories.first))
        await (try await mirrors.fetch(scene.request())).release()
        let count = scene.log.lines(.warning).count
        #expect(count == 1)
        let error = await scene.failure { _ = try await old.diff(from: nil, to: request.commits[0]) }
        #expect(error == nil || error?.kind == .unavailable, "\(String(describing: error))")
        _ = try await mirrors.fetch(request)
        #expect(scene.log.lines(.warning).count == count)
    }

    @Test func `what a killed process leaves is swept, and nothing of it is believed`() async throws {
        let request = try scene.request(["refs/heads/main"], [head])
        await (try await scene.mirrors().fetch(request)).release()
        let repository = try #require(scene.repositories.first)
        let pack = try #require(scene.packs.first)
        let half = Data(try Data(contentsOf: URL(filePath: pack)).prefix(300))
        // In the middle of a pack; after a pack and before its index; before the refs; while a mirror was made, or removed.
        try half.write(to: URL(filePath: "\(repository)/objects/pack/pack_git2_0123456789abcdef"))
        try half.write(to: URL(filePath: "\(repository)/objects/pack/pack-\(String(repeating: "a", count: 40)).pack"))
        for file in scene.files where file.contains("/refs/forge/remote/") { try FileManager.default.removeItem(atPath: file) }
        let name = try #require(repository.split(separator: "/").last).dropLast(4)
        try FileManager.default.createDirectory(atPath: "\(scene.folder)/trash/\(name)-new/objects", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: "\(scene.folder)/trash/\(name)-old", withIntermediateDirectories: true)
        let snapshot = try await scene.mirrors().fetch(request)
        #expect(try await snapshot.commit(of: "refs/heads/main")?.description == head)
        #expect(scene.packs == [pack])
        #expect(!scene.files.contains { $0.contains("_git2_") || $0.contains("/trash/") })
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scene.folder)/trash").isEmpty)
        #expect(!scene.log.text.contains("damaged"))
    }

    // MARK: Room and order

    private func place(_ name: String) throws -> HostPlace {
        HostPlace(tenant: .local, repository: try #require(RepositoryName("acme/\(name)")))
    }

    @Test func `the least recently used mirror makes room, and never one in use`() async throws {
        try scene.origin.write("large.bin", MirrorScene.noise(60_000))
        try scene.origin.commit()
        let mirrors = try scene.mirrors { $0.bytesMax = 150_000 }
        func open(_ name: String) async throws -> any SourceSnapshot { try await mirrors.fetch(scene.request(place: place(name))) }
        let kept = try await open("first")
        await (try await open("second")).release()
        #expect(scene.repositories.count == 2)
        await (try await open("third")).release()
        let names = scene.repositories.map { $0.split(separator: "/").last ?? "" }
        #expect(
            names.contains { $0.hasPrefix("acme-first") } && names.contains { $0.hasPrefix("acme-third") } && names.count == 2, "\(names)")
        #expect(scene.log.text.contains("made room"))
        #expect(try await kept.files(in: [RepositoryPath(bytes: [])], at: #require(kept.commit(of: "refs/heads/main"))).count == 4)
        await kept.release()
        await (try await open("second")).release()
        #expect(!scene.repositories.contains { $0.contains("acme-first") })
    }

    @Test func `many packs become few, and every object stays`() async throws {
        let mirrors = try scene.mirrors { $0.packsMax = 4 }
        var heads: [String] = []
        for number in 0..<14 {
            try scene.origin.write("n\(number % 3).txt", "number \(number)\n")
            heads.append(try scene.origin.commit())
            await (try await mirrors.fetch(scene.request(["refs/heads/main"], [heads[number]]))).release()
            #expect(scene.packs.count <= 6)
        }
        try GitProgram(in: try #require(scene.repositories.first)).run(["fsck", "--full", "--strict", "--no-dangling"])
        let snapshot = try await mirrors.fetch(scene.request(["refs/heads/main"], heads))
        for head in heads { #expect(try await snapshot.contains(scene.sha(head))) }
        #expect(!scene.log.text.contains("damaged"))
    }

    @Test func `packs are left alone while somebody reads`() async throws {
        let mirrors = try scene.mirrors { $0.packsMax = 1 }
        let reader = try await mirrors.fetch(scene.request())
        for number in 0..<3 {
            try scene.origin.write("n.txt", "number \(number)\n")
            try scene.origin.commit()
            await (try await mirrors.fetch(scene.request())).release()
        }
        #expect(scene.packs.count == 4)
        await reader.release()
        try scene.origin.write("n.txt", "last\n")
        try scene.origin.commit()
        await (try await mirrors.fetch(scene.request())).release()
        #expect(scene.packs.count == 2)
    }

    @Test func `what no ref leads to goes when the mirror is put in order, but for what is kept`() async throws {
        let mirrors = try scene.mirrors()
        var old: [String] = []
        for number in 0..<4 {
            try scene.origin.write("big.txt", (0..<400).map { "\($0 * (number + 3) * 7_919)\n" }.joined())
            try scene.origin.git(["add", "-A"])
            try scene.origin.git(["commit", "-q", "--amend", "-m", "Try \(number)"])
            old.append(try scene.origin.git(["rev-parse", "HEAD"]))
            let snapshot = try await mirrors.fetch(scene.request())
            if number == 1 { try await snapshot.keep(scene.sha(old[1]), as: "refs/forge/reviewed/7") }
            await snapshot.release()
        }
        await mirrors.tidy()
        let snapshot = try await mirrors.fetch(scene.request())
        #expect(try await !snapshot.contains(scene.sha(old[0])))
        #expect(try await snapshot.contains(scene.sha(old[1])))
        #expect(try await snapshot.contains(scene.sha(old[3])))
        try GitProgram(in: try #require(scene.repositories.first)).run(["fsck", "--full", "--strict"])
        #expect(scene.packs.count == 1)
    }

    @Test func `of very many refs the oldest are forgotten`() async throws {
        let mirrors = try scene.mirrors { $0.refsMax = 3 }
        var refs: [String] = []
        for number in 0..<6 {
            let tree = try scene.origin.git(["rev-parse", "HEAD^{tree}"])
            let commit = try scene.origin.git(["-c", "user.name=A", "commit-tree", tree, "-m", "\(number)"])
            refs.append("refs/pull/\(number)/head")
            try scene.origin.git(["update-ref", refs[number], commit])
        }
        await (try await mirrors.fetch(scene.request(refs))).release()
        await mirrors.tidy()
        #expect(scene.files.count { $0.contains("/refs/forge/remote/") } == 3)
    }

    @Test func `a commit is kept under names of ours only`() async throws {
        let snapshot = try await scene.mirrors().fetch(scene.request())
        for ref in ["refs/heads/main", "refs/forge/remote/x", "HEAD", "refs/forge/a..b"] {
            #expect(await scene.failure { try await snapshot.keep(scene.sha(head), as: ref) } != nil, "\(ref)")
        }
        let absent = await scene.failure { try await snapshot.keep(scene.sha(String(repeating: "a", count: 40)), as: "refs/forge/x") }
        #expect(absent?.kind == .notFound)
    }
}
