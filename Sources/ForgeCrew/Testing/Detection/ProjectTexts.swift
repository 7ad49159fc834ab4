// Just as much of TOML, INI and make files as the detection asks for: which tables and targets there are, and the lines of each. Line by line,
// so that a hostile file costs one walk.

struct TableOutline {
    /// Lines below each `[header]`, without comments; those above the first are under the empty name.
    private(set) var tables: [String: [Substring]] = [:]

    init(_ text: String) {
        var current = ""
        var openString: Substring?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.trimmingPrefix { $0 == " " || $0 == "\t" }
            if let quote = openString {
                if line.contains(quote) { openString = nil }
                continue
            }
            if let header = Self.header(trimmed) {
                current = header
                tables[current, default: []] += []
            } else if !trimmed.isEmpty, !trimmed.hasPrefix("#"), !trimmed.hasPrefix(";") {
                tables[current, default: []].append(line)
                for quote in ["\"\"\"", "'''"] where line.components(of: quote) % 2 == 1 { openString = quote[...] }
            }
        }
    }

    func has(_ table: String) -> Bool { tables[table] != nil }
    func hasBeneath(_ table: String) -> Bool { has(table) || tables.keys.contains { $0.hasPrefix(table + ".") } }

    /// Whether a line of a table begins with this key.
    func has(_ key: String, in table: String) -> Bool {
        tables[table]?.contains { line in
            guard line.hasPrefix(key) else { return false }
            let rest = line.dropFirst(key.count).first { $0 != " " }
            return rest == "=" || rest == "."
        } == true
    }

    private static func header(_ line: Substring) -> String? {
        guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return nil }
        let rest = line[line.index(after: end)...].drop { $0 == "]" || $0 == " " || $0 == "\t" || $0 == "\r" }
        guard rest.isEmpty || rest.hasPrefix("#") else { return nil }
        let name = line[..<end].drop { $0 == "[" }
        // `[ "x", ]` is a list's line.
        return name.contains("\"") && !name.contains(".") || name.contains(",") || name.isEmpty
            ? nil : name.filter { $0 != " " && $0 != "\"" }
    }
}

enum MakeTargets {
    /// Those that a line of a make file defines.
    static func of(_ text: String) -> Set<String> {
        var targets: Set<String> = []
        for line in text.split(separator: "\n") {
            guard let first = line.first, first != "\t", first != "#", first != " ", first != ".", let colon = line.firstIndex(of: ":")
            else { continue }
            let rest = line[line.index(after: colon)...]
            guard rest.first != "=", !rest.hasPrefix(":="), !line[..<colon].contains("=") else { continue }
            for name in line[..<colon].split(separator: " ").prefix(64) { targets.insert(String(name)) }
        }
        return targets
    }
}

extension Substring {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}

extension String {
    /// Whether this stands in the text as a word: not inside a longer name.
    func hasWord(_ word: String) -> Bool {
        for range in ranges(of: word) {
            let before = range.lowerBound == startIndex ? nil : self[index(before: range.lowerBound)]
            let after = range.upperBound == endIndex ? nil : self[range.upperBound]
            if !Self.isPart(before), !Self.isPart(after) { return true }
        }
        return false
    }

    private static func isPart(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" } ?? false
    }
}
