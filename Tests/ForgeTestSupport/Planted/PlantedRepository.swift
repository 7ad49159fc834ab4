// A repository with a base commit and a head commit, made with the real git: the head holds planted problems and, beside them, harmless things
// that look alike. It must never hold a problem that is not on its list.

import Foundation

/// Something a review must find.
package struct PlantedProblem: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var rule: String
    package var path: String
    /// Of the new file; nil when it is about the file as a whole.
    package var line: Int?

    package init(rule: String, path: String, line: Int?) {
        self.rule = rule
        self.path = path
        self.line = line
    }

    package var description: String { "\(path):\(line.map(String.init) ?? "-"): \(rule)" }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// One file at both commits. In the head's text a line that ends in `⟵ rule-id` is planted; the mark is taken off before it is written.
package struct PlantedFile: Sendable {
    package var path: String
    package var base: String?
    package var head: String?
    /// Rules that find something about the file as a whole.
    package var whole: [String]

    package init(_ path: String, base: String?, head: String?, whole: [String] = []) {
        self.path = path
        self.base = base
        self.head = head
        self.whole = whole
    }

    /// The same at both commits.
    package init(_ path: String, _ text: String) {
        self.init(path, base: text, head: text)
    }
}

package struct PlantedRepository: Sendable, CustomStringConvertible {
    package var name: String
    package var files: [PlantedFile]

    package init(_ name: String, _ files: [PlantedFile]) {
        self.name = name
        self.files = files
    }

    package var description: String { name }

    package var problems: [PlantedProblem] {
        files.flatMap { file -> [PlantedProblem] in
            let lines = (file.head ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            let planted = lines.enumerated().flatMap { index, line in
                line.components(separatedBy: Self.mark).dropFirst().map {
                    PlantedProblem(rule: $0.trimmingCharacters(in: .whitespaces), path: file.path, line: index + 1)
                }
            }
            return planted + file.whole.map { PlantedProblem(rule: $0, path: file.path, line: nil) }
        }.sorted()
    }

    private static let mark = " ⟵ "

    /// Makes it in an empty folder, with the branches `base` and `head`.
    package func make(in folder: String) throws -> GitProgram {
        let git = GitProgram(in: folder)
        try git.run(["init", "--quiet", "--initial-branch=base"])
        try write(in: folder) { $0.base }
        try git.run(["add", "--all"])
        try git.run(["commit", "--quiet", "--message", "Base"])
        try git.run(["checkout", "--quiet", "-b", "head"])
        try write(in: folder) { $0.head }
        try git.run(["add", "--all"])
        try git.run(["commit", "--quiet", "--message", "Head"])
        return git
    }

    private func write(in folder: String, _ side: (PlantedFile) -> String?) throws {
        for file in files {
            let place = URL(filePath: folder).appending(path: file.path)
            guard let text = side(file) else {
                if FileManager.default.fileExists(atPath: place.path) { try FileManager.default.removeItem(at: place) }
                continue
            }
            try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.components(separatedBy: Self.mark).first ?? ""
            }
            try Data(lines.joined(separator: "\n").utf8).write(to: place)
        }
    }

    package static let all = [swift, python, typeScript]
}
