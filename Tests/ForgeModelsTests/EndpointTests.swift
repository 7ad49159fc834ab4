// Where requests go, and what carries the key.

import ForgeCore
import ForgeHTTP
import ForgeModels
import Testing

@Suite struct EndpointTests {
    private func check(_ wire: ModelWire, _ base: String, _ expected: String, version: String? = nil) {
        #expect(ModelEndpoint(wire, baseURL: base, apiVersion: version).url == expected)
    }

    @Test func `an address works with and without the version, and whole`() {
        check(.anthropic, "https://api.anthropic.com", "https://api.anthropic.com/v1/messages")
        check(.anthropic, "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages")
        check(.openAIChat, "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1/chat/completions")
        check(.openAIResponses, "https://api.openai.com", "https://api.openai.com/v1/responses")
        check(.openAIChat, "http://127.0.0.1:11434", "http://127.0.0.1:11434/v1/chat/completions")
        check(.openAIChat, "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/chat/completions")
        check(.openAIChat, "https://openrouter.ai/api", "https://openrouter.ai/api/v1/chat/completions")
        check(.openAIChat, "https://models.example/v1beta/openai", "https://models.example/v1beta/openai/chat/completions")
        check(.openAIChat, "https://vllm.example/vllm", "https://vllm.example/vllm/v1/chat/completions")
    }

    @Test func `Azure has its deployment in the path and its version in the query`() {
        check(
            .openAIChat, "https://mine.openai.azure.com/openai/deployments/gpt5",
            "https://mine.openai.azure.com/openai/deployments/gpt5/chat/completions?api-version=2024-10-21", version: "2024-10-21")
        check(.openAIResponses, "https://mine.openai.azure.com/openai/v1", "https://mine.openai.azure.com/openai/v1/responses")
    }

    @Test func `the key goes where the provider wants it, and stands in no header`() {
        let key = Secret(Array("keyed-for-tests".utf8))
        func request(_ wire: ModelWire, _ base: String) -> OutgoingRequest { ModelEndpoint(wire, baseURL: base, key: key).request([1]) }
        func value(_ request: OutgoingRequest) -> String { String(decoding: request.authorization?.reveal() ?? [], as: UTF8.self) }
        let anthropic = request(.anthropic, "https://api.anthropic.com")
        #expect(anthropic.authorizationHeader == "x-api-key" && value(anthropic) == "keyed-for-tests")
        let openai = request(.openAIChat, "https://api.openai.com")
        #expect(openai.authorizationHeader == "Authorization" && value(openai) == "Bearer keyed-for-tests")
        let azure = request(.openAIChat, "https://mine.openai.azure.com/openai/v1")
        #expect(azure.authorizationHeader == "api-key" && value(azure) == "keyed-for-tests")
        for one in [anthropic, openai, azure] {
            #expect(!one.headers.contains { $0.value.contains("keyed") } && !one.url.contains("keyed"))
        }
        #expect(ModelEndpoint(.openAIChat, baseURL: "http://127.0.0.1:1").request([]).authorization == nil)
    }

    @Test func `a caller's headers are kept, and none twice`() {
        let endpoint = ModelEndpoint(.anthropic, baseURL: "https://api.anthropic.com")
        let given = [
            HeaderField("anthropic-version", "2099-01-01"), HeaderField("anthropic-beta", "x"), HeaderField("content-type", "text/plain"),
        ]
        let headers = endpoint.request([], headers: given).headers
        #expect(headers.map(\.name) == ["content-type", "anthropic-version", "anthropic-beta"])
        #expect(headers.map(\.value) == ["application/json", "2099-01-01", "x"])
    }

    @Test func `a text that repeats the key is shown without it`() {
        let endpoint = ModelEndpoint(.anthropic, baseURL: "https://api.anthropic.com", key: Secret(Array("keyed-for-tests".utf8)))
        #expect(endpoint.hidingKey(in: "no such key: keyed-for-tests!") == "no such key: ••••••••!")
    }
}
