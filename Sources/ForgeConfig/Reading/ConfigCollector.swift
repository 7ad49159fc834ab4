// What the readers of one configuration share: where values come from, and what was found on the way. It must never stop
// at the first problem: a person who mends one line should not learn of the next one only then.

import ForgeYAML

/// One per decoding, on one task.
final class ConfigCollector {
    /// A key in the text that no reader asked for. It is judged at the end, when all keys are known.
    struct UnknownKey {
        let key: String
        let place: KeyPlace
        let position: YAMLPosition
        let siblings: Set<String>
    }

    let environment: [String: String]
    let readFile: ConfigFileReader
    /// Whether every list and every group of names is read once although it is empty, to learn of the keys in it.
    let isDescribing: Bool

    private(set) var table: [KeyDescription] = []
    private var recorded: Set<[String]> = []
    private(set) var problems: [ConfigProblem] = []
    private(set) var warnings: [ConfigProblem] = []
    private(set) var unknownKeys: [UnknownKey] = []
    private(set) var knownVariables: Set<String> = []
    /// The paths of files that hold a credential, with the key that names each: no message shows them.
    private(set) var credentialFiles: [(key: String, path: String)] = []

    init(environment: [String: String], readFile: @escaping ConfigFileReader, isDescribing: Bool = false) {
        self.environment = environment
        self.readFile = readFile
        self.isDescribing = isDescribing
    }

    func record(_ key: KeyDescription) {
        if recorded.insert(key.path).inserted { table.append(key) }
    }

    func report(_ problem: ConfigProblem) { problems.append(problem) }

    func warn(_ warning: ConfigProblem) { warnings.append(warning) }

    func record(credentialFile path: String, of key: String) { credentialFiles.append((key, path)) }

    func report(unknown key: UnknownKey) { unknownKeys.append(key) }

    /// The variable's text. An empty one counts as unset, because that is how containers pass on what nobody set.
    func variable(_ name: String) -> String? {
        knownVariables.insert(name)
        guard let text = environment[name], !text.isEmpty else { return nil }
        return text
    }
}

/// Where a key stands, in the three ways it is spoken of.
struct KeyPlace: Equatable {
    /// For people: `trackers.prod.client_secret`.
    let shown: String
    /// In the table: `["trackers", "[]", "client_secret"]`.
    let path: [String]
    /// `FORGE_TRACKERS_PROD_CLIENT_SECRET`; nil where the environment has no say.
    let variable: String?

    static func root(variable: String?) -> KeyPlace {
        KeyPlace(shown: "", path: [], variable: variable)
    }

    func key(_ name: String) -> KeyPlace {
        child(name, path: name, variable: name)
    }

    /// An element that is known by a name of its own.
    func named(_ name: String, as placeholder: String) -> KeyPlace {
        child(name, path: placeholder, variable: name)
    }

    /// An element that is known by nothing but its number.
    func element(_ index: Int) -> KeyPlace {
        KeyPlace(shown: "\(shown)[\(index)]", path: path + ["[]"], variable: nil)
    }

    func problem(at position: YAMLPosition?, _ what: String, _ advice: String) -> ConfigProblem {
        ConfigProblem(line: position?.line, column: position?.column, key: shown, what: what, advice: advice)
    }

    private func child(_ name: String, path last: String, variable part: String) -> KeyPlace {
        let upperCase = String(part.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        return KeyPlace(
            shown: shown.isEmpty ? name : "\(shown).\(name)", path: path + [last], variable: variable.map { "\($0)_\(upperCase)" })
    }
}
