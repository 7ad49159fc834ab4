// A way to run the tests of a folder: what a person would type, what is run instead so that each test's outcome can be read, and why it was
// chosen. A value: nothing is run here.

package import ForgeCore

package struct TestCandidate: Hashable, Sendable {
    /// Of the table, such as `pytest`; `configured` for a command from `.forge.yml`.
    package var row: String
    /// Nil is the top.
    package var folder: RepositoryPath?
    /// As a person would type it in that folder.
    package var command: String
    /// What makes a fresh worktree ready; it may need the network.
    package var setup: String?
    package var setupFolder: RepositoryPath?
    /// What is run: the command, asked to tell each test's outcome. A report goes to `$FORGE_REPORT`.
    package var measured: String
    /// How its results are read; nil is by whatever marks its output has.
    package var format: TestFormat?
    /// A command that prints the report, once the tests have ended.
    package var collect: String?
    /// What is run for one test, with `{name}` and the like for it; nil when it cannot be asked for.
    package var one: String?
    /// Folders whose programs come first, beneath the folder and beneath the setup's.
    package var programs: [String]
    package var why: String
    package var score: Int

    package init(
        row: String, folder: RepositoryPath? = nil, command: String, setup: String? = nil, setupFolder: RepositoryPath? = nil,
        measured: String? = nil, format: TestFormat? = nil, collect: String? = nil, one: String? = nil, programs: [String] = [],
        why: String, score: Int
    ) {
        self.row = row
        self.folder = folder
        self.command = command
        self.setup = setup
        self.setupFolder = setupFolder ?? folder
        self.measured = measured ?? command
        self.format = format
        self.collect = collect
        self.one = one
        self.programs = programs
        self.why = why
        self.score = score
    }

    package var json: JSON {
        [
            "row": .string(row), "folder": .string(folder?.text ?? "."), "command": .string(command), "setup": JSON(setup),
            "setup_folder": .string(setupFolder?.text ?? "."), "runs": .string(measured), "format": JSON(format?.rawValue),
            "one": JSON(one),
            "why": .string(why),
        ]
    }

    package var canRunOne: Bool { one != nil }

    /// Whether nothing in the tree asks for this runner; it only might do.
    package var isGuess: Bool { row == "unittest" || score < 50 }
}

/// The shell's text for a candidate: programs first, then the tests, then the report behind a mark of this run alone. It keeps apart
/// what is printed by chance; a repository whose tests forge their own results deceives its own people first.
package enum TestScript {
    /// `mark` is lower-case letters and digits, new for each run; `only` is a test of an earlier run of the same candidate.
    package static func text(_ candidate: TestCandidate, only: TestCase? = nil, mark: String) -> String? {
        precondition(mark.utf8.allSatisfy { $0.isDigit || (0x61...0x7A).contains($0) })
        guard let command = only.map({ one(candidate, $0) }) ?? candidate.measured else { return nil }
        var lines: [String] = []
        for folder in candidate.programs {
            lines.append("[ -d \(folder) ] && PATH=\"$PWD/\(folder):$PATH\"")
        }
        lines += [
            "export PATH", "FORGE_REPORT=\"${TMPDIR:-/tmp}/forge-report-\(mark)\"", "export FORGE_REPORT", "(", command, ")",
            "forge_code=$?",
            "printf '\\n%s\\n' '\(boundary(mark))'",
        ]
        if let collect = candidate.collect { lines.append("{ \(collect); } 2>/dev/null") }
        return lines.joined(separator: "\n") + "\nexit $forge_code\n"
    }

    /// The mark's line parts what was printed from the report.
    package static func output(_ bytes: [UInt8], of candidate: TestCandidate, mark: String, isCut: Bool, folders: [String]) -> TestOutput {
        let line = Array("\n\(boundary(mark))\n".utf8)
        guard let place = lastPlace(of: line, in: bytes) else {
            return TestOutput(printed: bytes, report: nil, isCut: isCut, folders: folders)
        }
        let report = candidate.collect == nil ? nil : Array(bytes[(place + line.count)...])
        return TestOutput(printed: Array(bytes[..<place]), report: report, isCut: isCut, folders: folders)
    }

    private static func boundary(_ mark: String) -> String { "forge-report-begins-\(mark)" }

    private static func lastPlace(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        var index = bytes.count - needle.count
        while index >= 0 {
            if bytes[index] == needle[0], bytes[index + needle.count - 1] == needle[needle.count - 1],
                bytes[index..<(index + needle.count)].elementsEqual(needle)
            {
                return index
            }
            index -= 1
        }
        return nil
    }

    /// Nil when it cannot be asked for.
    static func one(_ candidate: TestCandidate, _ test: TestCase) -> String? {
        guard var command = candidate.one, !test.name.contains("\u{0}"), !test.name.hasSuffix("…") else { return nil }
        for part in TestNamePart.allCases {
            let place = "{\(part.rawValue)}"
            guard command.contains(place) else { continue }
            guard let value = part.value(of: test), !value.hasPrefix("-") else { return nil }
            command = command.replacing(place, with: quoted(value))
        }
        return command
    }

    /// As one word of a shell, whatever stands in it.
    package static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}

/// What of a test's name a runner wants to hear.
enum TestNamePart: String, CaseIterable {
    /// All of it.
    case name
    /// Where it stands.
    case file
    /// Behind the last ` > `.
    case title
    /// Everything behind the file, with blanks between, as an expression that matches only that.
    case titles
    /// All of it, as an expression.
    case pattern
    /// Of Go: the package, and `^TestA$/^part$`.
    case package, run
    /// Of the JVM and of .NET: `com.shop.CartTest` and `adds`.
    case type, method

    func value(of test: TestCase) -> String? {
        let parts = test.name.components(parted: " > ")
        switch self {
        case .name: return test.name
        case .file: return test.file
        case .title: return parts.last
        case .titles:
            let titles = test.file == nil || parts.count == 1 ? parts : Array(parts.dropFirst())
            return "^" + Self.escaped(titles.joined(separator: " ")) + "$"
        case .pattern: return Self.escaped(test.name)
        case .package: return goParts(test.name)?.package
        case .run: return goParts(test.name)?.run
        case .type, .method:
            let plain = String(test.name.prefix { $0 != "(" && $0 != "[" })
            guard let dot = plain.lastIndex(of: ".") else { return nil }
            return self == .type ? String(plain[..<dot]) : String(plain[plain.index(after: dot)...])
        }
    }

    /// `example.com/shop/cart.TestA/part`: the package ends at the first dot behind the last `/` before `.Test`.
    private func goParts(_ name: String) -> (package: String, run: String)? {
        guard let place = name.firstRange(of: ".Test") ?? name.firstRange(of: ".Example") ?? name.firstRange(of: ".Fuzz") else {
            return nil
        }
        let test = name[name.index(after: place.lowerBound)...]
        let run = test.split(separator: "/").map { "^" + Self.escaped(String($0)) + "$" }.joined(separator: "/")
        return (String(name[..<place.lowerBound]), run)
    }

    private static func escaped(_ text: String) -> String {
        String(text.flatMap { "\\^$.|?*+()[]{}/".contains($0) && $0 != "/" ? ["\\", $0] : [$0] })
    }
}

extension String {
    fileprivate func components(parted separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
