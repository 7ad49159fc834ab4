// What tests claim, before and after: claims taken away, made weaker, or given another expected value in the change that made them fail. Only
// what took the place of a line is compared with it.

internal import ForgeCore

enum AssertionChecks {
    /// A line that claims something.
    private struct Claim {
        var line: Int
        var code: ArraySlice<UInt8>
        var strength: Int
    }

    private struct Side {
        /// Lines that claim something, with their code.
        var claims: [Claim] = []

        init(_ text: ChangedText, _ lines: [Int]) {
            for line in lines where text.lines[line].bytes.count < 2_000 && !text.isAll(.comment, line) {
                let code = text.code(line, keepingStrings: true)
                let strength = TestSyntax.strength(code)
                if strength > 0 { claims.append(Claim(line: line, code: code, strength: strength)) }
            }
        }
    }

    /// Claims of a case that stays are gone, and nothing in the same place claims anything instead.
    static let removed: ChangeCheck = { view in
        tests(view).flatMap { file -> [ChangeHit] in
            let kept = Side(file.new, file.new.lines.indices.filter { file.new.lines[$0].isChanged }).claims
            let lost = Side(file.old, file.old.lines.indices.filter { file.old.lines[$0].isChanged }).claims
            // A file that claims as much as before was rearranged.
            guard lost.count > kept.count else { return [] }
            let left = Set(kept.map { Array($0.code.trimmed) })
            // Hunks that say something new.
            let rewritten = Set(kept.map { file.new.lines[$0.line].hunk })
            let cases = TestSyntax.cases(in: file.old, file.language, changedOnly: false).map(\.line)
            return file.runs.filter { !rewritten.contains($0.hunk) && !isInRemovedCase($0, file, cases) }.compactMap { run in
                guard let (first, count) = loss(run, file, left), !isAboutRemovedCode(first.code, view) else { return nil }
                let words = count == 1 ? "An assertion is" : "\(count) assertions are"
                let code = CaseChecks.shortened(first.code.trimmed.string)
                let place = file.newLine(near: first.line).map { $0...$0 }
                return file.hit(place, message: "\(words) removed and nothing takes the place: `\(code)`.")
            }
        }
    }

    /// The case that the run belongs to, the last one declared above it, goes as a whole or gets another name.
    private static func isInRemovedCase(_ run: ChangedFile.Run, _ file: ChangedFile, _ cases: [Int]) -> Bool {
        guard let last = run.removed.last else { return false }
        var low = 0
        var high = cases.count
        while low < high {
            let middle = (low + high) / 2
            if cases[middle] <= last { low = middle + 1 } else { high = middle }
        }
        guard low > 0, file.old.lines[cases[low - 1]].hunk == run.hunk else { return false }
        return file.old.lines[cases[low - 1]].isChanged
    }

    /// The first claim that a run takes away, and how many there are. Only claims, blanks and comments go: a test that lost its set-up as well
    /// was rewritten.
    private static func loss(_ run: ChangedFile.Run, _ file: ChangedFile, _ left: Set<[UInt8]>) -> (first: Claim, count: Int)? {
        let claims = Side(file.old, run.removed).claims
        guard run.added.count <= 2, claims.count * 2 >= run.removed.count(where: { !file.old.text($0).isBlank }) else { return nil }
        // That nothing is thrown is still claimed by the call itself.
        let missing = claims.filter { claim in
            !claim.code.hasAny(["NoThrow", "nothing_raised", "not.toThrow"]) && !left.contains(Array(claim.code.trimmed))
        }
        return missing.first.map { ($0, missing.count) }
    }

    private static func isAboutRemovedCode(_ code: ArraySlice<UInt8>, _ view: ChangeView) -> Bool {
        !view.removedNames.isEmpty && code.names.contains { view.removedNames.contains(CaseChecks.plain($0)) }
    }

    /// An exact claim became one that hardly can fail, about the same thing.
    static let weakened: ChangeCheck = { view in
        tests(view).flatMap { file -> [ChangeHit] in
            file.runs.compactMap { run in
                let old = Side(file.old, run.removed).claims
                let new = Side(file.new, run.added).claims
                guard !old.isEmpty, !new.isEmpty, exactCount(new) < exactCount(old), new.count <= old.count else { return nil }
                for claim in new where claim.strength == 1 {
                    guard let before = old.first(where: { $0.strength == 3 && isAboutSame($0.code, claim.code) }) else { continue }
                    guard !saysSame(before.code, claim.code) else { continue }
                    let line = file.new.lines[claim.line].number
                    return file.hit(
                        line...line,
                        message: "The assertion claims less than before. It was `\(CaseChecks.shortened(before.code.trimmed.string))`.")
                }
                return nil
            }
        }
    }

    private static func exactCount(_ claims: [Claim]) -> Int {
        claims.count { $0.strength == 3 }
    }

    /// `assertEqual(x, True)` and `assertTrue(x)` claim the same.
    private static func saysSame(_ old: ArraySlice<UInt8>, _ new: ArraySlice<UInt8>) -> Bool {
        old.hasAnyWord(["true", "True", "TRUE"]) || old.hasAnyWord(["false", "False"])
            || old.hasAnyWord(["nil", "None", "null", "NULL", "undefined"])
            || new.has("==") || saysEmpty(old) && (new.has("mpty") || new.has(" not ")) || new.hasAny(["rrorIs", "rrorAs", "rrorContains"])
    }

    private static func saysEmpty(_ code: ArraySlice<UInt8>) -> Bool { code.hasAny(["\"\"", "''", "[]", "{}", "()", ", 0", "== 0"]) }

    /// Most of the names of the new claim stood in the old one.
    private static func isAboutSame(_ old: ArraySlice<UInt8>, _ new: ArraySlice<UInt8>) -> Bool {
        let before = Set(subjects(old))
        let now = Set(subjects(new))
        guard !now.isEmpty else { return false }
        return now.intersection(before).count * 2 > now.count
    }

    private static func subjects(_ code: ArraySlice<UInt8>) -> [String] {
        let frame: Set<String> = [
            "assert", "expect", "self", "t", "to", "be", "not", "require", "equal", "eq", "is", "None", "nil", "null", "true", "True",
            "await", "try", "this",
        ]
        return code.names.filter {
            !frame.contains($0) && !$0.hasPrefix("assert") && !$0.hasPrefix("XCT") && !$0.hasPrefix("toBe") && !$0.hasPrefix("toEq")
                && !$0.hasPrefix("Not") && !$0.hasPrefix("Equal")
        }
    }

    /// The same claim with another literal, while the code under test changed as well: one finding for a file.
    static let expectedChanged: ChangeCheck = { view in
        guard view.changesBehaviour else { return [] }
        return tests(view).compactMap { file in
            guard !file.isAdded else { return nil }
            var changed: [Int] = []
            for run in file.runs where run.removed.count == run.added.count {
                for (removed, added) in zip(run.removed, run.added) where differsInLiteral(file, removed, added) {
                    changed.append(file.new.lines[added].number)
                }
            }
            guard let first = changed.first else { return nil }
            let count = changed.count == 1 ? "An expected value changes" : "\(changed.count) expected values change"
            return file.hit(
                first...first,
                message: "\(count) together with the code under test: the test now agrees with the code, whichever of the two was right.")
        }
    }

    private static func differsInLiteral(_ file: ChangedFile, _ removed: Int, _ added: Int) -> Bool {
        let old = file.old.code(removed, keepingStrings: true)
        let new = file.new.code(added, keepingStrings: true)
        guard old.count < 2_000, new.count < 2_000, TestSyntax.strength(new) == 3, TestSyntax.isAssertion(old) else { return false }
        guard old.filter({ !Byte.isSpace($0) }) != new.filter({ !Byte.isSpace($0) }) else { return false }
        return withoutLiterals(file.old, removed) == withoutLiterals(file.new, added)
    }

    private static func withoutLiterals(_ text: ChangedText, _ index: Int) -> [UInt8] {
        var kept: [UInt8] = []
        for at in text.lines[index].bytes where text.classes[at] == .code {
            let byte = text.bytes[at]
            let isNumber =
                Byte.isDigit(byte) && (kept.last.map { !Byte.isName($0) } ?? true)
                || byte == UInt8(ascii: ".") && kept.last == UInt8(ascii: "0")
            if isNumber {
                if kept.last != UInt8(ascii: "0") { kept.append(UInt8(ascii: "0")) }
            } else if !(Byte.isDigit(byte) && kept.last == UInt8(ascii: "0")) {
                kept.append(byte)
            }
        }
        return kept.filter { !Byte.isSpace($0) }
    }

    private static func tests(_ view: ChangeView) -> [ChangedFile] { view.tests.filter { !$0.isForeign && !$0.isDeleted } }
}
