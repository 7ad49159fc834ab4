// Packs that were found to be right, remembered in the folder of the compiled rules, so that only the first run compiles each pattern and runs
// each example. A mark must never hold for other bytes, nor for another build of the program, whose checks may judge otherwise.

import ForgeCore
import ForgeCrypto
import ForgeRules
import ForgeSystem

extension PatternCache {
    private static let markPrefix = "passed-"
    private static let marksMax = 64

    /// Nothing that goes wrong here is told: it costs time, and the compiled rules have the same folder and say why.
    var checkedPacks: CheckedPacks {
        guard let folder, let program = Self.program else { return .none }
        @Sendable func mark(_ file: PackFile) -> (path: String, key: [UInt8]) {
            let key = SHA256.digest(program + Array(file.layer.rawValue.utf8) + [0] + file.bytes)
            return ("\(folder)/\(Self.markPrefix)\(Hex.encode(Array(key.prefix(8))))", key)
        }
        return CheckedPacks(
            holds: { file in
                let (path, key) = mark(file)
                // A mark that cannot be read is none.
                return (try? Self.contents(of: path)) == key
            },
            keep: { file in
                let (path, key) = mark(file)
                // See above.
                try? write(key, to: path, in: folder, filesMax: Self.marksMax, prefix: Self.markPrefix)
            })
    }

    /// What tells this build from others.
    private static var program: [UInt8]? {
        // Without them nothing is remembered.
        guard let facts = try? Files.facts(Array(ProcessFacts.executablePath.utf8), followsSymlink: true) else { return nil }
        return SHA256.digest(Array("\(forgeVersion) \(facts.byteCount) \(facts.changedAt)".utf8))
    }
}
