// What the rules say of a tool's call: commands by what they would do, changes of files by the scope that the configuration sets. The staged
// diff and the tree to be pushed are judged by the same scope again, since here a file is known only by what one call does to it.

import ForgeCore
import ForgeCrew
import ForgeEngine
import ForgeRules

struct RuleToolJudge: ToolJudge {
    private static let ownRule = "tool-unopposed"

    private let classifier: CommandClassifier
    private let commandOrigin: RuleOrigin
    private let scope: ScopePolicy

    init(_ packs: RulePacks, scope: ScopePolicy) throws(CommandFailure) {
        classifier = CommandClassifier(try packs.commands())
        let file = packs.library.others["commands"]
        commandOrigin = RuleOrigin(layer: file?.layer ?? .builtIn, file: file?.name ?? "Rules/commands.yml")
        self.scope = scope
    }

    func verdict(on action: ToolAction) -> Verdict {
        if case .runCommand(let command, _, _) = action { return verdict(onCommand: command) }
        let verdicts = action.scopeCalls.compactMap { call -> Verdict? in
            guard let judgement = scope.verdict(.call(call)).judgements.first else { return nil }
            var verdict = judgement.verdict
            let paths = judgement.paths.prefix(5).map(\.shown).joined(separator: ", ")
            verdict.why = [paths.isEmpty ? verdict.why : "\(paths): \(verdict.why)", judgement.fix].compactMap { $0 }.joined(
                separator: "; ")
            return verdict
        }
        return verdicts.max { $0.decision < $1.decision }
            ?? Verdict(.allow, rule: Self.ownRule, why: "no rule speaks against it", origin: commandOrigin)
    }

    private func verdict(onCommand command: String) -> Verdict {
        let found = classifier.classify(command)
        let decision: Decision =
            switch found.tier {
            case .safe: .allow
            case .destructive: .ask
            case .catastrophic: .deny
            }
        let why = [found.why, found.fix.map { "instead: \($0)" }].compactMap { $0 }.joined(separator: "; ")
        return Verdict(decision, rule: found.rule ?? "command-\(found.tier.rawValue)", why: why, origin: commandOrigin)
    }
}

extension ToolAction {
    /// What it does to each file, in the words of the scope's rules.
    var scopeCalls: [ScopeCall] {
        switch self {
        case .editFile(let path, let edit): [.write(path, content: Array(edit.new.utf8))]
        case .createFile(let path, let text): [.write(path, content: Array(text.utf8))]
        case .deleteFile(let path): [.delete(path)]
        case .moveFile(let path, let other): [.move(path, to: other)]
        case .applyPatch(let patch): patch.files.flatMap(\.scopeCalls)
        default: []
        }
    }
}

extension PatchEnvelope.File {
    fileprivate var scopeCalls: [ScopeCall] {
        switch change {
        case .add(let bytes): return [.write(path, content: bytes)]
        case .delete: return [.delete(path)]
        case .update(let hunks, let other):
            let added = hunks.flatMap(\.lines).filter { $0.kind == .comes }.flatMap { line -> [UInt8] in Array("\(line.text)\n".utf8) }
            return [.write(path, content: added)] + (other.map { [.move(path, to: $0), .write($0, content: added)] } ?? [])
        }
    }
}
