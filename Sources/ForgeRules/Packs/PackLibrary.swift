// All packs of all layers, put together: those in the binary, the operator's folder, an organisation's, a repository's. A layer beyond the
// operator's must never replace a pack; it adds to what is there. What is wrong with any of them is told of all at once.

package import ForgeCore
internal import ForgeYAML

/// A pack file as it was found.
package struct PackFile: Sendable {
    package var layer: RuleLayer
    /// As it is shown: `Rules/secrets.yml`.
    package var name: String
    package var bytes: [UInt8]

    package init(layer: RuleLayer, name: String, bytes: [UInt8]) {
        self.layer = layer
        self.name = name
        self.bytes = bytes
    }
}

/// Everything wrong with the packs that were given; the rules that would be in force without them are not meant.
package struct PackErrors: Error, Sendable, CustomStringConvertible {
    package let errors: [PackError]

    package init(_ errors: [PackError]) {
        self.errors = errors
    }

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// What is known of packs from runs before this one. It must never know a file by anything but its bytes, nor by what another program found.
package struct CheckedPacks: Sendable {
    /// Whether its patterns compile and its examples do what they show.
    package var holds: @Sendable (PackFile) -> Bool
    package var keep: @Sendable (PackFile) -> Void

    package init(holds: @escaping @Sendable (PackFile) -> Bool, keep: @escaping @Sendable (PackFile) -> Void) {
        self.holds = holds
        self.keep = keep
    }

    package static let none = Self(holds: { _ in false }, keep: { _ in })
}

package struct PackLibrary: Sendable {
    /// Packs with a schema of their own: they are read by their own part of the rules.
    package static let otherPacks: Set<String> = ["commands", "models", "scope"]

    package private(set) var packs: [PatternPack] = []
    /// Files of packs with a schema of their own, by the pack's name; the operator's in place of the one in the binary.
    package private(set) var others: [String: PackFile] = [:]
    private let runsExamples: Bool
    private let keepsExamples: Bool
    private let checked: CheckedPacks

    /// Reads and checks the files, the farthest layer first. Packs in the binary are taken to be right: their tests run every example.
    ///
    /// With `runsExamples: false` patterns are not compiled and examples not run: for the command that does both and shows what fails.
    /// With `keepsExamples: false` rules of packs that are known to be right have none: putting them together takes longer than the rest.
    package init(
        _ files: [PackFile], runsExamples: Bool = true, keepsExamples: Bool = true, checked: CheckedPacks = .none
    ) throws(PackErrors) {
        self.runsExamples = runsExamples
        self.keepsExamples = keepsExamples
        self.checked = checked
        var errors: [PackError] = []
        for layer in RuleLayer.allCases {
            for file in files where file.layer == layer {
                do throws(PackError) {
                    try add(file)
                } catch {
                    errors.append(error)
                }
            }
        }
        errors += duplicates()
        guard errors.isEmpty else { throw PackErrors(errors) }
    }

    package func pack(_ name: String) -> PatternPack? { packs.first { $0.name == name } }

    /// More rules of a repository, such as the patterns of its `.forge.yml`.
    package mutating func add(_ pack: PatternPack) throws(PackErrors) {
        var widened = self
        do throws(PackError) {
            try widened.place(pack.checked())
        } catch {
            throw PackErrors([error])
        }
        let errors = widened.duplicates()
        guard errors.isEmpty else { throw PackErrors(errors) }
        self = widened
    }

    private mutating func add(_ file: PackFile) throws(PackError) {
        // What is in the binary is what it is called, and the largest of them is not needed by most.
        if file.layer == .builtIn, let name = Self.otherPacks.first(where: { file.name.hasSuffix("/\($0).yml") }) {
            others[name] = file
            return
        }
        let tree = try packTree(file.bytes, file: file.name, limits: .of(file.layer))
        if let name = packName(tree), Self.otherPacks.contains(name) { return try addOther(file, name) }
        let isKnown = file.layer == .builtIn || checked.holds(file)
        let pack = try PatternPack(
            tree: tree, file: file.name, layer: file.layer, readsExamples: keepsExamples || !isKnown)
        guard runsExamples, !isKnown else { return try place(pack) }
        try place(pack.checked())
        checked.keep(file)
    }

    private mutating func addOther(_ file: PackFile, _ name: String) throws(PackError) {
        guard file.layer <= .operator else {
            throw PackError(name: file.name, "the pack '\(name)' is the operator's alone")
        }
        others[name] = file
    }

    private mutating func place(_ pack: PatternPack) throws(PackError) {
        guard let index = packs.firstIndex(where: { $0.name == pack.name }) else {
            packs.append(pack)
            return
        }
        guard pack.layer == .operator, packs[index].layer == .builtIn else {
            throw PackError(
                name: pack.file, "there is already a pack '\(pack.name)', \(packs[index].file): a pack of this layer has a name of its own")
        }
        packs[index] = pack
    }

    private func duplicates() -> [PackError] {
        var first: [String: RuleOrigin] = [:]
        var errors: [PackError] = []
        for pack in packs {
            var problems: [PackProblem] = []
            for rule in pack.rules {
                if let other = first[rule.id], other.file != pack.file {
                    let message = "there is already a rule '\(rule.id)' in \(other.file), line \(other.line ?? 1)"
                    problems.append(PackProblem(line: rule.origin.line ?? 1, column: 1, message: message))
                }
                first[rule.id] = rule.origin
            }
            if !problems.isEmpty { errors.append(PackError(name: pack.file, problems: problems)) }
        }
        return errors
    }
}

extension PatternPack {
    /// The pack, if its patterns compile and every example does what it shows.
    package func checked() throws(PackError) -> PatternPack {
        let failures = try exampleReport().failures
        guard failures.isEmpty else {
            throw PackError(
                name: file, problems: failures.map { PackProblem(line: $0.line, column: 1, message: "\($0.rule): \($0.message)") })
        }
        return self
    }
}

extension PackError {
    /// Of the file as a whole.
    init(name: String, _ message: String) {
        self.init(name: name, problems: [PackProblem(line: 1, column: 1, message: message)])
    }
}

/// What a file says of itself, before anything else is read.
private func packName(_ tree: YAMLNode) -> String? {
    guard case .mapping(let entries) = tree.content, let entry = entries.first(where: { $0.key == "pack" }),
        case .scalar(let scalar) = entry.value.content
    else { return nil }
    return scalar.text
}
