// A data folder of its own for each test, gone when nothing holds it any more; and ways to look at its files and to put others there.

import Foundation

final class StoreFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("forge-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        // What cannot be removed is left to the machine's own cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }

    var database: String { path + "/forge.db" }

    func contents(of name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))) }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name)) }
}
