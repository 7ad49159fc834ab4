// Numbers that were moved the easy way: tolerances that grew, thresholds that fell. A number is compared only with the one whose place it took.

internal import ForgeCore

enum NumberChecks {
    /// Names of tolerances, and whether a greater number claims less.
    private static let tolerances: [(name: String, growsWeaker: Bool)] = [
        ("accuracy:", true), ("delta=", true), ("abs=", true), ("rel=", true), ("abs_tol=", true), ("rel_tol=", true), ("atol=", true),
        ("rtol=", true),
        ("places=", false), ("tolerance", true), ("epsilon", true), ("Epsilon", true), ("EXPECT_NEAR", true), ("ASSERT_NEAR", true),
        ("InDelta", true),
        ("toBeCloseTo", false), ("be_within(", true), ("closeTo", true), ("withinPercent", true), ("maxDiffPixel", true),
        ("failureThreshold", true),
    ]

    /// Settings below which a build fails, and whether the smaller number is the weaker one.
    private static let thresholds: [(name: String, fallsWeaker: Bool)] = [
        ("fail_under", true), ("fail-under", true), ("minimum_coverage", true), ("coverageThreshold", true), ("branches:", true),
        ("\"branches\"", true),
        ("functions:", true), ("\"functions\"", true), ("lines:", true), ("\"lines\"", true), ("statements:", true),
        ("\"statements\"", true),
        ("coverage_threshold", true), ("min_coverage", true), ("min-coverage", true), ("minimum =", true), ("<minimum>", true),
        ("threshold-total", true),
        ("max-warnings", false), ("max-complexity", false), ("max_complexity", false), ("max-line-length", false),
        ("max-statements", false),
        ("max-args", false), ("max-branches", false), ("cyclomatic_complexity", false), ("complexity", false),
    ]

    static let tolerancesWidened: ChangeCheck = { view in
        view.tests.filter { !$0.isForeign && !$0.isDeleted }.flatMap { file in
            weaker(file, tolerances.map { ($0.name, $0.growsWeaker) }).map { line, old, new in
                file.hit(line...line, message: "The test allows more than before: \(old) became \(new).")
            }
        }
    }

    static let thresholdsLowered: ChangeCheck = { view in
        view.files.filter { isSetting($0) }.flatMap { file in
            weaker(file, thresholds.map { ($0.name, !$0.fallsWeaker) }).map { line, old, new in
                file.hit(line...line, message: "A threshold that builds are held to is weaker than before: \(old) became \(new).")
            } + droppedLimits(file)
        }
    }

    private static func isSetting(_ file: ChangedFile) -> Bool {
        guard !file.traits.isVendored, !file.traits.isLockFile, !file.isDeleted else { return false }
        switch file.language {
        case .yaml, .toml, .json, .ini, .xml, .makefile, .shell: return true
        case .javascript, .typescript: return file.path.nameText.has("config") || file.path.nameText.hasPrefix(".eslintrc")
        default: return [".simplecov", "build.gradle", "build.gradle.kts", "Rakefile"].contains(file.path.nameText)
        }
    }

    /// Lines that took another's place and whose number moved to the weaker side.
    private static func weaker(_ file: ChangedFile, _ names: [(String, Bool)]) -> [(line: Int, old: String, new: String)] {
        file.runs.flatMap { run -> [(line: Int, old: String, new: String)] in
            pairs(run, file).compactMap { old, new, number in
                guard let (name, growsWeaker) = names.first(where: { old.has($0.0) && new.has($0.0) }) else { return nil }
                guard let before = Self.number(old, behind: name), let now = Self.number(new, behind: name) else { return nil }
                guard growsWeaker ? now.value > before.value : now.value < before.value else { return nil }
                return (number, before.text, now.text)
            }
        }
    }

    /// The lines of a run that are the same but for their numbers; or line by line, when as many came as went.
    private static func pairs(_ run: ChangedFile.Run, _ file: ChangedFile) -> [(old: ArraySlice<UInt8>, new: ArraySlice<UInt8>, line: Int)]
    {
        guard !run.removed.isEmpty, !run.added.isEmpty, run.removed.count <= 200 else { return [] }
        let added = run.added.filter { file.new.lines[$0].bytes.count < 1_000 }.map {
            (index: $0, code: file.new.code($0, keepingStrings: true))
        }
        return run.removed.enumerated().compactMap { place, removed in
            guard file.old.lines[removed].bytes.count < 1_000 else { return nil }
            let old = file.old.code(removed, keepingStrings: true)
            let plain = withoutDigits(old)
            let isAligned = run.removed.count == run.added.count
            guard
                let new = added.first(where: { withoutDigits($0.code) == plain })
                    ?? (isAligned ? added.first { $0.index == run.added[place] } : nil)
            else {
                return nil
            }
            return (old, new.code, file.new.lines[new.index].number)
        }
    }

    private static func withoutDigits(_ line: ArraySlice<UInt8>) -> [UInt8] {
        line.filter { !Byte.isDigit($0) && $0 != UInt8(ascii: ".") && !Byte.isSpace($0) }
    }

    /// `--cov-fail-under=90` and its like gone from a command that stays.
    private static func droppedLimits(_ file: ChangedFile) -> [ChangeHit] {
        let options = ["--cov-fail-under", "--max-warnings", "fail_under", "--fail-under", "coverageThreshold", "minimum_coverage"]
        return file.runs.compactMap { run in
            for removed in run.removed {
                let old = file.old.code(removed, keepingStrings: true)
                guard let option = options.first(where: old.has), !file.new.bytes[...].has(option) else { continue }
                return file.hit(file.newLine(near: removed).map { $0...$0 }, message: "The threshold `\(option)` is taken away.")
            }
            return nil
        }
    }

    /// The last number behind a name for calls such as `EXPECT_NEAR(a, b, 0.1)`, the first one for `name: 5`.
    private static func number(_ line: ArraySlice<UInt8>, behind name: String) -> (text: String, value: Double)? {
        guard let at = line.first(name) else { return nil }
        let rest = line[(at + name.utf8.count)...]
        let isCall = ["EXPECT_NEAR", "ASSERT_NEAR", "InDelta", "toBeCloseTo", "closeTo"].contains(name)
        let words = rest.split { !(Byte.isName($0) || $0 == UInt8(ascii: ".") || $0 == Byte.minus) }.map(\.string)
        let numbers = words.compactMap { word in decimal(word).map { (word, $0) } }
        return (isCall ? numbers.last : numbers.first).map { (text: $0.0, value: $0.1) }
    }

    private static func decimal(_ text: String) -> Double? {
        let plain = text.filter { $0 != "_" }
        guard let first = plain.utf8.first, Byte.isDigit(first) || first == UInt8(ascii: ".") else { return nil }
        return Double(plain.hasSuffix("f") ? String(plain.dropLast()) : plain)
    }
}
