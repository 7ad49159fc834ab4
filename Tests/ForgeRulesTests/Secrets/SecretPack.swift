// The pack of credentials as it is in the binary, for the tests of it.

import ForgeCore
import ForgeResources
import Testing

@testable import ForgeRules

enum SecretPack {
    /// Compiled once: half a second and more.
    static let rules: RuleSet = {
        guard let pack = try? load(), let rules = try? RuleSet(pack.rules) else { preconditionFailure("the pack is in the binary") }
        return rules
    }()

    static func load() throws -> PatternPack {
        let bytes = try #require(Resource.bytes(of: "Rules/secrets.yml"))
        return try PatternPack(yaml: bytes, file: "Rules/secrets.yml", layer: .builtIn)
    }

    /// A line with its `{{…}}` put together, and the ids of the rules that find something in it.
    static func found(in line: String) throws -> Set<String> {
        Set(SecretScanner(rules).scan(try text(line)).hits.map(\.rule.id))
    }

    static func text(_ line: String) throws -> [UInt8] {
        switch ExampleText(bytesMax: 64 << 10).assembled(line) {
        case .success(let bytes): bytes
        case .failure(let problem): throw problem
        }
    }
}
