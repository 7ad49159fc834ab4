// What is remembered of packs that passed: for their bytes alone, and for nobody who could have written it in our place.

import ForgeCore
import ForgeRules
import ForgeSystem
import ForgeTestSupport
import Glibc
import Testing

@testable import forge

@Suite struct CheckedPackTests {
    private static let pack = PackFile(layer: .operator, name: "house.yml", bytes: Array("version: 1".utf8))

    private func inCache(_ work: (CheckedPacks, String) throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let place = folder.path(of: "cache/forge")
            try work(PatternCache(folder: place).checkedPacks, place)
        }
    }

    private func marks(_ folder: String) throws -> [String] {
        try Files.entries(of: Array(folder.utf8)).map { "\(folder)/" + String(decoding: $0.name, as: UTF8.self) }
    }

    @Test func `a pack that was kept holds, and no other`() async throws {
        try await inCache { checked, folder in
            #expect(!checked.holds(Self.pack))
            checked.keep(Self.pack)
            #expect(checked.holds(Self.pack))
            var other = Self.pack
            other.bytes.append(0x0A)
            #expect(!checked.holds(other))
            other = Self.pack
            other.layer = .repository
            #expect(!checked.holds(other))
            let count = try marks(folder).count
            #expect(count == 1)
        }
    }

    @Test func `a mark that is damaged, or open to others, holds nothing`() async throws {
        try await inCache { checked, folder in
            checked.keep(Self.pack)
            let mark = try #require(try marks(folder).first)
            #expect(unsafe chmod(mark, 0o666) == 0)
            #expect(!checked.holds(Self.pack))
            checked.keep(Self.pack)
            #expect(checked.holds(Self.pack))
            try Files.write([1], to: mark)
            #expect(!checked.holds(Self.pack))
        }
    }

    @Test func `without a folder nothing is remembered, and old marks go`() async throws {
        let none = PatternCache(folder: nil).checkedPacks
        none.keep(Self.pack)
        #expect(!none.holds(Self.pack))
        try await inCache { checked, folder in
            for number in 0..<70 {
                checked.keep(PackFile(layer: .operator, name: "house.yml", bytes: Array("\(number)".utf8)))
            }
            let count = try marks(folder).count
            #expect(count == 64)
        }
    }
}
