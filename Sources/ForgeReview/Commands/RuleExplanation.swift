// What is known about a finding without asking a model: what it is, why it matters, what to do, where to read on, and how to be rid of it.

import ForgeCore

struct RuleExplanation {
    private let entry: LedgerEntry
    private let rule: ReportedRule?
    private let isInThread: Bool

    init(_ entry: LedgerEntry, rule: ReportedRule?, isInThread: Bool) {
        self.entry = entry
        self.rule = rule
        self.isInThread = isInThread
    }

    /// Markdown, safe as it is; it ends in the mark that tells it was said in this thread before.
    var text: String {
        let parts = [title, standing, prose(entry.message), why, fix, references, waysOut, Self.mark(for: entry.id)]
        return parts.compactMap { $0 }.joined(separator: "\n\n")
    }

    /// Found again only in comments of our own.
    static func mark(for id: String) -> String {
        "<!-- forge:explains finding=\(id.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }) -->"
    }

    private var title: String {
        let name = rule.map { " " + prose(visible($0.title, charactersMax: 200)) + "." } ?? ""
        return "**\(entry.severity.rawValue)** \(entry.shown)\(finder).\(name)"
    }

    private var finder: String { entry.source == "rules" ? "" : " by \(MarkdownFormat.code(visible(entry.source, charactersMax: 100)))" }

    private var standing: String? {
        switch entry.state {
        case .open: nil
        case .fixed(let commit): "It was fixed in \(commit.short)."
        case .dismissed(let by, let why, _): "It was dismissed by \(MarkdownFormat.code(visible(by, charactersMax: 64))): \(prose(why))"
        case .outdated: "The code it was about is gone."
        }
    }

    private var why: String? { FamilyReasons.sentence(for: entry.family).map { "**Why it matters:** \($0)" } }

    private var fix: String? { rule?.fix.map { "**What to do:** \(prose(visible($0, charactersMax: 1000)))" } }

    private var references: String? {
        guard let rule, !rule.references.isEmpty else { return nil }
        let shown = rule.references.prefix(5).map { address in
            entry.source == "rules" && FindingText.isPlainAddress(address) ? "<\(address)>" : MarkdownFormat.code(address)
        }
        return "**Read on:** " + shown.joined(separator: ", ")
    }

    private var waysOut: String? {
        guard entry.state == .open else { return nil }
        let ignore = isInThread ? "/forge ignore <reason>" : "/forge ignore \(entry.id) <reason>"
        var ways = ["- only here: \(MarkdownFormat.code(ignore))"]
        if entry.source == "rules" {
            ways.append("- on this line, for good: a comment with \(MarkdownFormat.code("forge:ignore \(entry.rule) <reason>"))")
            ways.append(
                "- in the whole repository: \(MarkdownFormat.code("rules: {disable: [\(entry.rule)]}")) in `.forge.yml` of the base branch")
        }
        return "**To be rid of it:**\n\n" + ways.joined(separator: "\n")
    }

    private func prose(_ text: String) -> String { MarkdownFormat.prose(text) }
}

/// Why findings of a family matter: what goes wrong for whom. Families that are not here speak for themselves.
enum FamilyReasons {
    static func sentence(for family: String) -> String? { sentences[family] ?? (credentials.contains(family) ? credential : nil) }

    private static let credential =
        "Whoever can read the code can use it, and git keeps it after it was taken out: it has to be revoked, not only removed."

    private static let credentials: Set<String> = [
        "acme", "ai", "chat", "ci", "cloud", "code-host", "connection-url", "credentials", "database", "generic", "infrastructure", "jwt",
        "mail", "monitoring", "password", "payment", "private-key", "registry", "saas",
    ]

    private static let sentences: [String: String] = [
        "injection": "Somebody who sends the right text decides what is run, with all rights of this program.",
        "deserialisation": "Reading such data can run code that its sender chose.",
        "path-traversal": "Somebody who chooses the name reads or writes files that were not meant.",
        "request-forgery": "Somebody who chooses the address makes this machine ask where only it can reach.",
        "transport": "Whoever is in between can read and change what is sent.",
        "cryptography": "What looks protected is not: it can be guessed, read or forged with little effort.",
        "permissions": "More people or programs can do this than need to, and one of them is enough.",
        "container": "What breaks out of the program finds more to break than it would have to.",
        "pipeline": "Builds run with secrets and rights; whoever steers one has them.",
        "dependencies": "What is built tomorrow may not be what was looked at today.",
        "supply-chain": "What is built tomorrow may not be what was looked at today.",
        "migration": "It meets all the data at once, and cannot be taken back as code can.",
        "correctness": "It does something else than it says, and the next one to read it believes what it says.",
        "error-handling": "When something goes wrong here nobody hears of it, until something else does.",
        "crash": "An input of the right shape ends the whole program.",
        "tests": "What is not tested is only known to work today.",
        "test-weakened": "The tests go green without saying as much as before.",
        "test-disabled": "The tests go green without saying as much as before.",
        "test-removed": "The tests go green without saying as much as before.",
        "check-weakened": "What used to stop a mistake lets it through now.",
        "leftover": "It was of use while this was written; everybody else is misled or slowed down by it.",
        "hidden": "What people see is not what the machine reads.",
        "obfuscation": "What people see is not what the machine reads.",
    ]
}
