// What a provider said when it would not answer, and what that means for the next try: by status, by its own word for it, and by the few
// sentences that tell what no word does. One place, so that the same refusal means the same in an answer and in the middle of a stream.

import ForgeCore

struct ProviderError: Hashable {
    private let wire: ModelWire
    /// The provider's word for it, in small letters; empty without one.
    private let words: Set<String>
    private let message: String
    /// Of an answer, or as routers hand on what they were told.
    private var status: Int?

    /// An object that has `error`, or is one.
    init(_ wire: ModelWire, _ json: JSON) {
        self.wire = wire
        let error = json["error"]
        let inner = error?.members == nil ? json : error ?? json
        words = Set([inner["type"], inner["code"], json["code"]].compactMap { $0?.string?.lowercased() })
        message = Self.short(inner["message"]?.string ?? error?.string ?? json["message"]?.string ?? "")
        status = inner["code"]?.integer.flatMap { (400...599).contains($0) ? Int($0) : nil }
    }

    /// The body of an answer, whatever it is.
    init(_ wire: ModelWire, status: Int, body: [UInt8]) {
        // What is no JSON is a page, whoever sent it.
        if let json = try? JSONParser.parse(body).value, json.members != nil {
            self.init(wire, json)
        } else {
            self.init(wire, ["message": .string(Self.firstWords(String(decoding: body.prefix(16_384), as: UTF8.self)))])
        }
        self.status = status
    }

    // MARK: What it means

    func fault(duringStream: Bool) -> ModelFault {
        // What went wrong after the beginning was accepted goes right another time, unless it says why not.
        let fault = byWords ?? (status.map { byStatus($0, AnswerHints()) } ?? said(.unavailable, "it failed", .again))
        guard duringStream, fault.error.kind == .malformed, words.isDisjoint(with: Self.ourMistakes) else { return fault }
        return said(.unavailable, "it failed", .again)
    }

    func fault(_ hints: AnswerHints) -> ModelFault {
        var fault = byWords ?? byStatus(status ?? 0, hints)
        fault.retryAfter = hints.retryAfter
        if case .limited = fault.error.kind { fault.error.kind = .limited(retryAfter: hints.retryAfter ?? .zero) }
        // The provider knows best, but for what can never help.
        if hints.shouldRetry == false, fault.remedy == .again { fault.remedy = .nextModel }
        if hints.shouldRetry == true, fault.remedy == .nextModel { fault.remedy = .again }
        return fault
    }

    private static let ourMistakes: Set<String> = ["invalid_request_error", "invalid_prompt", "invalid_request"]
    private static let spentWords: Set<String> = [
        "billing_error", "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "access_terminated",
    ]
    private static let tooLargeWords: Set<String> = ["context_length_exceeded", "request_too_large", "string_above_max_length"]
    private static let passingWords: Set<String> = [
        "overloaded_error", "api_error", "timeout_error", "server_error", "internal_server_error", "conflict_error", "service_unavailable",
    ]

    private var byWords: ModelFault? {
        if !words.isDisjoint(with: Self.spentWords) || tells(Self.spentSentences) {
            return said(.spent, "its account has no money left", .none)
        }
        if !words.isDisjoint(with: Self.tooLargeWords) || tells(Self.tooLargeSentences) {
            return said(.tooLarge, "the prompt is more than it holds", .none)
        }
        if !words.isDisjoint(with: ["authentication_error", "permission_error", "invalid_api_key"]) {
            return said(.unauthorized, "the key is not accepted", .none)
        }
        // With an answer's status these are told apart by its headers.
        guard status == nil else { return nil }
        if !words.isDisjoint(with: Self.passingWords) { return said(.unavailable, "it failed", .again) }
        if !words.isDisjoint(with: ["rate_limit_error", "rate_limit_exceeded"]) {
            return said(.limited(retryAfter: .zero), "it was asked too often", .again)
        }
        if !words.isDisjoint(with: Self.ourMistakes) { return said(.malformed, "it does not accept the request", .none) }
        return nil
    }

    private func byStatus(_ status: Int, _ hints: AnswerHints) -> ModelFault {
        switch status {
        case 401, 403: said(.unauthorized, "the key is not accepted", .none)
        case 402: said(.spent, "its account has no money left", .none)
        case 404: said(.unavailable, "it does not know this model or this address", .nextModel)
        case 413: said(.tooLarge, "the prompt is more than it takes", .none)
        // So Anthropic says that the month's limit is reached: it gives no time after which to come back.
        case 429 where wire == .anthropic && hints.retryAfter == nil && hints.shouldRetry != true:
            said(.spent, "its limit of spending is reached", .none)
        case 429: said(.limited(retryAfter: .zero), "it was asked too often", .again)
        case 408, 409, 500...: said(.unavailable, "it failed", .again)
        case 300..<400: said(.unavailable, "it points elsewhere, which is not followed with a key", .none)
        default: said(.malformed, "it does not accept the request", .none)
        }
    }

    private func said(_ kind: ModelError.Kind, _ what: String, _ remedy: ModelFault.Remedy) -> ModelFault {
        let facts = [status.map { "\($0)" }, message.isEmpty ? nil : message].compactMap { $0 }.joined(separator: ": ")
        return ModelFault(kind, facts.isEmpty ? what : "\(what) (\(facts))", remedy)
    }

    private static let spentSentences = [
        "credit balance is too low", "spend limit", "spending limit", "usage limits", "exceeded your current quota",
    ]
    private static let tooLargeSentences = [
        "prompt is too long", "maximum context length", "exceed context limit", "context window", "context length", "input is too long",
        "too many tokens",
    ]

    private func tells(_ sentences: [String]) -> Bool {
        guard status == nil || [400, 413, 422, 429, 500].contains(status) else { return false }
        let small = message.lowercased()
        return sentences.contains { small.contains($0) }
    }

    // MARK: Words for people

    private static func short(_ text: String) -> String {
        let line = String(String.UnicodeScalarView(text.unicodeScalars.prefix(1_000).map { $0.isHidden ? " " : $0 }))
        let words = line.split(separator: " ").joined(separator: " ")
        return words.count <= 300 ? words : words.prefix(300) + "…"
    }

    /// The first words of a page or of anything else, without its marks.
    static func firstWords(_ text: String) -> String {
        var plain = ""
        var isInMark = false
        for character in text.prefix(8_192) {
            switch character {
            case "<": isInMark = true
            case ">" where isInMark:
                isInMark = false
                plain.append(" ")
            default: if !isInMark { plain.append(character) }
            }
            if plain.count > 600 { break }
        }
        let words = short(plain).split(separator: " ").prefix(12).joined(separator: " ")
        return words.count <= 120 ? words : words.prefix(120) + "…"
    }
}
