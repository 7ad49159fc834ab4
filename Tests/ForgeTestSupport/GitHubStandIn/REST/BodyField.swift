// What a body may have: GitHub overlooks much of what it does not know, but a client of ours that sends it has made a mistake.

import ForgeCore

struct BodyField {
    enum Kind {
        case text, number, flag, list, object, any
        case oneOf([String])
    }

    var name: String
    var kind: Kind
    var isRequired: Bool

    init(_ name: String, _ kind: Kind = .text, required: Bool = false) {
        self.name = name
        self.kind = kind
        isRequired = required
    }

    func accepts(_ value: JSON) -> Bool {
        switch (kind, value) {
        case (.text, .string), (.number, .integer), (.flag, .bool), (.list, .array), (.object, .object), (.any, _): true
        case (.oneOf(let allowed), .string(let text)): allowed.contains(text)
        default: false
        }
    }

    /// What is wrong with this object, a sentence each.
    static func problems(in object: JSON, _ fields: [BodyField], at place: String = "") -> [String] {
        guard let members = object.members else { return fields.contains(where: \.isRequired) ? ["\(place) is no object"] : [] }
        var problems: [String] = []
        for member in members {
            guard let field = fields.first(where: { $0.name == member.name }) else {
                problems.append("\"\(place)\(member.name)\" is not a permitted key")
                continue
            }
            if !field.accepts(member.value) {
                problems.append("For '\(place)\(member.name)', \(member.value.text.prefix(60)) is not allowed")
            }
        }
        for field in fields where field.isRequired && !members.contains(where: { $0.name == field.name }) {
            problems.append("\"\(place)\(field.name)\" wasn't supplied")
        }
        return problems
    }
}

extension Array where Element == BodyField {
    static let body = [BodyField("body", required: true)]
    static let review = [
        BodyField("commit_id"), BodyField("body"), BodyField("event", .oneOf(["APPROVE", "REQUEST_CHANGES", "COMMENT"])),
        BodyField("comments", .list),
    ]
    static let dismissal = [BodyField("message", required: true), BodyField("event", .oneOf(["DISMISS"]))]
    static let reviewComment = [
        BodyField("path", required: true), BodyField("body", required: true), BodyField("line", .number),
        BodyField("side", .oneOf(["LEFT", "RIGHT"])),
        BodyField("start_line", .number), BodyField("start_side", .oneOf(["LEFT", "RIGHT"])),
    ]
    static let looseReviewComment =
        reviewComment + [
            BodyField("commit_id", required: true), BodyField("subject_type", .oneOf(["line", "file"])), BodyField("in_reply_to", .number),
        ]
    static let checkRun = [
        BodyField("name"), BodyField("head_sha"), BodyField("details_url"), BodyField("external_id"), BodyField("started_at"),
        BodyField("completed_at"),
        BodyField("status", .oneOf(["queued", "in_progress", "completed"])),
        BodyField(
            "conclusion",
            .oneOf(["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"])),
        BodyField("output", .object), BodyField("actions", .list),
    ]
    static let checkOutput = [
        BodyField("title", required: true), BodyField("summary", required: true), BodyField("text"), BodyField("annotations", .list),
        BodyField("images", .list),
    ]
    static let annotation = [
        BodyField("path", required: true), BodyField("start_line", .number, required: true), BodyField("end_line", .number, required: true),
        BodyField("start_column", .number), BodyField("end_column", .number),
        BodyField("annotation_level", .oneOf(["notice", "warning", "failure"]), required: true), BodyField("message", required: true),
        BodyField("title"), BodyField("raw_details"),
    ]
    static let checkAction = [
        BodyField("label", required: true), BodyField("description", required: true), BodyField("identifier", required: true),
    ]
    static let token = [BodyField("repositories", .list), BodyField("repository_ids", .list), BodyField("permissions", .object)]
    static let reaction = [
        BodyField("content", .oneOf(["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]), required: true)
    ]
    static let labels = [BodyField("labels", .list, required: true)]
    static let label = [BodyField("name", required: true), BodyField("color"), BodyField("description")]
    static let pull = [
        BodyField("title"), BodyField("body"), BodyField("state", .oneOf(["open", "closed"])), BodyField("base"),
        BodyField("maintainer_can_modify", .flag),
    ]
    static let issue = [
        BodyField("title"), BodyField("body"), BodyField("state", .oneOf(["open", "closed"])), BodyField("labels", .list),
        BodyField("assignees", .list),
    ]
}
