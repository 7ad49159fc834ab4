// Outputs of real runners, kept as they came but for the folders of the machine: each of a small project with a test of every outcome.

import Foundation

func fixture(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    return [UInt8](try Data(contentsOf: folder.appending(path: name)))
}
