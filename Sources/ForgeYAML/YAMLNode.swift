// What a YAML text says, as a tree in which every node knows where it stands. It must never interpret more than YAML
// does: what a key means, and whether it is known, is for the reader of the tree.

/// A place in a YAML text; both numbers begin at 1, and a column counts characters.
package struct YAMLPosition: Sendable, Equatable, Comparable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (first: YAMLPosition, second: YAMLPosition) -> Bool {
        (first.line, first.column) < (second.line, second.column)
    }
}

/// One value in a YAML text.
package struct YAMLNode: Sendable, Equatable {
    package let position: YAMLPosition
    package let content: YAMLContent

    package init(position: YAMLPosition, content: YAMLContent) {
        self.position = position
        self.content = content
    }
}

package enum YAMLContent: Sendable, Equatable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    /// In the order of the text; no key twice.
    case mapping([YAMLEntry])
}

/// One `key: value`. Keys are text: Forge reads no YAML in which they are anything else.
package struct YAMLEntry: Sendable, Equatable {
    package let key: String
    package let position: YAMLPosition
    package let value: YAMLNode

    package init(key: String, position: YAMLPosition, value: YAMLNode) {
        self.key = key
        self.position = position
        self.value = value
    }
}

/// A value that is neither a list nor a mapping, as it was written.
package struct YAMLScalar: Sendable, Equatable {
    package enum Style: Sendable, Equatable {
        /// Without quotes: `5` is a number, `null` is nothing.
        case plain
        /// In quotes, as a block (`|`, `>`), or tagged `!!str`: text, whatever it says.
        case quoted
    }

    package let text: String
    package let style: Style

    package init(_ text: String, _ style: Style) {
        self.text = text
        self.style = style
    }
}
