// Remarks and checks of the local code host as the store keeps them. What is written here is read back by every later version: a member may
// be added, never given another meaning.

extension LocalRemark {
    /// Without its number and moments, which stand in columns.
    package var stored: JSON {
        var members: [JSON.Member] = [
            .init("by", author.stored), .init("body", .string(body)),
            .init("reactions", .array(reactions.map(\.rawValue).sorted().map(JSON.string))),
        ]
        switch kind {
        case .comment: members.append(.init("kind", "comment"))
        case .review(let commit, let event):
            members += [.init("kind", "review"), .init("commit", .string(commit.description)), .init("event", .string(event.rawValue))]
        case .reply(let thread): members += [.init("kind", "reply"), .init("thread", JSON(thread))]
        case .thread(let thread):
            members += [
                .init("kind", "thread"), .init("review", JSON(thread.review)), .init("path", thread.path.stored),
                .init("anchor", thread.anchor.stored), .init("commit", .string(thread.commit.description)),
                .init("resolved", .bool(thread.isResolved)),
            ]
        }
        return .object(members)
    }

    /// Nil when it cannot be read.
    package init?(stored: JSON, id: Int64, createdAt: Timestamp, updatedAt: Timestamp) {
        guard let kind = Kind(stored: stored), let author = stored["by"].flatMap(LocalAuthor.init(stored:)),
            let body = stored["body"]?.string
        else { return nil }
        let reactions = Set((stored["reactions"]?.array ?? []).compactMap { $0.string.flatMap(HostReaction.init) })
        self.init(id: id, kind: kind, author: author, body: body, reactions: reactions, createdAt: createdAt, updatedAt: updatedAt)
    }
}

extension LocalRemark.Kind {
    fileprivate init?(stored: JSON) {
        let commit = stored["commit"]?.string.flatMap { CommitSHA($0) }
        switch stored["kind"]?.string {
        case "comment": self = .comment
        case "review":
            guard let commit, let event = stored["event"]?.string.flatMap(ReviewEvent.init) else { return nil }
            self = .review(commit: commit, event: event)
        case "reply":
            guard let thread = stored["thread"]?.integer else { return nil }
            self = .reply(thread: thread)
        case "thread":
            guard let review = stored["review"]?.integer, let path = stored["path"].flatMap(RepositoryPath.init(stored:)),
                let anchor = stored["anchor"].flatMap(ReviewAnchor.init(stored:)), let commit
            else { return nil }
            let isResolved = stored["resolved"]?.bool ?? false
            self = .thread(LocalThread(review: review, path: path, anchor: anchor, commit: commit, isResolved: isResolved))
        default: return nil
        }
    }
}

extension LocalAuthor {
    fileprivate var stored: JSON {
        switch self {
        case .forge: .object([])
        case .person(let login): ["login": .string(login)]
        }
    }

    fileprivate init?(stored: JSON) {
        guard stored.members != nil else { return nil }
        self = stored["login"]?.string.map(LocalAuthor.person) ?? .forge
    }
}

extension RepositoryPath {
    /// Text, or a list of bytes where it is no UTF-8.
    fileprivate var stored: JSON {
        if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
        return .array(bytes.map { JSON(Int64($0)) })
    }

    fileprivate init?(stored: JSON) {
        switch stored {
        case .string(let text): self.init(text)
        case .array(let numbers):
            let bytes = numbers.compactMap { $0.integer.flatMap { UInt8(exactly: $0) } }
            guard bytes.count == numbers.count else { return nil }
            self.init(bytes: bytes)
        default: return nil
        }
    }
}

extension ReviewAnchor {
    fileprivate var stored: JSON {
        switch self {
        case .file: .object([])
        case .line(let side, let line): ["side": .string(side.rawValue), "line": JSON(line)]
        case .range(let side, let lines):
            ["side": .string(side.rawValue), "start": JSON(lines.lowerBound), "line": JSON(lines.upperBound)]
        }
    }

    fileprivate init?(stored: JSON) {
        guard let line = stored["line"]?.integer.flatMap({ Int(exactly: $0) }) else {
            self = .file
            return
        }
        guard let side = stored["side"]?.string.flatMap(DiffSide.init) else { return nil }
        if let start = stored["start"]?.integer.flatMap({ Int(exactly: $0) }) {
            guard start <= line else { return nil }
            self = .range(side, start...line)
        } else {
            self = .line(side, line)
        }
    }
}

extension CheckRunContent {
    /// Without commit, name and external id, which stand in columns.
    package var stored: JSON {
        JSON.object([
            .init("conclusion", JSON(conclusion?.rawValue)), .init("title", .string(title)), .init("summary", .string(summary)),
            .init("text", JSON(text)), .init("annotations", .array(annotations.map(\.stored))),
            .init("actions", .array(actions.map(\.stored))),
        ]).withoutNulls
    }

    /// Nil while it is in progress.
    package var conclusion: CheckConclusion? {
        if case .completed(let conclusion) = state { conclusion } else { nil }
    }

    package init?(stored: JSON, name: String, head: CommitSHA, externalID: String) {
        guard let title = stored["title"]?.string, let summary = stored["summary"]?.string else { return nil }
        var state = CheckState.inProgress
        if let word = stored["conclusion"]?.string {
            guard let conclusion = CheckConclusion(rawValue: word) else { return nil }
            state = .completed(conclusion)
        }
        let annotations = (stored["annotations"]?.array ?? []).map(CheckAnnotation.init(stored:))
        let actions = (stored["actions"]?.array ?? []).map(CheckAction.init(stored:))
        guard !annotations.contains(nil), !actions.contains(nil) else { return nil }
        self.init(
            name: name, head: head, state: state, title: title, summary: summary, text: stored["text"]?.string,
            annotations: annotations.compactMap(\.self), actions: actions.compactMap(\.self), externalID: externalID)
    }
}

extension CheckAnnotation {
    fileprivate var stored: JSON {
        [
            "path": path.stored, "start": JSON(lines.lowerBound), "end": JSON(lines.upperBound), "level": .string(level.rawValue),
            "title": .string(title), "message": .string(message),
        ]
    }

    fileprivate init?(stored: JSON) {
        guard let path = stored["path"].flatMap(RepositoryPath.init(stored:)), let start = stored["start"]?.integer,
            let end = stored["end"]?.integer, start <= end, let level = stored["level"]?.string.flatMap(Level.init),
            let title = stored["title"]?.string, let message = stored["message"]?.string
        else { return nil }
        self.init(path: path, lines: Int(start)...Int(end), level: level, title: title, message: message)
    }
}

extension CheckAction {
    fileprivate var stored: JSON {
        ["identifier": .string(identifier), "label": .string(label), "description": .string(description)]
    }

    fileprivate init?(stored: JSON) {
        guard let identifier = stored["identifier"]?.string, let label = stored["label"]?.string,
            let description = stored["description"]?.string
        else { return nil }
        self.init(identifier: identifier, label: label, description: description)
    }
}
