// `.gitignore`, as git reads it: which new files are no part of a change. https://git-scm.com/docs/gitignore
//
// Strangers write these patterns. A file of them is read up to a size, and a pattern with more stars than anybody needs is left out: what it
// would have named is then part of the change, where everybody sees it.

/// The patterns of one folder.
struct IgnoreRules {
    static let bytesMax = 64 << 10
    private static let starsMax = 16

    private struct Rule {
        var pattern: PathGlob
        var isNegated: Bool
        var isForFolders: Bool
        /// Else only the name counts.
        var isForPaths: Bool
    }

    private var rules: [Rule] = []
    var isEmpty: Bool { rules.isEmpty }

    init(_ content: [UInt8]) {
        var content = content[...]
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        for line in content.split(separator: 0x0A) {
            if let rule = Self.rule(line) { rules.append(rule) }
        }
    }

    /// Whether a path, from the folder of these patterns on, is ignored; nil when no pattern names it. The last one that does has its way.
    func verdict(_ path: ArraySlice<UInt8>, isFolder: Bool) -> Bool? {
        let name = path.lastIndex(of: 0x2F).map { path[($0 + 1)...] } ?? path
        for rule in rules.reversed() where isFolder || !rule.isForFolders {
            if rule.pattern.matches(rule.isForPaths ? path : name) { return !rule.isNegated }
        }
        return nil
    }

    private static func rule(_ line: ArraySlice<UInt8>) -> Rule? {
        var text = line
        if text.last == 0x0D { text = text.dropLast() }
        guard text.first != UInt8(ascii: "#") else { return nil }
        text = withoutTrailingSpaces(text)
        let isNegated = text.first == UInt8(ascii: "!")
        if isNegated { text = text.dropFirst() }
        let isForFolders = text.last == 0x2F
        if isForFolders { text = text.dropLast() }
        let isForPaths = text.contains(0x2F)
        if text.first == 0x2F { text = text.dropFirst() }
        guard !text.isEmpty, text.count(where: { $0 == 0x2A }) <= starsMax, let pattern = PathGlob(text) else { return nil }
        return Rule(pattern: pattern, isNegated: isNegated, isForFolders: isForFolders, isForPaths: isForPaths)
    }

    /// A space that is meant has a backslash before it.
    private static func withoutTrailingSpaces(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == 0x5C, index + 1 < text.endIndex {
                index += 1
            } else if text[index] == 0x20 {
                index += 1
                continue
            }
            index += 1
            end = index
        }
        return text[..<end]
    }
}
