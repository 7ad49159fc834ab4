// The packs a command works with: those in the binary, and the operator's folder. It must never go on without a pack that does not load.

import ForgeCore
import ForgeResources
import ForgeRules
import ForgeSystem

extension OptionSpecification {
    static let rulesDir = OptionSpecification(
        "rules-dir", "DIR", "a folder of more packs, or of others in place of Forge's (default: $FORGE_RULES_DIR)")
}

struct RulePacks {
    let library: PackLibrary

    /// - Parameter keepsExamples: for who shows them; most only use the rules.
    static func load(
        _ arguments: Arguments, _ context: CommandContext, keepsExamples: Bool = false
    ) throws(CommandFailure) -> RulePacks {
        let folder = arguments.value("rules-dir") ?? context.environment["FORGE_RULES_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        return try load(folder: folder, .forCommands(context.environment), keepsExamples: keepsExamples)
    }

    static func load(folder: String?, _ cache: PatternCache, keepsExamples: Bool = false) throws(CommandFailure) -> RulePacks {
        let files = builtIn + (try operatorFiles(folder))
        do throws(PackErrors) {
            return RulePacks(library: try PackLibrary(files, keepsExamples: keepsExamples, checked: cache.checkedPacks))
        } catch {
            throw .badInput("the packs of rules cannot be used:\n\(error)")
        }
    }

    static var builtIn: [PackFile] {
        Resource.paths.filter { $0.hasPrefix("Rules/") && $0.hasSuffix(".yml") && $0.split(separator: "/").count == 2 }.compactMap { path in
            Resource.bytes(of: path).map { PackFile(layer: .builtIn, name: path, bytes: $0) }
        }
    }

    /// Every `*.yml` of a folder, in the order of their names.
    static func operatorFiles(_ folder: String?) throws(CommandFailure) -> [PackFile] {
        guard let folder else { return [] }
        do throws(SystemError) {
            let names = try Files.entries(of: Array(folder.utf8)).filter { $0.kind != .folder }
                .map { String(decoding: $0.name, as: UTF8.self) }
            var files: [PackFile] = []
            for name in names.sorted() where name.hasSuffix(".yml") && !name.hasPrefix(".") {
                let path = "\(folder)/\(name)"
                files.append(PackFile(layer: .operator, name: path, bytes: try Files.read(path, bytesMax: 16 << 20)))
            }
            return files
        } catch {
            throw .badInput("the packs of rules cannot be read: \(error)")
        }
    }

    func commands() throws(CommandFailure) -> CommandPack {
        guard let file = library.others["commands"] else { preconditionFailure("the pack is in the binary") }
        let pack: CommandPack
        do throws(PackError) {
            pack = try CommandPack(yaml: file.bytes, name: file.name)
        } catch {
            throw .badInput("the packs of rules cannot be used:\n\(error)")
        }
        let failures = file.layer == .builtIn ? [] : pack.exampleFailures()
        guard failures.isEmpty else { throw .badInput(failures.map { $0.text(file: file.name) }.joined(separator: "\n")) }
        return pack
    }

    func scope() throws(CommandFailure) -> ScopePack {
        guard let file = library.others["scope"] else { preconditionFailure("the pack is in the binary") }
        let pack: ScopePack
        do throws(PackError) {
            pack = try ScopePack(yaml: file.bytes, name: file.name, layer: file.layer)
        } catch {
            throw .badInput("the packs of rules cannot be used:\n\(error)")
        }
        let failures = file.layer == .builtIn ? [] : pack.exampleReport().failures
        guard failures.isEmpty else { throw .badInput(failures.map { $0.text(file: file.name) }.joined(separator: "\n")) }
        return pack
    }

    /// The rules that are on, of some packs, compiled now or once before.
    func compiled(_ context: CommandContext, _ isWanted: (PatternRule) -> Bool) throws(CommandFailure) -> RuleSet {
        do throws(PackError) {
            let rules = RuleSelection(library.packs).rulesOn.filter(isWanted)
            return try PatternCache.forCommands(context.environment).ruleSet(rules) { context.note("forge: \($0)") }
        } catch {
            throw .badInput("the packs of rules cannot be used:\n\(error)")
        }
    }
}
