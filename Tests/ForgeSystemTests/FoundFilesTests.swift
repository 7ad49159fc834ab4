// Folders and files as they lie there: odd names, symlinks, pipes, and whom they belong to.

import ForgeSystem
import ForgeTestSupport
import Foundation
import Glibc
import Testing

@Suite struct FoundFilesTests {
    @Test func `a folder tells its names byte for byte and what each of them is`() async throws {
        try await TemporaryFolder.with { folder in
            try Files.write([1], to: folder.path(of: "a\nb"))
            try Files.createFolder(folder.path(of: "sub"))
            try FileManager.default.createSymbolicLink(atPath: folder.path(of: "link"), withDestinationPath: folder.path)
            #expect(unsafe mkfifo(folder.path(of: "pipe"), 0o600) == 0)
            let odd: [UInt8] = [0xFF, 0xFE]
            #expect(open(Array(folder.path.utf8) + [0x2F] + odd) >= 0)
            let entries = try Files.entries(of: Array(folder.path.utf8)).sorted { $0.name.lexicographicallyPrecedes($1.name) }
            #expect(entries.map(\.name) == ["a\nb", "link", "pipe", "sub"].map { Array($0.utf8) } + [odd])
            #expect(entries.map(\.kind) == [.file, .symlink, .other, .folder, .file])
        }
    }

    @Test func `a folder that is missing, or is a file, is an error`() async throws {
        try await TemporaryFolder.with { folder in
            let error = #expect(throws: SystemError.self) { try Files.entries(of: Array(folder.path(of: "no").utf8)) }
            #expect(error?.isMissing == true)
            try Files.write([1], to: folder.path(of: "file"))
            #expect(throws: SystemError.self) { try Files.entries(of: Array(folder.path(of: "file").utf8)) }
        }
    }

    @Test func `a file is read in parts, and a short part is its end`() async throws {
        try await TemporaryFolder.with { folder in
            let path = Array(folder.path(of: "file").utf8)
            try Files.write(Array(0..<10), to: folder.path(of: "file"))
            let file = try FoundFile(path)
            #expect(file.facts.byteCount == 10 && file.facts.kind == .file)
            var buffer = [UInt8](repeating: 99, count: 8)
            #expect(try file.read(into: &buffer, from: 2, to: 8) == 6)
            #expect(buffer == [99, 99, 0, 1, 2, 3, 4, 5])
            #expect(try file.read(into: &buffer, from: 0, to: 8) == 4)
            #expect(buffer.prefix(4) == [6, 7, 8, 9])
            #expect(try file.read(into: &buffer, from: 0, to: 8) == 0)
        }
    }

    @Test func `a symlink is opened only when it may be, and a pipe that nobody writes to keeps nobody waiting`() async throws {
        try await TemporaryFolder.with { folder in
            try Files.write([7], to: folder.path(of: "file"))
            try FileManager.default.createSymbolicLink(atPath: folder.path(of: "link"), withDestinationPath: folder.path(of: "file"))
            let link = Array(folder.path(of: "link").utf8)
            #expect(throws: SystemError.self) { _ = try FoundFile(link).facts }
            #expect(try FoundFile(link, followsSymlink: true).facts.kind == .file)
            #expect(try Files.facts(link).kind == .symlink && (try Files.facts(link, followsSymlink: true)).kind == .file)
            #expect(unsafe mkfifo(folder.path(of: "pipe"), 0o600) == 0)
            #expect(try FoundFile(Array(folder.path(of: "pipe").utf8)).facts.kind == .other)
        }
    }

    @Test func `what others may write is not ours alone`() async throws {
        try await TemporaryFolder.with { folder in
            try Files.write([1], to: folder.path(of: "file"), mode: 0o600)
            let path = Array(folder.path(of: "file").utf8)
            #expect(try Files.facts(path).isOursAlone)
            #expect(unsafe chmod(folder.path(of: "file"), 0o620) == 0)
            #expect(try Files.facts(path).isOursAlone == false)
        }
    }

    @Test func `a renamed file takes the other's place, and removing twice is no error`() async throws {
        try await TemporaryFolder.with { folder in
            try Files.write([1], to: folder.path(of: "new"))
            try Files.write([2], to: folder.path(of: "old"))
            try Files.rename(folder.path(of: "new"), to: folder.path(of: "old"))
            #expect(try Files.read(folder.path(of: "old")) == [1])
            for _ in 0..<2 { try Files.remove(folder.path(of: "old")) }
            #expect(throws: SystemError.self) { try Files.rename(folder.path(of: "old"), to: folder.path(of: "other")) }
        }
    }

    private func open(_ path: [UInt8]) -> Int32 {
        let descriptor = unsafe Glibc.open(path.map { CChar(bitPattern: $0) } + [0], O_CREAT | O_WRONLY, 0o600)
        close(descriptor)
        return descriptor
    }
}
