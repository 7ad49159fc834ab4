// What a refusal means for the next try.

import ForgeCore
import ForgeHTTP
import Testing

@testable import ForgeModels

@Suite struct ProviderErrorTests {
    private static let now = Timestamp(milliseconds: 1_767_225_600_000)

    private func fault(
        _ wire: ModelWire, _ status: Int, _ word: String = "", _ message: String = "m", _ headers: [String: String] = [:]
    ) -> ModelFault {
        let body: JSON = ["error": ["type": .string(word), "code": .string(word), "message": .string(message)]]
        let head = ResponseHead(status: status, headers: headers.map { HeaderField($0.key, $0.value) }, url: "")
        return ProviderError(wire, status: status, body: body.utf8).fault(AnswerHints(head, now: Self.now))
    }

    private func check(
        _ fault: ModelFault, _ kind: ModelError.Kind, _ remedy: ModelFault.Remedy, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(fault.error.kind == kind, sourceLocation: location)
        #expect(fault.remedy == remedy, sourceLocation: location)
    }

    @Test func `what passes is tried again`() {
        for status in [408, 409, 500, 502, 503, 504, 529] { check(fault(.anthropic, status), .unavailable, .again) }
        check(fault(.openAIChat, 429), .limited(retryAfter: .zero), .again)
        check(fault(.anthropic, 429, "rate_limit_error", "m", ["retry-after": "7"]), .limited(retryAfter: .seconds(7)), .again)
    }

    @Test func `keys, money and size are never tried again`() {
        for status in [401, 403] { check(fault(.openAIChat, status), .unauthorized, .none) }
        check(fault(.anthropic, 402, "billing_error"), .spent, .none)
        check(fault(.anthropic, 429, "rate_limit_error"), .spent, .none)
        check(fault(.openAIChat, 429, "insufficient_quota", "m", ["retry-after": "1"]), .spent, .none)
        check(fault(.anthropic, 400, "invalid_request_error", "Your credit balance is too low to access the API"), .spent, .none)
        check(fault(.anthropic, 400, "invalid_request_error", "prompt is too long: 250000 tokens > 200000 maximum"), .tooLarge, .none)
        check(fault(.openAIChat, 400, "context_length_exceeded"), .tooLarge, .none)
        check(fault(.openAIChat, 400, "BadRequestError", "This model's maximum context length is 8192 tokens."), .tooLarge, .none)
        check(fault(.anthropic, 413, "request_too_large"), .tooLarge, .none)
        check(fault(.openAIChat, 400, "invalid_request_error", "no such field"), .malformed, .none)
    }

    @Test func `a model that is not there is left to the next one`() {
        check(fault(.anthropic, 404, "not_found_error"), .unavailable, .nextModel)
    }

    @Test func `what the provider says of trying again counts, but never against the money`() {
        check(fault(.openAIChat, 500, "", "m", ["x-should-retry": "false"]), .unavailable, .nextModel)
        check(fault(.anthropic, 429, "rate_limit_error", "m", ["x-should-retry": "true"]), .limited(retryAfter: .zero), .again)
        check(fault(.openAIChat, 429, "insufficient_quota", "m", ["x-should-retry": "true"]), .spent, .none)
    }

    @Test func `how long to wait is milliseconds, else seconds, else a date`() {
        func wait(_ headers: [String: String]) -> Duration? { fault(.openAIChat, 503, "", "m", headers).retryAfter }
        #expect(wait(["retry-after-ms": "1500", "retry-after": "9"]) == .milliseconds(1_500))
        #expect(wait(["retry-after": "0.5"]) == .milliseconds(500))
        #expect(wait(["retry-after": "Thu, 01 Jan 2026 00:00:30 GMT"]) == .seconds(30))
        #expect(wait(["retry-after": "Thu, 01 Jan 2015 00:00:30 GMT"]) == .zero)
        #expect(wait(["retry-after": "soon"]) == nil && wait(["retry-after": "-5"]) == nil && wait([:]) == nil)
    }

    @Test func `a page is told by its first words, a text from outside by one line`() {
        let page = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>nginx</h1></center></body></html>"
        let fault = ProviderError(.anthropic, status: 502, body: Array(page.utf8)).fault(AnswerHints())
        #expect(fault.error.message == "it failed (502: 502 Bad Gateway nginx)")
        let long = self.fault(.openAIChat, 400, "x", String(repeating: "w\u{1B}[31m\n", count: 500))
        #expect(long.error.message.utf8.count < 700 && !long.error.message.unicodeScalars.contains { $0.isHidden })
        let endless = String(repeating: "<", count: 1_000_000)
        #expect(ProviderError(.openAIChat, status: 500, body: Array(endless.utf8)).fault(AnswerHints()).error.message == "it failed (500)")
    }
}
