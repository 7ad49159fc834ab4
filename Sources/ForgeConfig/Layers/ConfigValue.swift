// What a value looks like once it is read: as JSON for programs, and as the YAML that would say it for people.

package import ForgeCore

/// A value that a layer can hold.
protocol ConfigValue: Equatable, Sendable {
    var json: JSON { get }
}

extension Bool: ConfigValue { var json: JSON { .bool(self) } }
extension Int: ConfigValue { var json: JSON { JSON(self) } }
extension Double: ConfigValue { var json: JSON { JSON(self, decimals: 6) } }
extension String: ConfigValue { var json: JSON { .string(self) } }
extension Duration: ConfigValue { var json: JSON { .string(DurationText.format(self)) } }
extension ConfigPattern: ConfigValue { var json: JSON { .string(text) } }
extension RepositoryName: ConfigValue { var json: JSON { .string(description) } }

extension EgressPattern: ConfigValue { var json: JSON { .string(description) } }

extension AgreedPatterns: ConfigValue {
    /// One list as a list; several as a list of lists, all of which must fit.
    var json: JSON { lists.count == 1 ? lists[0].json : .array(lists.map(\.json)) }
}

extension Array: ConfigValue where Element: ConfigValue {
    var json: JSON { .array(map(\.json)) }
}

extension Dictionary: ConfigValue where Key == String, Value: ConfigValue {
    var json: JSON { .object(sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }) }
}

extension ConfigValue where Self: RawRepresentable, RawValue == String {
    var json: JSON { .string(rawValue) }
}

extension FindingSeverity: ConfigValue {}

/// A value on one line as YAML would have it. Sizes are written as sizes; a long text is cut.
func shownText(_ value: JSON, _ shape: ValueShape) -> String {
    switch (value, shape) {
    case (.null, _): return "-"
    case (.integer(let bytes), .size): return SizeText.format(Int(bytes))
    case (.string(let text), _): return flowText(text)
    case (.array(let items), .list(let element)): return "[" + items.map { shownText($0, element) }.joined(separator: ", ") + "]"
    case (.array(let items), _): return "[" + items.map { shownText($0, shape) }.joined(separator: ", ") + "]"
    case (.object(let members), _):
        return "{" + members.map { "\(flowText($0.name)): \(shownText($0.value, shape))" }.joined(separator: ", ") + "}"
    default: return value.text
    }
}

/// Plain where YAML would read it back as the same text, in single quotes elsewhere.
private func flowText(_ text: String) -> String {
    let shown = shortened(text)
    let isPlain = shown.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"): true
        default: false
        }
    }
    let opensPlain = shown.first.map { $0 != "-" } ?? false
    return isPlain && opensPlain ? shown : "'" + shown.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
}
