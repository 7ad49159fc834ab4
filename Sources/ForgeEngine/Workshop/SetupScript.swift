// Which files a line of setup names: `sh scripts/setup.sh` makes another result when that script is another. Pure, and no more than a guess at
// words: what a script reads in turn is not seen.

import ForgeCore

enum SetupScript {
    private static let wordsMax = 64

    /// As seen from the top of the worktree.
    static func paths(in line: String, folder: RepositoryPath?) -> Set<RepositoryPath> {
        var start = folder.map { $0.text.split(separator: "/") } ?? []
        var paths: Set<RepositoryPath> = []
        var isFolder = false
        for word in line.split(whereSeparator: { !isOfPath($0) }).prefix(wordsMax) where !word.hasPrefix("/") {
            guard let parts = path(of: word, from: start) else { continue }
            // `cd tools && sh setup.sh`
            if isFolder { start = parts }
            isFolder = word == "cd"
            if !parts.isEmpty { paths.insert(RepositoryPath(parts.joined(separator: "/"))) }
        }
        return paths
    }

    /// Nil when it leads out of the worktree.
    private static func path(of word: Substring, from start: [Substring]) -> [Substring]? {
        var parts = start
        for part in word.split(separator: "/") where part != "." {
            if part != ".." { parts.append(part) } else if parts.popLast() == nil { return nil }
        }
        return parts
    }

    private static func isOfPath(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "._-/+@~".contains(character)
    }
}
