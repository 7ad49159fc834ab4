// What somebody asked for, as a job carries it: commands in a comment, a reply in a thread, or a button of a check. It is read from the
// payload that the intent wrote; nothing in it was checked yet but that the code host sent it.

package import ForgeCore
import ForgeCrypto

package struct CommandRequest: Hashable, Sendable {
    package enum Place: String, Hashable, Sendable {
        case issue, pullRequest, diff, review, check
    }

    /// Empty for a reply without a command.
    package var commands: [Command]
    /// Lines with commands that were too many.
    package var leftOut: Int
    /// Nil when only the head is known: the pull request is found by it.
    package var number: Int64?
    package var head: CommitSHA?
    package var isPullRequest: Bool
    package var place: Place
    /// Nil for a button.
    package var comment: Int64?
    /// The comment that opened the thread, when this one stands in a thread and did not open it.
    package var root: Int64?
    package var check: Int64?
    package var asker: Actor
    package var createdAt: Timestamp?
    package var updatedAt: Timestamp?
    /// SHA-256 of the text as it was when it was written, in hexadecimal digits.
    package var textDigest: String?

    package init(
        commands: [Command], leftOut: Int = 0, number: Int64?, head: CommitSHA? = nil, isPullRequest: Bool = true,
        place: Place = .pullRequest, comment: Int64?, root: Int64? = nil, check: Int64? = nil, asker: Actor, createdAt: Timestamp? = nil,
        updatedAt: Timestamp? = nil, textDigest: String? = nil
    ) {
        self.commands = commands
        self.leftOut = leftOut
        self.number = number
        self.head = head
        self.isPullRequest = isPullRequest
        self.place = place
        self.comment = comment
        self.root = root
        self.check = check
        self.asker = asker
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.textDigest = textDigest
    }

    /// From the payload of a job of the kind `command` or `reply`; nil when it is none.
    package init?(payload: JSON) {
        guard let place = payload["place"]?.string.flatMap(Place.init), payload["number"]?.integer != nil || payload["head"] != nil else {
            return nil
        }
        let commands = (payload["commands"]?.array ?? []).compactMap { entry in
            entry["command"]?.string.map { Command(name: $0, arguments: entry["arguments"]?.string ?? "") }
        }
        let asker = payload["asked_by"]
        let number = payload["number"]?.integer ?? payload["external_id"]?.string.flatMap(ForgeCheck.pullRequest(of:))
        self.init(
            commands: commands, leftOut: payload["left_out"]?.integer.flatMap { Int(exactly: $0) } ?? 0,
            number: number, head: payload["head"]?.string.flatMap { CommitSHA($0) },
            isPullRequest: payload["is_pull_request"]?.bool ?? true, place: place, comment: payload["comment"]?.integer,
            root: payload["root"]?.integer, check: payload["check"]?.integer,
            asker: Actor(login: asker?["login"]?.string, number: asker?["id"]?.integer, kind: asker?["kind"]?.string),
            createdAt: payload["created_at"]?.string.flatMap { Timestamp(text: $0) },
            updatedAt: payload["updated_at"]?.string.flatMap { Timestamp(text: $0) }, textDigest: payload["text_sha256"]?.string)
    }

    /// A reply is put into the thread it answers; everything else is answered in the conversation.
    package var thread: Int64? { place == .diff ? root ?? comment : nil }

    /// How the comment is addressed on the host; nil where there is nothing to react to.
    package var reactionPlace: CommentPlace? {
        switch place {
        case .issue, .pullRequest: .conversation
        case .diff: .diff
        case .review, .check: nil
        }
    }

    /// Whether the words are no longer those that asked. What counts is the text; the moment only where the text is not known.
    package func wasChanged(nowReading text: String, updatedAt now: Timestamp?) -> Bool {
        if let textDigest { return textDigest != Hex.encode(SHA256.digest(text)) }
        guard let updatedAt, let now else { return false }
        return now > updatedAt
    }
}
