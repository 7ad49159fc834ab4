// The arguments of tools as data: the schema that a model is shown and the check of what it wrote come from the same fields, so that the two
// cannot differ.

package import ForgeCore

package struct ToolField: Hashable, Sendable {
    package indirect enum Kind: Hashable, Sendable {
        /// At most so many bytes.
        case text(bytesMax: Int, mayBeEmpty: Bool)
        case integer(ClosedRange<Int>)
        case flag
        case choice([String])
        /// Below the top of the worktree.
        case path
        /// The same, or `.` for the top itself.
        case folder
        case list(Kind, countMax: Int)
        case record([ToolField])
    }

    package var name: String
    package var kind: Kind
    package var isRequired: Bool
    package var summary: String

    static func required(_ name: String, _ kind: Kind, _ summary: String) -> Self {
        Self(name: name, kind: kind, isRequired: true, summary: summary)
    }

    static func optional(_ name: String, _ kind: Kind, _ summary: String) -> Self {
        Self(name: name, kind: kind, isRequired: false, summary: summary)
    }
}

extension ToolField.Kind {
    static let line = Self.integer(1...10_000_000)
    static func text(_ bytesMax: Int) -> Self { .text(bytesMax: bytesMax, mayBeEmpty: false) }

    /// In words, for a model that got it wrong.
    package var expected: String {
        switch self {
        case .text(let bytesMax, let mayBeEmpty): "a string of \(mayBeEmpty ? "at most" : "1 to") \(bytesMax) bytes"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .choice(let words): "one of \(words.map { "\"\($0)\"" }.joined(separator: ", "))"
        case .path: "a path below the top of the worktree, such as \"src/main.py\""
        case .folder: "a path below the top of the worktree, or \".\" for all of it"
        case .list(let kind, let countMax): "a list of at most \(countMax), each \(kind.expected)"
        case .record(let fields): "an object with \(fields.map { "\"\($0.name)\"" }.joined(separator: ", "))"
        }
    }
}

// MARK: - As a JSON schema

extension ToolField {
    package static func schema(of fields: [ToolField]) -> JSON {
        .object([
            .init("type", "object"), .init("additionalProperties", false),
            .init("required", .array(fields.filter(\.isRequired).map { .string($0.name) })),
            .init("properties", .object(fields.map { .init($0.name, $0.schema) })),
        ])
    }

    private var schema: JSON {
        guard case .object(let members) = kind.schema else { return kind.schema }
        return .object(members + [.init("description", .string(summary))])
    }
}

extension ToolField.Kind {
    fileprivate var schema: JSON {
        switch self {
        case .text, .path, .folder: ["type": "string"]
        case .integer(let range):
            ["type": "integer", "minimum": .integer(Int64(range.lowerBound)), "maximum": .integer(Int64(range.upperBound))]
        case .flag: ["type": "boolean"]
        case .choice(let words): ["type": "string", "enum": .array(words.map { .string($0) })]
        case .list(let kind, _): ["type": "array", "items": kind.schema]
        case .record(let fields): ToolField.schema(of: fields)
        }
    }
}
