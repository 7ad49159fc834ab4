// A rule that a repository, or the organisation, brings along: the schema of `Rules/*.yml`, as checked values. They are compiled elsewhere, with
// stricter limits than the built-in packs, since whoever may write to a repository wrote them.

package import ForgeCore
import ForgeYAML

package struct OwnRule: Sendable, Equatable {
    package enum Subject: String, Sendable, CaseIterable {
        case text, added, removed, path
    }

    package enum Confidence: String, Sendable, CaseIterable {
        case high, medium, low
    }

    /// What is left alone.
    package struct Allowed: Sendable, Equatable {
        package var captures: [String]
        package var lines: [String]
        package var words: [String]
        package var paths: [String]
    }

    package var id: String
    package var title: String
    package var severity: FindingSeverity
    package var family: String
    package var subject: Subject
    /// At least one.
    package var patterns: [String]
    package var capture: Int
    package var keywords: [String]
    /// Of the capture, in bytes.
    package var length: ClosedRange<Int>?
    package var entropyMin: Double?
    package var allowed: Allowed
    package var paths: [String]
    package var pathsIgnored: [String]
    package var confidence: Confidence
    package var message: String
    package var fix: String?
    package var references: [String]
    package var matches: [OwnExample]
    package var ignores: [OwnExample]
    package var origin: RuleOrigin

    static func list(_ reader: inout LayeredReader) -> [OwnRule] {
        reader.list("patterns", countMax: 50, named: \.id, "Rules of your own, as those in Rules/, each with its examples.") {
            OwnRule(reading: &$0, $1)
        }
    }

    private init(reading reader: inout EntryReader, _ source: ConfigSource) {
        id = reader.readRequired("id", .ruleID, example: "no-print", "Its name, in findings and under enable and disable.")
        title = reader.readRequired("title", .text(bytesMax: 120), example: "Print left in", "What it finds, in a few words.")
        severity = reader.readRequired("severity", .choice, example: "low", "info, low, medium, high or critical.")
        family = reader.read("family", .identifier, "own", "A word for rules that belong together.")
        subject = reader.read("on", .choice, "added", "What it looks at: added or removed lines, a path, or any text.")
        let pattern = reader.readOptional(
            "pattern", .text(), example: "'\\bprint\\('", "The regular expression; or several under patterns.")
        let several = reader.read("patterns", .list(.text(), countMax: 20), "[]", "Regular expressions, one of which has to fit.")
        patterns = (pattern.map { [$0] } ?? []) + several
        capture = reader.read("capture", .int(0...9), "0", "The group that is the finding; 0 is all that fits.")
        keywords = reader.read(
            "keywords", .list(.text(bytesMax: 100), countMax: 50), "[]", "Words of which one must be on the line, in any letter case.")
        length = Self.length(&reader)
        entropyMin = reader.readOptional("entropy", .number(0...8), example: "3.2", "Least bits per character of the capture.")
        allowed = reader.section("allow", "What is left alone.", Allowed.init(reading:))
        paths = reader.read("paths", .list(.text(bytesMax: 500)), "[]", "Only in these files; empty means all.")
        pathsIgnored = reader.read("paths_ignore", .list(.text(bytesMax: 500)), "[]", "Not in these files.")
        confidence = reader.read("confidence", .choice, "high", "high, medium or low; a low one is off until enable names it.")
        message = reader.readRequired(
            "message", .script(bytesMax: 1_000), example: "A print was left in.", "What is wrong, for whoever reads the comment.")
        fix = reader.readOptional("fix", .script(bytesMax: 1_000), example: "Use the log.", "What to do.")
        references = reader.read("references", .list(.text(bytesMax: 500), countMax: 10), "[]", "Addresses of pages that explain it.")
        matches = reader.readRequired("matches", .examples, example: "['  print(total)']", "Examples that it finds, at least one.")
        ignores = reader.read("ignores", .examples, "[]", "Examples that it leaves alone.")
        origin = source.origin(line: reader.position?.line)
        if patterns.isEmpty, !reader.collector.isDescribing, reader.isMapping {
            reader.complain("pattern", "is missing", "give it, or several under patterns")
        }
        if matches.isEmpty { reader.complain("matches", "is empty", "give at least one example that the rule finds") }
    }

    private static func length(_ reader: inout EntryReader) -> ClosedRange<Int>? {
        reader.section("length", "Of the capture, in bytes.") { length in
            let least = length.readOptional("min", .int(1...100_000), example: "8", "At least.")
            let most = length.readOptional("max", .int(1...100_000), example: "64", "At most.")
            if least == nil, most == nil { return nil }
            if let least, let most, least > most {
                length.complain("min", "is more than max", "give at most \(most)")
                return nil
            }
            return (least ?? 1)...(most ?? 100_000)
        }
    }
}

extension OwnRule.Allowed {
    fileprivate init(reading reader: inout EntryReader) {
        let expressions = ValueType<[String]>.list(.text(), countMax: 50)
        captures = reader.read("captures", expressions, "[]", "Captures that one of these regular expressions fits.")
        lines = reader.read("lines", expressions, "[]", "Lines that one of these regular expressions fits.")
        words = reader.read("words", .list(.text(bytesMax: 100)), "[]", "Captures with one of these words in them.")
        paths = reader.read("paths", .list(.text(bytesMax: 500)), "[]", "Files like these.")
    }
}

/// A text, or a change, on which a rule proves itself.
package struct OwnExample: Sendable, Equatable {
    package var path: String?
    package var text: String?
    package var removed: String?
    package var diff: String?
}

extension ValueType<[OwnExample]> {
    /// Texts, or mappings of `path`, `text`, `removed` and `diff`.
    static var examples: ValueType<[OwnExample]> { .list(.example, countMax: 50) }
}

extension ValueType<OwnExample> {
    private static var names: [String] { ["path", "text", "removed", "diff"] }

    fileprivate static var example: ValueType<OwnExample> {
        let text = ValueShape.text(pattern: nil)
        let fields = names.map { RecordField(name: $0, shape: text) }
        return ValueType(shape: .either(text, .record(fields))) { node throws(Complaint) in
            guard case .mapping(let entries) = node.content else { return OwnExample(text: try scalarText(node, bytesMax: 4_000)) }
            var example = OwnExample()
            for entry in entries {
                let value = try scalarText(entry.value, bytesMax: 4_000)
                switch entry.key {
                case "path": example.path = value
                case "text": example.text = value
                case "removed": example.removed = value
                case "diff": example.diff = value
                default: throw Complaint("has the key \(shortened(entry.key))", "give path, text, removed and diff only")
                }
            }
            guard entries.count > 0 else { throw Complaint("says nothing", "give a text, or one of path, text, removed and diff") }
            return example
        }
    }
}
