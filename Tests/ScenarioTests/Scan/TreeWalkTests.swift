// Which files of a tree are read, in which order, and that a walk ends.

import ForgeCore
import ForgeSystem
import ForgeTestSupport
import Foundation
import Glibc
import Testing

@testable import forge

@Suite struct TreeWalkTests {
    @Test func `files come in the order git has them, without what git keeps for itself`() async throws {
        try await ScanRoom.with { room in
            for name in ["b/x", "b.txt", "b-1", "a/z", "a/.git/config", ".git/HEAD", ".gitignore", "b/deep/er/y", "sub/.git"] {
                try room.write("", to: name)
            }
            let walk = try TreeWalk([room.tree])
            #expect(try found(walk).map(\.inRepository.text) == [".gitignore", "a/z", "b-1", "b.txt", "b/deep/er/y", "b/x"])
        }
    }

    @Test func `symlinks are not followed, so a loop is no loop, and pipes are left alone`() async throws {
        try await ScanRoom.with { room in
            try room.write("", to: "a/file")
            let links = [("a/up", ".."), ("a/self", "self"), ("a/out", "/etc"), ("a/file-too", "file")]
            for (name, target) in links {
                try FileManager.default.createSymbolicLink(atPath: "\(room.tree)/\(name)", withDestinationPath: target)
            }
            #expect(unsafe mkfifo("\(room.tree)/pipe", 0o600) == 0)
            var walk = try TreeWalk([room.tree])
            #expect(rest(&walk).compactMap(\.file?.inRepository.text) == ["a/file"])
            #expect(walk.skipped == TreeWalk.Skipped(symlinks: 4, others: 1))
        }
    }

    @Test func `what is named by the caller is followed, whatever slashes it ends in`() async throws {
        try await ScanRoom.with { room in
            try room.write("", to: "real/file")
            try FileManager.default.createSymbolicLink(atPath: "\(room.tree)/link", withDestinationPath: "real")
            for name in ["link", "link/", "real//"] {
                #expect(try found(TreeWalk(["\(room.tree)/\(name)"])).map(\.inRepository.text) == ["file"])
            }
            try FileManager.default.createSymbolicLink(atPath: "\(room.tree)/one", withDestinationPath: "real/file")
            let named = try found(TreeWalk(["\(room.tree)/one"]))
            #expect(named.map(\.inRepository.text) == ["one"] && named[0].isNamed)
        }
    }

    @Test func `a path that is not there, or no file, is told before anything is read`() async throws {
        try await ScanRoom.with { room in
            #expect(throws: SystemError.self) { try TreeWalk([room.tree, "\(room.tree)/missing"]) }
            #expect(throws: SystemError.self) { try TreeWalk(["/dev/null"]) }
        }
    }

    @Test func `a folder that is gone when its turn comes is reported, and the walk goes on`() async throws {
        try await ScanRoom.with { room in
            for name in ["a", "b/x", "c"] { try room.write("", to: name) }
            var walk = try TreeWalk([room.tree])
            #expect(walk.next()?.file?.inRepository.text == "a")
            try FileManager.default.removeItem(atPath: "\(room.tree)/b")
            guard case .unreadable(let path, let error)? = walk.next() else { return #expect(Bool(false), "the folder was passed over") }
            #expect(path.inRepository.text == "b" && error.isMissing)
            #expect(walk.next()?.file?.inRepository.text == "c")
            #expect(walk.next() == nil)
        }
    }

    private func found(_ walk: TreeWalk) throws -> [WalkedPath] {
        var walk = walk
        return rest(&walk).compactMap(\.file)
    }

    private func rest(_ walk: inout TreeWalk) -> [TreeWalk.Item] {
        var items: [TreeWalk.Item] = []
        while let item = walk.next() { items.append(item) }
        return items
    }
}

extension TreeWalk.Item {
    fileprivate var file: WalkedPath? {
        guard case .file(let path) = self else { return nil }
        return path
    }
}

@Suite struct TextKindTests {
    @Test(arguments: [
        ("", TextKind.text), ("plain\r\n\ttext\u{0C}", .text), ("\u{1B}[31mred\u{1B}[0m", .text), ("naïve 日本", .text),
        ("zero\u{0}", .binary), ("\u{1}\u{2}\u{3}\u{4}abc", .binary), (String(repeating: "x", count: 100) + "\u{1}", .text),
        (String(repeating: "x", count: 8192) + "\u{0}", .text),
    ])
    func `text is told by its first bytes`(text: String, kind: TextKind) {
        #expect(TextKind.of(Array(text.utf8).span) == kind)
    }

    @Test func `UTF-16 is told apart from other binary files by its mark`() {
        for bytes: [UInt8] in [[0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61]] { #expect(TextKind.of(bytes.span) == .utf16) }
        #expect(TextKind.of(([0xFF] as [UInt8]).span) == .text)
        #expect(TextKind.of(([0x61, 0x00, 0x62, 0x00] as [UInt8]).span) == .binary)
        #expect(TextKind.of(([0xC3, 0x28, 0xFF, 0xE9] as [UInt8]).span) == .text, "Latin-1 is text, too")
    }

    @Test(arguments: 0..<256)
    func `one byte in ten may be a control, and none a zero, wherever it stands`(byte: Int) {
        let isControl = byte < 0x20 && !(0x07...0x0D).contains(byte) && byte != 0x1B
        for count in [1, 127, 128, 129, 8_191, 8_192] {
            for place in Set([0, 64, 127, 128, count - 1]) where place < count {
                var text = [UInt8](repeating: 0x61, count: count)
                text[place] = UInt8(byte)
                #expect(TextKind.of(text.span) == (byte == 0 || isControl && count == 1 ? .binary : .text))
            }
        }
        var half = [UInt8](repeating: 0x61, count: 1_000)
        for place in 0..<101 { half[place * 9] = UInt8(byte) }
        #expect(TextKind.of(half.span) == (isControl ? .binary : .text))
        half[0] = 0x61
        #expect(TextKind.of(half.span) == (byte == 0 ? .binary : .text), "a tenth is not too much")
    }

    @Test func `behind what is looked at nothing counts`() {
        #expect(TextKind.of(([UInt8](repeating: 0x61, count: 8_192) + [0]).span) == .text)
    }
}
