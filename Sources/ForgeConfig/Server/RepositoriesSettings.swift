// What the operator says about all repositories, in two files of the format of `.forge.yml`. A server must never start with a floor that it
// cannot read: it would hold for nobody.

import ForgeCore
import ForgeYAML

package struct RepositoriesSettings: Sendable, Equatable {
    /// The operator's layers, the defaults before the floor; none when no file is named.
    package var layers: [ConfigLayer]
    /// The name of the repository in which an organisation has its own file; empty where none is looked for.
    package var organisationRepository: String

    init(reading reader: inout EntryReader) {
        let defaults = reader.layer(
            "defaults_file", .defaults, example: "/etc/forge/defaults.yml",
            "A file like .forge.yml: what holds where a repository says nothing. It binds nobody.")
        let floor = reader.layer(
            "floor_file", .floor, example: "/etc/forge/floor.yml",
            "A file like .forge.yml: what no repository can loosen. It is nobody's default.")
        layers = [defaults, floor].compactMap { $0 }
        organisationRepository = reader.read(
            "organisation_repository", .text(), ".github",
            "The repository of an organisation whose .forge.yml binds all the others of it; none with ''.")
    }
}

extension EntryReader {
    /// A layer out of a file that a setting names; each of its problems is one of the settings.
    fileprivate mutating func layer(_ name: String, _ role: ConfigLayerRole, example: String, _ doc: String) -> ConfigLayer? {
        guard let text = file(name, holdsCredential: false, example: example, doc) else { return nil }
        let layer = ConfigLayer(ConfigSource(layer: .operator, role: role, file: path(name) ?? name), text: text)
        let problems = EffectiveConfig.load([layer]).problems
        for problem in problems.prefix(20) {
            complain(name, "names a file with a problem: \(problem)", "mend it; 'forge check' shows the line")
        }
        return problems.isEmpty ? layer : nil
    }

    private mutating func path(_ name: String) -> String? {
        guard let source = source(of: name, isList: false), case .scalar(let scalar) = source.node.content else { return nil }
        return scalar.text
    }
}
