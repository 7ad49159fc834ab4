// Text to tree, within limits. It must never recurse or expand further than the limits say, whatever the text asks for.

/// Reads one YAML document.
///
/// An empty text is a null, as YAML has it. Refused, each with its place: text that is not UTF-8 or begins with a byte
/// order mark, a second document, a key written twice or that is not text, a tag other than `!!str`, an alias to nothing
/// or to what it stands in, and anything over the limits.
package func parseYAML(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode {
    try checkEncoding(bytes, limits)
    var builder = TreeBuilder(parser: EventParser(bytes), limits: limits)
    return try builder.buildDocument()
}

package func parseYAML(_ text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode {
    try parseYAML(Array(text.utf8), limits: limits)
}

/// Puts events together into nodes.
private struct TreeBuilder: ~Copyable {
    private var parser: EventParser
    private let limits: YAMLLimits
    private var nodeCount = 0
    private var aliasCount = 0
    /// What each anchor stands for, once it is complete.
    private var anchored: [String: Anchored] = [:]
    /// Anchors whose value is still being read: an alias to one of them would contain itself.
    private var open: Set<String> = []
    private var duplicates: [YAMLProblem] = []

    private struct Anchored {
        let content: YAMLContent
        let nodeCount: Int
        let height: Int
    }

    /// A node, and how many levels of nesting it has below it.
    private struct Built {
        let node: YAMLNode
        let height: Int
    }

    init(parser: consuming EventParser, limits: YAMLLimits) {
        self.parser = parser
        self.limits = limits
    }

    mutating func buildDocument() throws(YAMLError) -> YAMLNode {
        _ = try parser.next()
        let start = try parser.next()
        guard start.event == .documentStart else {
            return YAMLNode(position: YAMLPosition(line: 1, column: 1), content: .scalar(YAMLScalar("", .plain)))
        }
        let root = try build(try parser.next(), depth: 0).node
        _ = try parser.next()
        let end = try parser.next()
        guard end.event == .streamEnd else {
            throw YAMLError(end.position, "a second document begins here: there may be only one")
        }
        if !duplicates.isEmpty { throw YAMLError(duplicates.sorted { $0.position < $1.position }) }
        return root
    }

    private mutating func build(_ located: LocatedEvent, depth: Int) throws(YAMLError) -> Built {
        let position = located.position
        nodeCount += 1
        try checkSize(position, depth: depth)
        let countBefore = nodeCount
        switch located.event {
        case .alias(let name):
            return try expand(name, position, depth: depth)
        case .scalar(let scalar, let properties):
            let content = YAMLContent.scalar(try tagged(scalar, properties.tag, position))
            return finish(content, 0, properties, position, countBefore)
        case .sequenceStart(let properties):
            try begin(properties, position)
            let (elements, height) = try buildElements(depth: depth + 1)
            return finish(.sequence(elements), height + 1, properties, position, countBefore)
        case .mappingStart(let properties):
            try begin(properties, position)
            let (entries, height) = try buildEntries(depth: depth + 1)
            return finish(.mapping(entries), height + 1, properties, position, countBefore)
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            preconditionFailure("libyaml sends a value here, or reports an error")
        }
    }

    private mutating func buildElements(depth: Int) throws(YAMLError) -> ([YAMLNode], height: Int) {
        var elements: [YAMLNode] = []
        var height = 0
        while true {
            let located = try parser.next()
            if located.event == .sequenceEnd { return (elements, height) }
            let built = try build(located, depth: depth)
            elements.append(built.node)
            height = max(height, built.height)
        }
    }

    private mutating func buildEntries(depth: Int) throws(YAMLError) -> ([YAMLEntry], height: Int) {
        var entries: [YAMLEntry] = []
        var lines: [String: Int] = [:]
        var height = 0
        while true {
            let located = try parser.next()
            if located.event == .mappingEnd { return (entries, height) }
            let key = try keyText(try build(located, depth: depth).node)
            let value = try build(try parser.next(), depth: depth)
            height = max(height, value.height)
            if let line = lines[key] {
                duplicates.append(YAMLProblem(position: located.position, message: "this key is already on line \(line)"))
                continue
            }
            lines[key] = located.position.line
            entries.append(YAMLEntry(key: key, position: located.position, value: value.node))
        }
    }

    private func keyText(_ node: YAMLNode) throws(YAMLError) -> String {
        guard case .scalar(let scalar) = node.content else {
            throw YAMLError(node.position, "a key is text, not a list or a mapping")
        }
        return scalar.text
    }

    private mutating func expand(_ name: String, _ position: YAMLPosition, depth: Int) throws(YAMLError) -> Built {
        aliasCount += 1
        guard aliasCount <= limits.aliasesMax else { throw YAMLError(position, "more than \(limits.aliasesMax) aliases") }
        guard !open.contains(name) else { throw YAMLError(position, "this alias stands inside the value it stands for") }
        guard let target = anchored[name] else { throw YAMLError(position, "no anchor of this alias's name comes before it") }
        nodeCount += target.nodeCount - 1
        try checkSize(position, depth: depth + target.height)
        return Built(node: YAMLNode(position: position, content: target.content), height: target.height)
    }

    private mutating func begin(_ properties: Event.Properties, _ position: YAMLPosition) throws(YAMLError) {
        guard properties.tag == nil else { throw unknownTag(position) }
        if let anchor = properties.anchor { open.insert(anchor) }
    }

    private mutating func finish(
        _ content: YAMLContent, _ height: Int, _ properties: Event.Properties, _ position: YAMLPosition, _ countBefore: Int
    ) -> Built {
        if let anchor = properties.anchor {
            open.remove(anchor)
            anchored[anchor] = Anchored(content: content, nodeCount: nodeCount - countBefore + 1, height: height)
        }
        return Built(node: YAMLNode(position: position, content: content), height: height)
    }

    private func checkSize(_ position: YAMLPosition, depth: Int) throws(YAMLError) {
        guard depth <= limits.depthMax else { throw YAMLError(position, "more than \(limits.depthMax) levels deep") }
        guard nodeCount <= limits.nodesMax else { throw YAMLError(position, "more than \(limits.nodesMax) values") }
    }
}

/// `!!str`, and `!` which means the same for a scalar, make it text; Forge's files need no other tag.
private func tagged(_ scalar: YAMLScalar, _ tag: String?, _ position: YAMLPosition) throws(YAMLError) -> YAMLScalar {
    switch tag {
    case nil: return scalar
    case "tag:yaml.org,2002:str", "!": return YAMLScalar(scalar.text, .quoted)
    default: throw unknownTag(position)
    }
}

private func unknownTag(_ position: YAMLPosition) -> YAMLError {
    YAMLError(position, "a tag, which is not supported here: write the value without it")
}
