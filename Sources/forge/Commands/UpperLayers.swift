// The layers above a repository's `.forge.yml`, as files that a command is given. Where there is no server, whoever runs the command speaks
// for the operator and the organisation: what they set can be tightened below, and never loosened.

import ForgeConfig
import ForgeSystem

struct UpperLayers: Sendable {
    /// More than a config may have, so that the reader of YAML says how much is too much, as everywhere.
    private static let bytesMax = 64 << 20

    static let specifications: [OptionSpecification] = [
        .init("org", "FILE", "the organisation's .forge.yml, of its .github repository"),
        .init("floor", "FILE", "the operator's floor_file"), .init("defaults", "FILE", "the operator's defaults_file"),
    ]

    /// In the order in which they are laid.
    let layers: [ConfigLayer]

    init(_ arguments: Arguments) throws(CommandFailure) {
        var layers: [ConfigLayer] = []
        if let path = arguments.value("defaults") { layers.append(.defaults(try Self.read(path), file: path)) }
        if let path = arguments.value("floor") { layers.append(.floor(try Self.read(path), file: path)) }
        if let path = arguments.value("org") { layers.append(.organisation(try Self.read(path), file: path)) }
        self.layers = layers
    }

    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        do {
            return try Files.read(path, bytesMax: bytesMax)
        } catch {
            throw .badInput("\(path) cannot be read: \(error.message)")
        }
    }
}
