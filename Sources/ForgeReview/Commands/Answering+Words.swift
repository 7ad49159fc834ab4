// The answers that are about Forge itself: what there is, what holds here, and what a misspelled word was meant to be.

import ForgeCore

extension Answering {
    mutating func sayUnknown(_ command: Command) {
        let shown = MarkdownFormat.code(visible("/forge \(command.name)", charactersMax: 64))
        let known = CommandName.allCases.filter { scene.policy.permissions[$0] != nil }.map(\.rawValue)
        let guess = Nearest.name(to: command.name, in: known).map { " Did you mean `/forge \($0)`?" } ?? ""
        notUnderstood("There is no \(shown).\(guess) `/forge help` lists what there is.")
    }

    mutating func sayHelp() {
        reaction = .thumbsUp
        var lines = ["| write | for |", "|---|---|"]
        for name in CommandName.allCases where !name.isForLater {
            guard let needed = scene.policy.permissions[name] else { continue }
            let takes = needed > .write ? " (takes `\(needed.rawValue)` access)" : ""
            lines.append("| `/forge \(name.usage.form)` | \(name.usage.purpose)\(takes) |")
        }
        say(
            lines.joined(separator: "\n") + "\n\n"
                + "A line of a comment, a review or a thread that begins with `/forge` is a command. In the thread of a finding its id may be left "
                + "out; elsewhere the first six characters of it are enough.")
    }

    mutating func sayConfig() {
        guard !scene.configText.isEmpty else { return notUnderstood("The settings of this repository could not be read just now.") }
        reaction = .thumbsUp
        let text = MarkdownFormat.fenced(Self.wholeLines(of: scene.configText, charactersMax: 40_000))
        say(
            "What holds here, and who decided it. `.forge.yml` is read from the branch that a pull request goes into.\n\n"
                + "<details><summary>every setting</summary>\n\n\(text)\n</details>")
    }

    /// Cut at the end of a line, with a word about it.
    private static func wholeLines(of text: String, charactersMax: Int) -> String {
        var kept: [String] = []
        var count = 0
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines {
            let shown = shownLine(line)
            count += shown.unicodeScalars.count + 1
            guard count <= charactersMax else {
                kept.append("… \(counted(lines.count - kept.count, "more line"))")
                break
            }
            kept.append(shown)
        }
        while kept.last?.isEmpty == true { kept.removeLast() }
        return kept.joined(separator: "\n")
    }

    /// Columns are made of spaces, so these stay.
    private static func shownLine(_ line: Substring) -> String {
        line.unicodeScalars.prefix(2000).map { $0.isInvisible && $0 != " " ? $0.escaped : String($0) }.joined()
    }
}
