// One file of the several that decide about a repository, and what its values mean for those below it.

package import ForgeCore

/// What a layer's values do.
package enum ConfigLayerRole: Sendable, Hashable {
    /// They hold where nobody else speaks, and bind nobody: the operator's `defaults_file`.
    case defaults
    /// They bind every layer below, and are nobody's wish: the operator's `floor_file`.
    case floor
    /// They hold, and bind every layer below: the organisation's and the repository's `.forge.yml`.
    case config
}

/// Who speaks.
package struct ConfigSource: Sendable, Hashable {
    package var layer: RuleLayer
    package var role: ConfigLayerRole
    /// As people know it: `.forge.yml`, `acme/.github/.forge.yml`.
    package var file: String

    package init(layer: RuleLayer, role: ConfigLayerRole = .config, file: String) {
        self.layer = layer
        self.role = role
        self.file = file
    }

    func origin(line: Int?) -> RuleOrigin { RuleOrigin(layer: layer, file: file, line: line) }
}

/// A file in the format of `.forge.yml`, as bytes.
package struct ConfigLayer: Sendable, Equatable {
    package var source: ConfigSource
    package var text: [UInt8]

    package init(_ source: ConfigSource, text: [UInt8]) {
        self.source = source
        self.text = text
    }

    /// From the operator's settings.
    package static func defaults(_ text: [UInt8], file: String) -> ConfigLayer {
        ConfigLayer(ConfigSource(layer: .operator, role: .defaults, file: file), text: text)
    }

    /// From the operator's settings.
    package static func floor(_ text: [UInt8], file: String) -> ConfigLayer {
        ConfigLayer(ConfigSource(layer: .operator, role: .floor, file: file), text: text)
    }

    /// From the organisation's `.github` repository.
    package static func organisation(_ text: [UInt8], file: String) -> ConfigLayer {
        ConfigLayer(ConfigSource(layer: .organisation, file: file), text: text)
    }

    /// From the branch that a pull request goes into.
    package static func repository(_ text: [UInt8], file: String = ".forge.yml") -> ConfigLayer {
        ConfigLayer(ConfigSource(layer: .repository, file: file), text: text)
    }
}
