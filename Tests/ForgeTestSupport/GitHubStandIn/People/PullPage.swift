// What a person sees under a pull request, whichever host shows it: words, in the order of a page, and as text that reads like a chat log.

package struct PullPage: Hashable, Sendable {
    package struct Remark: Hashable, Sendable {
        package var id: Int64
        package var author: String
        package var body: String
        package var reactions: [String]

        package init(id: Int64, author: String, body: String, reactions: [String] = []) {
            self.id = id
            self.author = author
            self.body = body
            self.reactions = reactions
        }
    }

    package struct Thread: Hashable, Sendable {
        package var id: String
        package var path: String
        package var line: Int?
        package var isResolved: Bool
        package var isOutdated: Bool
        package var remarks: [Remark]

        package init(id: String, path: String, line: Int?, isResolved: Bool, isOutdated: Bool, remarks: [Remark]) {
            self.id = id
            self.path = path
            self.line = line
            self.isResolved = isResolved
            self.isOutdated = isOutdated
            self.remarks = remarks
        }
    }

    package struct Review: Hashable, Sendable {
        package var id: Int64
        package var author: String
        package var state: String
        package var body: String
        package var commit: String
        /// How many threads it opened.
        package var threadCount: Int

        package init(id: Int64, author: String, state: String, body: String, commit: String, threadCount: Int) {
            self.id = id
            self.author = author
            self.state = state
            self.body = body
            self.commit = commit
            self.threadCount = threadCount
        }
    }

    package struct Check: Hashable, Sendable {
        package var id: Int64
        package var name: String
        package var head: String
        package var status: String
        package var conclusion: String?
        package var title: String
        package var summary: String
        package var annotationCount: Int
        package var externalID: String

        package init(
            id: Int64, name: String, head: String, status: String, conclusion: String?, title: String, summary: String,
            annotationCount: Int,
            externalID: String
        ) {
            self.id = id
            self.name = name
            self.head = head
            self.status = status
            self.conclusion = conclusion
            self.title = title
            self.summary = summary
            self.annotationCount = annotationCount
            self.externalID = externalID
        }
    }

    package var number: Int64
    package var title: String
    package var body: String
    package var head: String
    package var isOpen: Bool
    package var labels: [String]
    /// Those that opened a thread or say something; a reply's own empty one is nothing that anybody sees.
    package var reviews: [Review]
    package var comments: [Remark]
    package var threads: [Thread]
    /// Of the head, the oldest first.
    package var checks: [Check]

    package init(
        number: Int64, title: String, body: String, head: String, isOpen: Bool, labels: [String], reviews: [Review], comments: [Remark],
        threads: [Thread], checks: [Check]
    ) {
        self.number = number
        self.title = title
        self.body = body
        self.head = head
        self.isOpen = isOpen
        self.labels = labels
        self.reviews = reviews
        self.comments = comments
        self.threads = threads
        self.checks = checks
    }

    /// One line for each thing said.
    package var text: String {
        var lines = ["#\(number) \(title)" + (isOpen ? "" : " (closed)") + (labels.isEmpty ? "" : " [\(labels.joined(separator: ", "))]")]
        for review in reviews {
            lines.append("\(review.author) reviewed (\(review.state), \(review.threadCount) threads): \(Self.brief(review.body))")
        }
        for thread in threads {
            let place = thread.path + (thread.line.map { ":\($0)" } ?? "")
            let marks = (thread.isResolved ? " resolved" : "") + (thread.isOutdated ? " outdated" : "")
            lines.append("  at \(place)\(marks)")
            for remark in thread.remarks { lines.append("    \(remark.author): \(Self.brief(remark.body))") }
        }
        for remark in comments {
            let reactions = remark.reactions.isEmpty ? "" : " (\(remark.reactions.joined(separator: " ")))"
            lines.append("\(remark.author): \(Self.brief(remark.body))\(reactions)")
        }
        for check in checks { lines.append("check \(check.name): \(check.conclusion ?? check.status), \(check.title)") }
        return lines.joined(separator: "\n")
    }

    private static func brief(_ body: String) -> String {
        let line = body.split(whereSeparator: \.isNewline).first { !$0.hasPrefix("<!--") } ?? ""
        return line.count > 160 ? line.prefix(157) + "…" : String(line)
    }
}

extension GitHubStandIn {
    package func page(of number: Int64, in repository: String) throws -> PullPage {
        let state = state
        let found = try state.repository(repository)
        let pull = try state.pull(number, in: repository)
        func remark(_ comment: StandInComment) -> PullPage.Remark {
            .init(id: comment.id, author: comment.author, body: comment.body, reactions: comment.reactions.map(\.content))
        }
        let reviews = pull.reviews.map { review in
            PullPage.Review(
                id: review.id, author: review.author, state: review.state, body: review.body, commit: review.commit,
                threadCount: pull.threads.count { $0.comments.first?.review == review.id })
        }
        return PullPage(
            number: number, title: pull.title, body: pull.body, head: pull.head, isOpen: pull.isOpen, labels: pull.labels,
            reviews: reviews.filter { $0.threadCount > 0 || !$0.body.isEmpty }, comments: pull.comments.map(remark),
            threads: pull.threads.map { thread in
                .init(
                    id: thread.id, path: thread.anchor.path, line: thread.anchor.line, isResolved: thread.resolvedBy != nil,
                    isOutdated: thread.isOutdated, remarks: thread.comments.map { remark($0.comment) })
            },
            checks: found.checks.filter { $0.head == pull.head }.map { run in
                .init(
                    id: run.id, name: run.name, head: run.head, status: run.status, conclusion: run.conclusion, title: run.title,
                    summary: run.summary, annotationCount: run.annotations.count, externalID: run.externalID)
            })
    }
}
