// What the journal keeps of answers that were paid for: the answer itself, who gave it, and what it came to. It must never lose what a version
// before stored, nor keep a secret that a model said: whoever may look at a run reads its steps.

import ForgeCore

/// A model's answer as the journal keeps it.
struct PaidAnswer: StepResult, Hashable {
    var answer: ModelAnswer

    init(_ answer: ModelAnswer) { self.answer = answer }

    var stepJSON: JSON {
        let own: [JSON.Member] = [.init("answer", answer.json), .init("model", JSON(answer.model))]
        return JSON.object(own + answer.usage.stepMembers).withoutNulls
    }

    init?(stepJSON: JSON) {
        guard let json = stepJSON["answer"], let usage = ModelUsage(stepMembers: stepJSON) else { return nil }
        self.init(ModelAnswer(json: json, usage: usage, model: stepJSON["model"]?.string))
    }

    /// Without what nobody may read. A piece of code that somebody would take over as it is cannot be left with a hole.
    func masked(_ mask: (String) -> String) -> PaidAnswer {
        var copy = self
        copy.answer.json = answer.json.masked(mask)
        copy.answer.model = answer.model.map(mask)
        return copy
    }
}

/// What a person's question came to: words that are safe to post, or the reason why there are none.
struct PaidWords: StepResult, Hashable {
    var text: String?
    var failure: String?
    var usage = ModelUsage()
    var model: String?

    var stepJSON: JSON {
        let own: [JSON.Member] = [.init("text", JSON(text)), .init("failure", JSON(failure)), .init("model", JSON(model))]
        return JSON.object(own + usage.stepMembers).withoutNulls
    }

    init(_ text: String?, usage: ModelUsage, model: String?) {
        self.text = text
        self.usage = usage
        self.model = model
    }

    init(failure: String) { self.failure = failure }

    init?(stepJSON: JSON) {
        // A version before kept the words alone, in a list of one or none.
        if let words = stepJSON.array {
            guard words.count <= 1 else { return nil }
            self.init(words.first?.string, usage: ModelUsage(), model: nil)
            return
        }
        guard let usage = ModelUsage(stepMembers: stepJSON) else { return nil }
        self.init(stepJSON["text"]?.string, usage: usage, model: stepJSON["model"]?.string)
        failure = stepJSON["failure"]?.string
    }
}

extension JSON {
    private static let suggestion = "suggestion"

    /// Every text goes through `mask`, also the names of members: a model may write anything anywhere.
    fileprivate func masked(_ mask: (String) -> String) -> JSON {
        switch self {
        case .string(let text): return .string(mask(text))
        case .array(let items): return .array(items.map { $0.masked(mask) })
        case .object(let members):
            return .object(
                members.map { member in
                    let shown = member.value.masked(mask)
                    let isLost = member.name == Self.suggestion && shown != member.value
                    return Member(mask(member.name), isLost ? .null : shown)
                })
        case .null, .bool, .integer, .number: return self
        }
    }
}

extension ModelUsage {
    /// What no cache had a part in has no word about one.
    fileprivate var stepMembers: [JSON.Member] {
        [
            .init("input_tokens", JSON(inputTokens)), .init("output_tokens", JSON(outputTokens)),
            .init("cached_tokens", cachedTokens == 0 ? .null : JSON(cachedTokens)),
            .init("cache_write_tokens", cacheWriteTokens == 0 ? .null : JSON(cacheWriteTokens)), .init("micro_usd", JSON(microUSD)),
        ]
    }

    fileprivate init?(stepMembers json: JSON) {
        func number(_ name: String) -> Int? { json[name]?.integer.flatMap { Int(exactly: $0) } }
        guard let input = number("input_tokens"), let output = number("output_tokens") else { return nil }
        self.init(
            inputTokens: input, outputTokens: output, cachedTokens: number("cached_tokens") ?? 0,
            cacheWriteTokens: number("cache_write_tokens") ?? 0, microUSD: number("micro_usd"))
    }
}
