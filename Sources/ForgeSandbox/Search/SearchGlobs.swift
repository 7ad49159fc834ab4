// Which paths a search is about, in the language of `.gitignore`: some that have to fit, some with `!` that must not. It adds what everybody
// writes all the same: `*.{ts,tsx}`.

import ForgeCore

struct SearchGlobs: Sendable {
    private let wanted: PathPatternList
    private let unwanted: PathPatternList

    private static let patternsMax = 200

    init(_ globs: [String]) throws(WorkFileError) {
        let all = globs.flatMap(Self.alternatives)
        guard all.count <= Self.patternsMax else {
            throw WorkFileError(.invalid, "\(all.count) globs are more than the \(Self.patternsMax) allowed: search a folder instead")
        }
        for text in all {
            if let problem = PathPattern(text)?.problem { throw WorkFileError(.invalid, "the glob \(text) \(problem): write it anew") }
        }
        wanted = PathPatternList(all.filter { !$0.hasPrefix("!") })
        unwanted = PathPatternList(all.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) })
    }

    var areAll: Bool { wanted.isEmpty && unwanted.isEmpty }

    func want(_ file: [UInt8]) -> Bool {
        if areAll { return true }
        let path = RepositoryPath(bytes: file)
        return (wanted.isEmpty || wanted.contains(path)) && !unwanted.contains(path)
    }

    /// Whether nothing in the folder is wanted.
    func skip(_ folder: [UInt8]) -> Bool { !unwanted.isEmpty && unwanted.contains(RepositoryPath(bytes: folder), isFolder: true) }

    /// `a{b,c}d` as `abd` and `acd`; a brace without its end, or behind a backslash, is a letter.
    static func alternatives(_ glob: String) -> [String] {
        var done: [String] = []
        var open = [glob]
        while let next = open.popLast() {
            guard done.count + open.count <= patternsMax, let (before, choices, after) = firstBraces(next) else {
                done.append(next)
                continue
            }
            open += choices.reversed().map { "\(before)\($0)\(after)" }
        }
        return done
    }

    private static func firstBraces(_ glob: String) -> (before: Substring, choices: [Substring], after: Substring)? {
        var from = glob.startIndex
        while let start = glob[from...].firstIndex(of: "{") {
            from = glob.index(after: start)
            let isEscaped = start > glob.startIndex && glob[glob.index(before: start)] == "\\"
            guard !isEscaped, let end = glob[from...].firstIndex(where: { "{}".contains($0) }), glob[end] == "}" else { continue }
            let choices = glob[from..<end].split(separator: ",", omittingEmptySubsequences: false)
            if choices.count > 1 { return (glob[..<start], choices, glob[glob.index(after: end)...]) }
        }
        return nil
    }
}
