// What is known about a key: the rows of the table that the schema and the example files are made of. A row must never be
// written by hand: it is recorded when the key is read, so the table cannot say anything else than the reader does.

/// One key, or one group of keys, of a configuration.
package struct KeyDescription: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case value(ValueShape, Standard)
        /// Keys below this one.
        case section
        /// A list of mappings, each with the keys below.
        case list
        /// Mappings under names that the person chooses; the example is such a name.
        case named(example: String)
    }

    /// What holds when the key is not written. All three texts are YAML, as a person would write them.
    package enum Standard: Sendable, Equatable {
        case value(String)
        case required(example: String)
        case absent(example: String)
    }

    /// From the top: `["trackers", "[]", "name"]`; `[]` stands for any element and `<>` for any name.
    package let path: [String]
    package let content: Content
    /// One line: what it is for.
    package let doc: String
    /// What a layer below may do to it; nil where there are no layers.
    package var direction: LayerDirection?

    package var name: String { path.last ?? "" }
}

/// What a value looks like, for the schema.
package indirect enum ValueShape: Sendable, Equatable {
    case text(pattern: String?)
    case bool
    case int(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case duration(ClosedRange<Duration>)
    case size(ClosedRange<Int>)
    case choice([String])
    case list(ValueShape)
    /// Values of one kind under names that the person chooses.
    case names(ValueShape)
    /// A mapping with these keys and no others, none of them required.
    case record([RecordField])
    case either(ValueShape, ValueShape)
}

package struct RecordField: Sendable, Equatable {
    package let name: String
    package let shape: ValueShape
}
