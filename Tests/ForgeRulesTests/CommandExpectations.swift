// The pack as it is shipped, read once, and the one check that most tests make.

import Foundation
import Testing

@testable import ForgeRules

enum ShippedPack {
    static let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Rules/commands.yml").standardized

    static let commands: CommandPack = {
        do {
            return try CommandPack(yaml: [UInt8](Data(contentsOf: path)), name: "Rules/commands.yml")
        } catch {
            fatalError("the shipped pack does not load: \(error)")
        }
    }()

    static let classifier = CommandClassifier(commands)
}

func expect(_ tier: CommandTier, _ command: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let verdict = ShippedPack.classifier.classify(command)
    #expect(
        verdict.tier == tier, "\(command) is \(verdict.tier) by \(verdict.rule ?? "no rule"): \(verdict.why)",
        sourceLocation: sourceLocation)
}
