// Many patterns to compare one name and one path with: the plain ones by a look-up, the others by their ending or beginning. It must
// answer like trying each pattern would.

package struct PatternList: Sendable {
    private var names: Set<String> = []
    private var suffixes: [String] = []
    private var prefixes: [String] = []
    private var namePatterns: [[UInt8]] = []
    private var pathPatterns: [[UInt8]] = []
    /// As they were written, for questions asked seldom.
    let texts: [String]

    package init(_ texts: [String] = []) {
        self.texts = texts
        for text in texts {
            let rest = text.utf8
            if rest.contains(Byte.slash) {
                pathPatterns.append(Array(rest))
            } else if !Wildcard.hasPattern(text) {
                names.insert(text)
            } else if text.hasPrefix("*"), !Wildcard.hasPattern(String(text.dropFirst())) {
                suffixes.append(String(text.dropFirst()))
            } else if text.hasSuffix("*"), !Wildcard.hasPattern(String(text.dropLast())) {
                prefixes.append(String(text.dropLast()))
            } else {
                namePatterns.append(Array(rest))
            }
        }
    }

    func matches(name: String, path: String?) -> Bool {
        if names.contains(name) { return true }
        for suffix in suffixes where name.hasSuffix(suffix) { return true }
        for prefix in prefixes where name.hasPrefix(prefix) { return true }
        if !namePatterns.isEmpty {
            let bytes = Array(name.utf8)
            for pattern in namePatterns where Wildcard.matches(bytes, pattern) { return true }
        }
        guard let path, !pathPatterns.isEmpty else { return false }
        let bytes = Array(path.utf8)
        for pattern in pathPatterns where pattern[0] == Byte.star || pattern[0] == bytes.first && Wildcard.matches(bytes, pattern) {
            if Wildcard.matches(bytes, pattern) { return true }
        }
        return false
    }
}
