// `{a,b}` and `{1..3}`. It must never make more than a fixed number of words: past that the word stays as it is, unknown.

enum BraceExpansion {
    static let wordsMax = 256
    static let atomsMax = 1024

    /// The alternatives of a word given in pieces; only literal pieces hold live braces.
    static func expand(_ pieces: [ExpandedPiece]) -> [[ExpandedPiece]] {
        guard pieces.contains(where: { $0.isLiteral && $0.text.utf8.contains(Byte.openBrace) }) else { return [pieces] }
        var budget = wordsMax
        let all = atoms(of: pieces)
        guard all.count <= atomsMax, let words = expand(all, depth: 0, budget: &budget) else {
            return [[ExpandedPiece(text: String(Argument.unknownPiece))]]
        }
        return words.map {
            $0.map { atom in if case .piece(let piece) = atom { piece } else { ExpandedPiece(text: atom.text, isLiteral: true) } }
        }
    }

    private enum Atom {
        case open, comma, close
        case piece(ExpandedPiece)

        var text: String {
            switch self {
            case .open: "{"
            case .comma: ","
            case .close: "}"
            case .piece(let piece): piece.text
            }
        }
    }

    private static func atoms(of pieces: [ExpandedPiece]) -> [Atom] {
        var atoms: [Atom] = []
        for piece in pieces {
            guard piece.isLiteral else {
                atoms.append(.piece(piece))
                continue
            }
            var run = ""
            func flush() {
                if !run.isEmpty { atoms.append(.piece(ExpandedPiece(text: run, isLiteral: true))) }
                run = ""
            }
            for character in piece.text {
                switch character {
                case "{":
                    flush()
                    atoms.append(.open)
                case ",":
                    flush()
                    atoms.append(.comma)
                case "}":
                    flush()
                    atoms.append(.close)
                default: run.append(character)
                }
            }
            flush()
        }
        return atoms
    }

    /// Nil when there would be too many.
    private static func expand(_ atoms: [Atom], depth: Int, budget: inout Int) -> [[Atom]]? {
        guard depth < 16, let group = firstGroup(atoms) else {
            budget -= 1
            return depth < 16 && budget >= 0 ? [atoms] : nil
        }
        let before = Array(atoms[..<group.open])
        let after = Array(atoms[(group.close + 1)...])
        guard let tails = expand(after, depth: depth + 1, budget: &budget) else { return nil }
        var words: [[Atom]] = []
        for choice in group.choices {
            guard let middles = expand(choice, depth: depth + 1, budget: &budget) else { return nil }
            for middle in middles { for tail in tails { words.append(before + middle + tail) } }
            guard words.count <= wordsMax else { return nil }
        }
        return words
    }

    private struct Group {
        var open: Int
        var close: Int
        var choices: [[Atom]]
    }

    private static func firstGroup(_ atoms: [Atom]) -> Group? {
        guard let last = atoms.lastIndex(where: { if case .close = $0 { true } else { false } }) else { return nil }
        for (index, atom) in atoms[..<last].enumerated() {
            if case .open = atom, let group = group(atoms, from: index) { return group }
        }
        return nil
    }

    private static func group(_ atoms: [Atom], from open: Int) -> Group? {
        var choices: [[Atom]] = [[]]
        var nesting = 0
        for index in (open + 1)..<max(atoms.count, open + 1) {
            switch atoms[index] {
            case .close where nesting == 0:
                if choices.count > 1 { return Group(open: open, close: index, choices: choices) }
                return sequence(choices[0]).map { Group(open: open, close: index, choices: $0) }
            case .comma where nesting == 0:
                choices.append([])
                continue
            case .open: nesting += 1
            case .close: nesting -= 1
            default: break
            }
            choices[choices.count - 1].append(atoms[index])
        }
        return nil
    }

    /// `1..9`, `a..f`.
    private static func sequence(_ atoms: [Atom]) -> [[Atom]]? {
        guard atoms.count == 1, case .piece(let piece) = atoms[0], piece.isLiteral, let dots = piece.text.range(ofDots: ()) else {
            return nil
        }
        let from = piece.text[..<dots]
        let to = piece.text[piece.text.index(dots, offsetBy: 2)...]
        var texts: [String] = []
        if let first = Int(from), let last = Int(to) {
            guard first.distance(to: last).magnitude < UInt(wordsMax) else { return nil }
            texts = stride(from: first, through: last, by: first <= last ? 1 : -1).map(String.init)
        } else if let first = from.utf8.first, let last = to.utf8.first, from.utf8.count == 1, to.utf8.count == 1 {
            texts = (min(first, last)...max(first, last)).map { String(UnicodeScalar($0)) }
        }
        return texts.isEmpty ? nil : texts.map { [.piece(ExpandedPiece(text: $0, isLiteral: true))] }
    }
}

extension String {
    /// Where two dots stand.
    fileprivate func range(ofDots: Void) -> String.Index? {
        var at = startIndex
        while let dot = self[at...].firstIndex(of: ".") {
            let next = index(after: dot)
            if next < endIndex, self[next] == "." { return dot }
            at = next
        }
        return nil
    }
}
