// What tokens cost, and how they are counted.

import ForgeCore
import ForgeModels
import Testing

@Suite struct PriceTests {
    private let catalog = ModelCatalog([
        ModelFacts(prefix: "claude-", provider: "anthropic", price: nil, window: 100_000),
        ModelFacts(
            prefix: "claude-sonnet-5", provider: "anthropic",
            price: ModelPrice(input: 2_000_000, output: 10_000_000, cacheRead: 200_000, cacheWrite: 2_500_000), window: 200_000),
    ])

    @Test func `fresh, cached and written tokens have their own prices, and the sum is rounded up`() {
        let usage = ModelUsage(inputTokens: 1_000, outputTokens: 100, cachedTokens: 700, cacheWriteTokens: 200)
        // 100 × 2 + 700 × 0.2 + 200 × 2.5 + 100 × 10
        #expect(catalog.priced(usage, model: "claude-sonnet-5-20260203", asked: "x").microUSD == 1_840)
        #expect(catalog.priced(ModelUsage(inputTokens: 1, cachedTokens: 1), model: "claude-sonnet-5", asked: "x").microUSD == 1)
    }

    @Test func `the longest prefix counts, a router's names too, and what nobody priced has no price`() {
        #expect(catalog.facts(of: "claude-sonnet-5-20260203")?.window == 200_000)
        #expect(catalog.facts(of: "claude-sonnet-5-latest")?.window == 200_000)
        #expect(catalog.facts(of: "claude-sonnet-5-fast")?.window == 100_000, "another model, which may be dearer: of the family alone")
        #expect(catalog.facts(of: "claude-sonnet-5-5")?.window == 100_000, "a version is another model, too")
        #expect(catalog.price(of: "claude-sonnet-50") == nil)
        #expect(catalog.facts(of: "anthropic/claude-sonnet-5")?.window == 200_000)
        #expect(catalog.facts(of: "claude-opus-9")?.window == 100_000)
        #expect(catalog.priced(ModelUsage(inputTokens: 5), model: "claude-opus-9", asked: "claude-opus-9").microUSD == nil)
        #expect(catalog.facts(of: "gpt-5") == nil)
        #expect(catalog.priced(ModelUsage(inputTokens: 1_000), model: "my-deployment", asked: "claude-sonnet-5").microUSD == 2_000)
    }

    @Test func `a later entry takes the place of an earlier one`() {
        let price = ModelPrice(input: 1, output: 1, cacheRead: 1, cacheWrite: 1)
        let more = ModelCatalog(catalog.models + [ModelFacts(prefix: "claude-sonnet-5", provider: "mine", price: price, window: nil)])
        #expect(more.price(of: "claude-sonnet-5") == price)
    }

    @Test func `numbers beyond all measure stay numbers`() {
        let price = ModelPrice(input: .max, output: .max, cacheRead: 0, cacheWrite: 0)
        #expect(price.microUSD(ModelUsage(inputTokens: .max, outputTokens: .max)) > 1_000_000_000)
    }

    @Test func `the most a call may cost has all of its prompt written to the cache`() {
        #expect(catalog.price(of: "claude-sonnet-5")?.microUSDMax(inputTokens: 1_000, outputTokens: 10) == 2_600)
    }

    // MARK: Meters

    private func metered(_ wire: ModelWire, _ text: String, isStream: Bool = true) -> UsageMeter {
        var meter = UsageMeter(wire, isStream: isStream)
        for byte in Array(text.utf8) { meter.read([byte]) }
        meter.end()
        return meter
    }

    @Test func `a meter beside the stream counts what the provider said last`() {
        let anthropic = metered(
            .anthropic,
            """
            data: {"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":5,"cache_read_input_tokens":20,"output_tokens":1}}}

            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{\\"usage\\":{\\"output_tokens\\":999}}"}}

            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}

            data: {"type":"message_stop"}


            """)
        #expect(anthropic.usage == ModelUsage(inputTokens: 25, outputTokens: 7, cachedTokens: 20))
        #expect(anthropic.model == "claude-x" && anthropic.isEnded)
        let chat = metered(
            .openAIChat,
            "data: {\"model\":\"g\",\"choices\":[],\"usage\":{\"prompt_tokens\":25,\"completion_tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":20}}}\n\ndata: [DONE]\n\n"
        )
        #expect(chat.usage == ModelUsage(inputTokens: 25, outputTokens: 7, cachedTokens: 20) && chat.isEnded)
        let responses = metered(
            .openAIResponses,
            "data: {\"type\":\"response.completed\",\"response\":{\"model\":\"g\",\"usage\":{\"input_tokens\":25,\"output_tokens\":7,\"input_tokens_details\":{\"cached_tokens\":20}}}}\n\n"
        )
        #expect(responses.usage == chat.usage && responses.isEnded)
    }

    @Test func `a meter reads an answer in one piece, and lets what it does not understand pass`() {
        let whole = metered(.anthropic, "{\"model\":\"m\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}", isStream: false)
        #expect(whole.usage == ModelUsage(inputTokens: 3, outputTokens: 4) && whole.isEnded)
        #expect(metered(.openAIChat, "<html>", isStream: false).usage == nil)
        #expect(metered(.openAIChat, "data: {{{\n\ndata: 7\n\n").usage == nil)
        #expect(metered(.anthropic, "{\"usage\":{\"input_tokens\":-3,\"output_tokens\":\"many\"}}", isStream: false).usage == nil)
    }
}
