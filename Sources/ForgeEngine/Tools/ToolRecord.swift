// What a call left, as the journal keeps it. It must never hold more than a model was shown.

import ForgeCore

struct ToolRecord: StepResult, Hashable {
    var text: String
    var isError: Bool
    /// The files as the call left them were kept under this number; nil when it changed none.
    var keptStep: Int?

    static let keptMember = "kept_step"

    init(_ text: String, isError: Bool = false, keptStep: Int? = nil) {
        self.text = text
        self.isError = isError
        self.keptStep = keptStep
    }

    var stepJSON: JSON {
        JSON.object([
            .init("text", .string(text)), .init("is_error", .bool(isError)), .init(Self.keptMember, JSON(keptStep)),
        ]).withoutNulls
    }

    init?(stepJSON: JSON) {
        guard case .string(let text)? = stepJSON["text"], case .bool(let isError)? = stepJSON["is_error"] else { return nil }
        self.init(text, isError: isError, keptStep: stepJSON[Self.keptMember]?.integer.flatMap { Int(exactly: $0) })
    }
}
