// Many patterns to compare one name and one path with: the plain ones by a look-up, the others by their ending or beginning. It must
// answer like trying each pattern would.

package struct PatternList: Sendable {
    private var names: Set<String> = []
    private var suffixes: [[UInt8]] = []
    private var prefixes: [[UInt8]] = []
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
                suffixes.append(Array(rest.dropFirst()))
            } else if text.hasSuffix("*"), !Wildcard.hasPattern(String(text.dropLast())) {
                prefixes.append(Array(rest.dropLast()))
            } else {
                namePatterns.append(Array(rest))
            }
        }
    }

    func matches(name: String, path: String?) -> Bool {
        if names.contains(name) { return true }
        let bytes = Array(name.utf8)
        for suffix in suffixes where bytes.count >= suffix.count && bytes[(bytes.count - suffix.count)...].elementsEqual(suffix) {
            return true
        }
        for prefix in prefixes where bytes.starts(with: prefix) { return true }
        for pattern in namePatterns where Wildcard.matches(bytes, pattern) { return true }
        guard let path, !pathPatterns.isEmpty else { return false }
        let whole = Array(path.utf8)
        for pattern in pathPatterns where pattern[0] == Byte.star || pattern[0] == whole.first {
            if Wildcard.matches(whole, pattern) { return true }
        }
        return false
    }
}
