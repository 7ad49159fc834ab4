// Compiled rules are read from the cache when they may be, and made again whenever they may not.

import ForgeCore
import ForgeCrypto
import ForgePatterns
import ForgeRules
import ForgeSystem
import ForgeTestSupport
import Foundation
import Glibc
import Synchronization
import Testing

@testable import forge

@Suite struct PatternCacheTests {
    @Test func `the second run reads what the first has written, for its owner alone`() async throws {
        try await inCache { cache, folder in
            let rules = try ScanRoom.rules()
            #expect(try notes(cache, rules).isEmpty)
            let file = try #require(try files(folder).first)
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            // Other patterns under the same key: whoever finds them has read the file.
            let key = SHA256.digest(RuleSet.identity(of: rules))
            let other = try PatternDatabase.compile([PatternSource("never"), PatternSource("ever")])
            try Files.write(other.serialized(key: key), to: file)
            let read = try cache.ruleSet(rules) { _ in }
            #expect(RuleScanner(read).scan(Array("plantkey-123456".utf8)).hits.isEmpty)
            #expect(RuleScanner(try RuleSet(rules)).scan(Array("plantkey-123456".utf8)).hits.count == 1)
        }
    }

    @Test(arguments: ["cut", "changed", "foreign", "of other rules"])
    func `a file that is not what was written is told of, and written again`(damage: String) async throws {
        try await inCache { cache, folder in
            let rules = try ScanRoom.rules()
            _ = try notes(cache, rules)
            let file = try #require(try files(folder).first)
            var bytes = try Files.read(file)
            let right = bytes
            switch damage {
            case "cut": bytes.removeLast(bytes.count / 2)
            case "changed": bytes[bytes.count / 2] ^= 1
            case "foreign": bytes = Array("hello".utf8)
            default: bytes = try RuleSet(rules).serializedDatabase(key: [1, 2, 3])
            }
            try Files.write(bytes, to: file)
            let said = try notes(cache, rules)
            #expect(said.count == 1 && said[0].contains("is not used"), "\(said)")
            #expect(try Files.read(file) == right)
            #expect(try notes(cache, rules).isEmpty)
        }
    }

    @Test func `a file that others may write, or that is a symlink, is not read`() async throws {
        try await inCache { cache, folder in
            let rules = try ScanRoom.rules()
            _ = try notes(cache, rules)
            let file = try #require(try files(folder).first)
            #expect(unsafe chmod(file, 0o666) == 0)
            #expect(try notes(cache, rules) == ["\(file) is not used: others may write it"])
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            try Files.rename(file, to: "\(folder)/elsewhere")
            try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "\(folder)/elsewhere")
            #expect(try notes(cache, rules).count == 1)
            #expect(try Files.facts(Array(file.utf8)).kind == .file)
        }
    }

    @Test func `a folder that cannot be written costs a note, and the rules work`() async throws {
        try await TemporaryFolder.with { folder in
            try Files.write([1], to: folder.path(of: "file"))
            let said = Mutex<[String]>([])
            let cache = PatternCache(folder: folder.path(of: "file/forge"))
            let rules = try cache.ruleSet(try ScanRoom.rules()) { note in said.withLock { $0.append(note) } }
            #expect(RuleScanner(rules).scan(Array("plantkey-123456".utf8)).hits.count == 1)
            #expect(said.withLock { $0 }.contains { $0.hasPrefix("compiled rules could not be kept") })
            #expect(try notes(PatternCache(folder: nil), ScanRoom.rules()).count == 1)
        }
    }

    @Test func `sets of rules have files of their own, the oldest of which go`() async throws {
        try await inCache { cache, folder in
            for number in 0..<12 {
                let rules = try ScanRoom.rules(
                    ScanRoom.pack.replacing("planted word", with: "x").replacing("{6}", with: "{6}[a-z]{0,\(number)}"))
                #expect(try notes(cache, rules).isEmpty)
            }
            #expect(try files(folder).count == 8)
            #expect(try Files.entries(of: Array(folder.utf8)).count == 8, "nothing half-written is left")
        }
    }

    @Test func `the folder is the one that XDG names, else below the home`() {
        #expect(PatternCache.forCommands(["XDG_CACHE_HOME": "/x", "HOME": "/h"]).folder == "/x/forge")
        #expect(PatternCache.forCommands(["XDG_CACHE_HOME": "x", "HOME": "/h"]).folder == "/h/.cache/forge")
        #expect(PatternCache.forCommands([:]).folder == nil)
    }

    private func inCache(_ work: (PatternCache, String) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            try await work(PatternCache(folder: folder.path(of: "cache/forge")), folder.path(of: "cache/forge"))
        }
    }

    private func notes(_ cache: PatternCache, _ rules: [PatternRule]) throws -> [String] {
        let said = Mutex<[String]>([])
        _ = try cache.ruleSet(rules) { note in said.withLock { $0.append(note) } }
        return said.withLock { $0 }
    }

    private func files(_ folder: String) throws -> [String] {
        try Files.entries(of: Array(folder.utf8)).map { "\(folder)/" + String(decoding: $0.name, as: UTF8.self) }
            .filter { $0.contains("/patterns-") }
    }
}
