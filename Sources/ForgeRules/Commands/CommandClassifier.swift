// The classifier: a command's text in, a verdict with its reason out. The text is judged as a shell would read it, and once more with
// look-alike characters made plain, because whoever reads it sees those. It must never answer `safe` for what it does not understand.

package struct CommandClassifier: Sendable {
    private let pack: CommandPack

    package init(_ pack: CommandPack) { self.pack = pack }

    package func classify(_ command: String) -> CommandVerdict {
        let judgement = judge(command)
        guard let plain = LookAlikes.plain(command) else { return Self.verdict(judgement) }
        let other = judge(plain)
        guard other.tier > judgement.tier else { return Self.verdict(judgement) }
        return CommandVerdict(
            tier: other.tier, rule: other.rule, why: "written with look-alike characters: \(other.why ?? "")", fix: other.fix)
    }

    private func judge(_ command: String) -> Judgement {
        var walk = CommandWalk(pack: pack)
        _ = walk.runText(command)
        return walk.judgement
    }

    private static func verdict(_ judgement: Judgement) -> CommandVerdict {
        CommandVerdict(
            tier: judgement.tier, rule: judgement.rule, why: judgement.why ?? "every command in it is known, and stays within the worktree",
            fix: judgement.fix)
    }

    /// Every rule that fits some command of the text, also those another outranks.
    package func rulesThatFit(_ command: String) -> Set<String> {
        var walk = CommandWalk(pack: pack)
        walk.isNotingRules = true
        _ = walk.runText(command)
        return Set(walk.fitted.map { pack.rules[$0].id })
    }
}

/// Characters that look like those a shell gives a meaning to.
enum LookAlikes {
    /// The text with plain characters in their place; nil when there are none.
    static func plain(_ text: String) -> String? {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return nil }
        var out = String.UnicodeScalarView()
        var isChanged = false
        for scalar in text.unicodeScalars {
            guard let replacement = replacement(scalar) else {
                out.append(scalar)
                continue
            }
            isChanged = true
            if let replacement = replacement { out.append(replacement) }
        }
        return isChanged ? String(out) : nil
    }

    /// Nil: the character is itself. A nil inside: it is not seen at all.
    private static func replacement(_ scalar: UnicodeScalar) -> UnicodeScalar?? {
        switch scalar.value {
        case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0x02D7, 0x2043: return .some("-")
        case 0x2044, 0x2215, 0x29F8, 0x2571, 0x29F6, 0x27CB: return .some("/")
        case 0xFF01...0xFF5E: return .some(UnicodeScalar(scalar.value - 0xFEE0))
        case 0x00A0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: return .some(" ")
        case 0x200B...0x200F, 0x2060...0x2064, 0xFEFF, 0x00AD, 0x202A...0x202E, 0x2066...0x2069, 0xE0000...0xE007F: return .some(nil)
        case 0x02DC, 0x223C, 0x2053: return .some("~")
        case 0x2217, 0x204E, 0x066D: return .some("*")
        case 0x2223, 0x01C0, 0x2758: return .some("|")
        case 0x037E: return .some(";")
        case 0x0430, 0x03B1: return .some("a")
        case 0x0441, 0x03F2: return .some("c")
        case 0x0435: return .some("e")
        case 0x0456: return .some("i")
        case 0x043E, 0x03BF: return .some("o")
        case 0x0440, 0x03C1: return .some("p")
        case 0x0455: return .some("s")
        case 0x0445: return .some("x")
        case 0x0443: return .some("y")
        case 0x04BB: return .some("h")
        case 0x217F, 0x1D426: return .some("m")
        default: return nil
        }
    }
}
