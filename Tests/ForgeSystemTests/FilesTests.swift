// Whole files, bounded, and the questions asked about paths.

import ForgeTestSupport
import Foundation
import Testing

@testable import ForgeSystem

@Suite struct FilesTests {
    @Test func `what is written is read, and a shorter content leaves nothing of a longer one`() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path(of: "file")
            let long = [UInt8](repeating: 7, count: 200_000)
            try Files.write(long, to: path)
            #expect(try Files.read(path) == long)
            try Files.write([1, 2, 0, 3], to: path)
            #expect(try Files.read(path) == [1, 2, 0, 3])
            try Files.write([], to: path)
            #expect(try Files.read(path).isEmpty)
        }
    }

    @Test func `a file may be as large as the bound and no larger`() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path(of: "file")
            try Files.write([UInt8](repeating: 7, count: 100), to: path)
            #expect(try Files.read(path, bytesMax: 100).count == 100)
            let error = #expect(throws: SystemError.self) { try Files.read(path, bytesMax: 99) }
            #expect(error?.description == "read \(path): larger than 99 bytes")
        }
    }

    @Test func `a file that is not there, and a folder, are errors that say so`() async throws {
        try await TemporaryFolder.with { folder in
            let error = #expect(throws: SystemError.self) { try Files.read(folder.path(of: "missing")) }
            #expect(error?.isMissing == true)
            let other = #expect(throws: SystemError.self) { try Files.read(folder.path) }
            #expect(other?.isMissing == false)
            #expect(throws: SystemError.self) { try Files.write([1], to: folder.path(of: "no/such/folder")) }
        }
    }

    @Test func `a new file has the mode that was asked for`() async throws {
        try await TemporaryFolder.with { folder in
            let (secret, open) = (folder.path(of: "secret"), folder.path(of: "open"))
            try Files.write([1], to: secret, mode: 0o600)
            try Files.write([1], to: open, mode: 0o644)
            #expect(!Files.isReadableByOthers(secret))
            #expect(Files.isReadableByOthers(open))
            #expect(!Files.isReadableByOthers(folder.path(of: "missing")))
        }
    }

    @Test func `a new file is made only where nothing is, not even a link that leads nowhere`() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path(of: "new")
            try Files.createNew([1, 2], at: path, mode: 0o600)
            #expect(try Files.read(path) == [1, 2])
            #expect(!Files.isReadableByOthers(path))
            try FileManager.default.createSymbolicLink(atPath: folder.path(of: "link"), withDestinationPath: folder.path(of: "target"))
            for taken in [path, folder.path(of: "link"), folder.path] {
                let error = #expect(throws: SystemError.self) { try Files.createNew([3], at: taken, mode: 0o600) }
                #expect(error?.isTaken == true, "\(taken)")
            }
            #expect(try Files.read(path) == [1, 2])
            #expect(!Files.exists(folder.path(of: "target")))
        }
    }

    @Test func `what takes a file's place is its owner's alone, and is never written where a link leads`() async throws {
        try await TemporaryFolder.with { folder in
            let (path, other) = (folder.path(of: "file"), folder.path(of: "other"))
            try Files.replace([1], at: path, mode: 0o600)
            #expect(try Files.read(path) == [1])
            try Files.write([2], to: other, mode: 0o644)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: other)
            try Files.replace([3, 3], at: other, mode: 0o600)
            #expect(try Files.read(other) == [3, 3])
            #expect(!Files.isReadableByOthers(path) && !Files.isReadableByOthers(other))

            let link = folder.path(of: "link")
            for target in [path, folder.path(of: "missing")] {
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
                let error = #expect(throws: SystemError.self) { try Files.replace([4], at: link, mode: 0o600) }
                #expect(error?.message.contains("it is a link") == true)
                Files.removeFile(link)
            }
            #expect(try Files.read(path) == [1])
            #expect(!Files.exists(folder.path(of: "missing")))
            try Files.createFolder(folder.path(of: "folder"))
            #expect(throws: SystemError.self) { try Files.replace([5], at: folder.path(of: "folder"), mode: 0o600) }
            let pipe = Pipe()
            try Files.replace([6], at: "/dev/fd/\(pipe.fileHandleForWriting.fileDescriptor)", mode: 0o600)
            #expect(pipe.fileHandleForReading.availableData == Data([6]), "what is no file stays what it is")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.sorted() == ["file", "folder", "other"])
        }
    }

    @Test func `a folder is made with those above it, and again without harm`() async throws {
        try await TemporaryFolder.with { folder in
            let deep = folder.path(of: "a/b//c/")
            try Files.createFolder(deep)
            try Files.createFolder(deep)
            #expect(Files.exists(folder.path(of: "a/b/c")))
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path(of: "a"))[.posixPermissions] as? Int
            #expect(mode == 0o700)
            try Files.write([1], to: folder.path(of: "file"))
            #expect(throws: SystemError.self) { try Files.createFolder(folder.path(of: "file/below")) }
        }
    }

    @Test func `temporary folders have names of their own and can be removed with their files`() throws {
        let (one, other) = (try Files.createTemporaryFolder(prefix: "forge-test-"), try Files.createTemporaryFolder(prefix: "forge-test-"))
        #expect(one != other && Files.exists(one) && Files.isWritable(one) && !Files.isReadableByOthers(one))
        try Files.write([1], to: one + "/a")
        Files.removeFolder(one, files: ["a", "never there"])
        Files.removeFolder(other, files: [])
        #expect(!Files.exists(one) && !Files.exists(other))
    }

    @Test func `sizes and free space`() async throws {
        try await TemporaryFolder.with { folder in
            try Files.write([1, 2, 3], to: folder.path(of: "file"))
            #expect(Files.size(folder.path(of: "file")) == 3)
            #expect(Files.size(folder.path(of: "missing")) == nil)
            #expect(try Files.freeBytes(folder.path) > 0)
            #expect(throws: SystemError.self) { try Files.freeBytes(folder.path(of: "missing")) }
        }
    }

    @Test func `this process has a size, a file and an environment`() {
        #expect((ProcessFacts.residentBytes ?? 0) > 1 << 20)
        #expect(ProcessFacts.residentBytes(of: ProcessFacts.identifier) != nil)
        #expect(ProcessFacts.residentBytes(of: Int32.max) == nil)
        #expect(Files.exists(ProcessFacts.executablePath))
        #expect(
            ProcessFacts.libraryFolders.allSatisfy { $0.hasPrefix("/") } && ProcessFacts.libraryFolders.contains { $0.contains("/lib") })
        #expect(Environment.current == ProcessInfo.processInfo.environment)
    }
}
