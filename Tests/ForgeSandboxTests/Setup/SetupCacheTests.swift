// What is kept of a setup: by what it was made from, whole or not at all, and not for ever.

import ForgeCore
import ForgeSandbox
import ForgeTestSupport
import Foundation
import Testing

@Suite struct SetupCacheTests {
    private func key(_ number: Int) throws -> SetupKey {
        let hex = String(number, radix: 16)
        return try #require(SetupKey(text: String(repeating: "0", count: 32 - hex.count) + hex))
    }

    private func fill(_ cache: SetupCache, _ key: SetupKey, kibibytes: Int = 64, _ text: String = "made") throws {
        let staged = try cache.stage()
        try Data(text.utf8).write(to: URL(filePath: staged + "/text"))
        try Data(repeating: 7, count: kibibytes << 10).write(to: URL(filePath: staged + "/filling"))
        try cache.publish(staged, as: key)
    }

    private func text(_ cache: SetupCache, _ key: SetupKey) -> String? {
        cache.with(key) { folder in
            folder.flatMap { FileManager.default.contents(atPath: $0 + "/text") }.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test func `the key is the lock files, the commands and the machine, in no order of finding`() {
        func key(_ commands: [String], _ files: [(String, String)], _ machine: String = "bookworm") -> String? {
            SetupKey(
                commands: commands, files: files.map { SetupFile(RepositoryPath($0.0), Array($0.1.utf8)) }, machine: machine,
                digest: { bytes in
                    let hex = bytes.map { String($0, radix: 16) }.joined()
                    return String(repeating: "0", count: 16) + String(hex.suffix(100)) + String(hex.count, radix: 16)
                })?.text
        }
        let plain = key(["npm ci"], [("a/package-lock.json", "1"), ("go.sum", "2")])
        #expect(plain != nil)
        #expect(key(["npm ci"], [("go.sum", "2"), ("a/package-lock.json", "1")]) == plain)
        #expect(key(["npm ci"], [("go.sum", "1"), ("a/package-lock.json", "2")]) != plain)
        #expect(key(["npm install"], [("go.sum", "2"), ("a/package-lock.json", "1")]) != plain)
        #expect(key(["npm", "ci"], [("go.sum", "2"), ("a/package-lock.json", "1")]) != plain)
        #expect(key(["npm ci"], [("go.sum", "2"), ("a/package-lock.json", "1")], "trixie") != plain)
        #expect(key(["npm ci"], []) != key(["npm ci"], [("go.sum", "2")]))
        #expect(key(["npm ci"], [("go.sum", "2"), ("a/package-lock.json", "1"), ("package.json", "1")]) != plain)
        #expect(SetupKey(text: "../../../../etc/passwd") == nil)
    }

    @Test func `an entry is whole, and whoever was first stays`() async throws {
        try await TemporaryFolder.with { folder in
            let cache = try SetupCache(folder: folder.path(of: "setup"))
            #expect(text(cache, try key(1)) == nil)
            try fill(cache, try key(1), "first")
            try fill(cache, try key(1), "second")
            #expect(text(cache, try key(1)) == "first")
            let left = try FileManager.default.subpathsOfDirectory(atPath: folder.path(of: "setup/.staging"))
            #expect(left.filter { $0.contains("/") }.isEmpty)
        }
    }

    @Test func `what a killed forge left half made is gone, what it had made is there, and what another one is at stays`() async throws {
        try await TemporaryFolder.with { folder in
            var half = ""
            do {
                let before = try SetupCache(folder: folder.path(of: "setup"))
                try fill(before, try key(1))
                half = try before.stage()
            }
            var deep = half
            for _ in 0..<300 {
                deep += "/d"
                unsafe mkdir(deep, 0o755)
            }
            unsafe mkdir(half + "/locked", 0o000)
            let after = try SetupCache(folder: folder.path(of: "setup"))
            #expect(!FileManager.default.fileExists(atPath: half))
            #expect(text(after, try key(1)) == "made")
            let staged = try after.stage()
            let beside = try SetupCache(folder: folder.path(of: "setup"))
            #expect(FileManager.default.fileExists(atPath: staged))
            #expect(text(beside, try key(1)) == "made")
        }
    }

    @Test func `a cache that is not used any more leaves nothing but what is kept`() async throws {
        try await TemporaryFolder.with { folder in
            do {
                let cache = try SetupCache(folder: folder.path(of: "setup"))
                try fill(cache, try key(1))
                cache.discard(try cache.stage())
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "setup/.staging")).isEmpty)
        }
    }

    @Test func `too much makes room for the new, from what was not used for longest, never from what is in use`() async throws {
        try await TemporaryFolder.with { folder in
            var limits = SetupLimits()
            limits.bytesMax = 400 << 10
            let cache = try SetupCache(folder: folder.path(of: "setup"), limits: limits)
            let beside = try SetupCache(folder: folder.path(of: "setup"), limits: limits)
            for number in 1...4 { try fill(cache, try key(number), kibibytes: 80) }
            #expect(text(cache, try key(1)) == "made")
            try fill(cache, try key(5), kibibytes: 80)
            #expect(text(cache, try key(2)) == nil)
            #expect(text(cache, try key(1)) == "made")
            #expect(cache.totalBytes <= 400 << 10)
            // By another process as well: locks are the file's, not the object's.
            try beside.with(try key(3)) { held in
                #expect(held != nil)
                try fill(cache, try key(6), kibibytes: 80)
                try fill(cache, try key(7), kibibytes: 80)
                #expect(FileManager.default.fileExists(atPath: held! + "/text"))
            }
            #expect(throws: SandboxError.self) { try fill(cache, try key(8), kibibytes: 500) }
            #expect(text(cache, try key(8)) == nil)
        }
    }
}
