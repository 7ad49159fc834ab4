// What `forge pr show` prints. Every text is from outside: it is put on lines of its own with what hides or moves text taken out, and
// nothing in it can look like the page itself.

import ForgeCore
import ForgeLocalHost
import ForgeReview

struct PullRequestPage {
    private let view: LocalPullRequestView
    /// What is known of the findings that threads are about, by thread.
    private let entries: [String: LedgerEntry]

    init(view: LocalPullRequestView, state: PullRequestState, identity: HostIdentity) {
        self.view = view
        let pairs = identity.findingThreads(view.threads).compactMap { finding, thread in state.ledger[finding].map { (thread.id, $0) } }
        entries = Dictionary(pairs) { first, _ in first }
    }

    /// Unchanged lines shown above the line of a thread.
    private static let contextLines = 2

    // MARK: What became of a thread

    struct Standing {
        var word: String
        var tone: Table.Tone
    }

    func standing(of thread: HostThread) -> Standing {
        switch entries[thread.id]?.state {
        case .dismissed(let person, let why, _)?: return Standing(word: "dismissed by \(person): \(why)", tone: .faint)
        case .fixed(let commit)?: return Standing(word: "fixed in \(commit.short)", tone: .good)
        case .outdated?: return Standing(word: "outdated", tone: .faint)
        case .open?, nil: break
        }
        if thread.isResolved { return Standing(word: "resolved", tone: .good) }
        return thread.isOutdated ? Standing(word: "open, outdated", tone: .notice) : Standing(word: "open", tone: .bad)
    }

    // MARK: Text

    func text(colours: Bool) -> String {
        let paint = { (text: String, tone: Table.Tone) in colours ? Table.painted(text, tone) : text }
        var lines = head(paint)
        for check in view.checks { lines += ["", checkLine(check, paint)] + body(check.content.summary, indent: "  ") }
        if view.checks.isEmpty { lines += ["", paint("no check at \(view.pull.head.short) yet", .faint)] }
        for thread in view.threads { lines += [""] + threadLines(thread, paint) }
        for remark in view.conversation {
            lines += ["", paint("\(Table.flat(remark.author.login)), \(remark.createdAt.shortText)", .faint)]
            lines += body(remark.body, indent: "  ")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func head(_ paint: (String, Table.Tone) -> String) -> [String] {
        let pull = view.pull
        let added = view.diff.files.reduce(0) { $0 + $1.addedCount }
        let removed = view.diff.files.reduce(0) { $0 + $1.removedCount }
        let files = view.diff.files.count
        let word = pull.isDraft && pull.isOpen ? "draft" : view.state.rawValue
        var lines = [
            "\(view.key.repository)#\(pull.number)  \(Table.flat(pull.title))  \(paint(word, view.state.tone))",
            "\(Table.flat(pull.author.login ?? "")) wants \(Table.flat(pull.headBranch)) (\(pull.head.short)) in "
                + "\(Table.flat(pull.baseBranch)): \(files) \(files == 1 ? "file" : "files"), +\(added) -\(removed)",
        ]
        if !pull.labels.isEmpty { lines.append("labels: " + pull.labels.map(Table.flat).joined(separator: ", ")) }
        return pull.body.isEmpty ? lines : lines + [""] + body(pull.body, indent: "  ")
    }

    private func checkLine(_ check: LocalCheck, _ paint: (String, Table.Tone) -> String) -> String {
        let word = check.content.conclusion?.rawValue.replacing("_", with: " ") ?? "in progress"
        let tone: Table.Tone =
            switch check.content.conclusion {
            case .success?: .good
            case .failure?, .timedOut?, .actionRequired?: .bad
            default: .notice
            }
        return "\(Table.flat(check.content.name)): \(paint(word, tone)), \(Table.flat(check.content.title))"
    }

    private func threadLines(_ thread: HostThread, _ paint: (String, Table.Tone) -> String) -> [String] {
        let standing = standing(of: thread)
        let place = thread.path.shown + (thread.line.map { ":\($0)" } ?? "")
        let number = thread.comments.first.map { "comment \($0.id)" } ?? ""
        var lines = ["\(place)  \(paint(Table.flat(standing.word), standing.tone))  \(paint(number, .faint))"]
        lines += code(at: thread).map { "  " + $0 }
        for comment in thread.comments {
            lines.append("    \(paint(Table.flat(comment.author.login ?? ""), .faint))")
            lines += body(comment.body, indent: "      ")
        }
        return lines
    }

    /// The line of the diff that a thread is about, with what stands right above it.
    private func code(at thread: HostThread) -> [String] {
        guard let number = thread.line, !thread.isOutdated, let file = view.diff.files.first(where: { $0.path == thread.path }) else {
            return []
        }
        for hunk in file.hunks {
            guard let index = hunk.lines.firstIndex(where: { $0.newNumber == number }) else { continue }
            return hunk.lines[max(hunk.lines.startIndex, index - Self.contextLines)...index].map { line in
                let mark = line.kind == .added ? "+" : line.kind == .removed ? "-" : " "
                let digits = (line.newNumber ?? line.oldNumber).map(String.init) ?? ""
                let padding = String(repeating: " ", count: max(0, String(number).count - digits.count))
                return "\(mark) \(padding)\(digits) | \(Table.flat(String(decoding: line.text.prefix(300), as: UTF8.self)))"
            }
        }
        return []
    }

    /// Markdown as it was written, without its comments and what only makes it small or folds it away.
    private func body(_ text: String, indent: String) -> [String] {
        var lines: [String] = []
        let plain = Self.marks.reduce(Self.withoutComments(text)) { $0.replacing($1, with: "") }
        for line in plain.split(separator: "\n", omittingEmptySubsequences: false) {
            let shown = Table.flat(String(line))
            let isBlank = shown.allSatisfy(\.isWhitespace)
            // One blank line is as good as three.
            if isBlank, lines.last.map(\.isEmpty) ?? true { continue }
            lines.append(isBlank ? "" : indent + shown)
        }
        return lines.last == "" ? lines.dropLast() : lines
    }

    private static let marks = ["<sub>", "</sub>", "<details>", "</details>", "<summary>", "</summary>"]

    static func withoutComments(_ text: String) -> String {
        var shown = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "<!--") {
            shown += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstRange(of: "-->") else { return shown }
            rest = rest[end.upperBound...]
        }
        return shown + rest
    }
}

// MARK: - JSON

extension PullRequestPage {
    var json: JSON {
        JSON.object([
            .init("schema", 1), .init("repository", .string(view.key.repository.description)), .init("number", JSON(view.key.number)),
            .init("title", .string(view.pull.title)), .init("body", .string(view.pull.body)), .init("author", JSON(view.pull.author.login)),
            .init("state", .string(view.state.rawValue)), .init("draft", .bool(view.pull.isDraft)),
            .init("head", .string(view.pull.head.description)), .init("head_branch", .string(view.pull.headBranch)),
            .init("base", .string(view.pull.base.description)), .init("base_branch", .string(view.pull.baseBranch)),
            .init("labels", .array(view.pull.labels.map(JSON.string))), .init("checks", .array(view.checks.map(check))),
            .init("threads", .array(view.threads.map(thread))), .init("comments", .array(view.conversation.map(remark))),
        ]).withoutNulls
    }

    private func check(_ check: LocalCheck) -> JSON {
        JSON.object([
            .init("name", .string(check.content.name)), .init("conclusion", JSON(check.content.conclusion?.rawValue)),
            .init("title", .string(check.content.title)), .init("summary", .string(check.content.summary)),
            .init("external_id", .string(check.content.externalID)), .init("updated_at", JSON(check.updatedAt)),
        ]).withoutNulls
    }

    private func thread(_ thread: HostThread) -> JSON {
        JSON.object([
            .init("path", .string(thread.path.text)), .init("line", JSON(thread.line)), .init("resolved", .bool(thread.isResolved)),
            .init("outdated", .bool(thread.isOutdated)), .init("standing", .string(standing(of: thread).word)),
            .init(
                "comments",
                .array(
                    thread.comments.map {
                        ["id": JSON($0.id), "author": JSON($0.author.login), "body": .string($0.body), "created_at": JSON($0.createdAt)]
                    })),
        ]).withoutNulls
    }

    private func remark(_ remark: LocalRemark) -> JSON {
        [
            "id": JSON(remark.id), "author": .string(remark.author.login), "body": .string(remark.body),
            "created_at": JSON(remark.createdAt), "reactions": .array(remark.reactions.map(\.rawValue).sorted().map(JSON.string)),
        ]
    }
}
