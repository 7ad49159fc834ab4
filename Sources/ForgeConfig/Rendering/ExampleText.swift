// The table of keys as a YAML file with every key in it, for people to begin from. It must decode, as it stands, to
// exactly the defaults: whoever installs it unread changes nothing.

extension ServerSettings {
    /// `deploy/server.example.yml`.
    package static var example: String {
        exampleText(
            """
            # Settings of a Forge server, each key with its default; what has none is commented out.
            # A variable wins over this file: FORGE_ and the path in capitals, such as FORGE_HTTP_CONNECTIONS, and for a
            # tracker FORGE_TRACKERS_PROD_CLIENT_SECRET. A credential can stand in a file that its _file key names; that
            # file belongs to the user that Forge runs as, and nobody else can read it.
            # Times are written 60s, 15m, 14d or 1h30m, sizes 25MiB, 2MB or 1024.

            """, table)
    }
}

extension RepositoryConfig {
    /// `.forge.yml.example`.
    package static var example: String {
        exampleText(
            """
            # Copy to .forge.yml. Each key with its default; what has none is commented out, and what you leave out stays so.
            # Forge reads it from the branch a pull request goes into, never from the pull request.

            """, table)
    }
}

/// Keys without a default are commented out as `#key: …`, without a space after the sign; prose has one.
func exampleText(_ head: String, _ table: [KeyDescription]) -> String {
    var lines: [String] = []
    appendKeys(below: [], indent: "", table, to: &lines)
    return head + "\n" + lines.joined(separator: "\n") + "\n"
}

private func appendKeys(below path: [String], indent: String, isInBlock: Bool = false, _ table: [KeyDescription], to lines: inout [String])
{
    for key in table where key.path.count == path.count + 1 && key.path.starts(with: path) {
        if path.isEmpty, !lines.isEmpty, key.content.isGroup { lines.append("") }
        lines.append("\(indent)# \(key.doc)")
        switch key.content {
        case .value(_, .value(let text)), .value(_, .required(let text)): lines += wrapped("\(indent)\(key.name): \(text)")
        case .value(_, .absent(let example)): lines.append("\(indent)#\(key.name): \(example)")
        case .section:
            lines.append("\(indent)\(key.name):")
            appendKeys(below: key.path, indent: indent + "  ", isInBlock: isInBlock, table, to: &lines)
        case .list, .named:
            // A block is commented out as a whole: once, however deep the blocks in it go.
            lines += block(of: key, table).map { "\(indent)\(isInBlock ? "" : "#")\($0)" }
        }
    }
}

/// A list that is wider than a screen goes on in the next line, below its first entry.
private func wrapped(_ line: String) -> [String] {
    let charactersMax = 120
    guard line.count > charactersMax, let bracket = line.firstIndex(of: "[") else { return [line] }
    let indent = String(repeating: " ", count: line.distance(from: line.startIndex, to: bracket) + 1)
    let entries = line[line.index(after: bracket)...].split(separator: ", ")
    var lines = [String(line[...bracket])]
    for (index, entry) in entries.enumerated() {
        let text = String(entry) + (index + 1 < entries.count ? "," : "")
        if lines[lines.count - 1].count + 1 + text.count > charactersMax {
            lines.append(indent + text)
        } else {
            lines[lines.count - 1] += (index == 0 ? "" : " ") + text
        }
    }
    return lines
}

/// One element of a list, or one named group.
private func block(of key: KeyDescription, _ table: [KeyDescription]) -> [String] {
    var element: [String] = []
    if case .named(let example) = key.content {
        appendKeys(below: key.path + ["<>"], indent: "    ", isInBlock: true, table, to: &element)
        return ["\(key.name):", "  \(example):"] + element
    }
    appendKeys(below: key.path + ["[]"], indent: "    ", isInBlock: true, table, to: &element)
    // The dash goes before the first key; its prose stands above.
    if let first = element.firstIndex(where: { !$0.hasPrefix("    #") }) { element[first] = "  - " + element[first].dropFirst(4) }
    return ["\(key.name):"] + element
}

extension KeyDescription.Content {
    fileprivate var isGroup: Bool {
        if case .value = self { false } else { true }
    }
}
