// Why a program's request goes no further, in the shape in which its provider would say so: its library then reads it as what it is. It must
// never hold a key, an address or a header of the provider.

package import ForgeCore

package struct BrokerRefusal: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// It asks for something that is not let through.
        case invalid
        case forbidden
        /// The budget: asking again does not help.
        case spent
        case unavailable
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package func response(_ wire: ModelWire) -> HTTPResponse {
        // The providers' libraries ask again by themselves unless they are told not to.
        let again: [HeaderField] = kind == .unavailable ? [HeaderField("retry-after", "5")] : [HeaderField("x-should-retry", "false")]
        return HTTPResponse(status: status(wire), json: json(wire), headers: again)
    }

    /// The last event of a stream that did not come to its end.
    package func event(_ wire: ModelWire) -> [UInt8] {
        let text =
            switch wire {
            case .anthropic: "event: error\ndata: \(json(wire).text)\n\n"
            case .openAIChat: "data: \(json(wire).text)\n\n"
            case .openAIResponses:
                "event: error\ndata: \((["type": "error", "code": .string(word(wire)), "message": .string(message), "param": .null] as JSON).text)\n\n"
            }
        // An event may have been cut in the middle of a line: the empty line ends it.
        return Array(("\n\n" + text).utf8)
    }

    private func status(_ wire: ModelWire) -> Int {
        switch kind {
        case .invalid: 400
        case .forbidden: 403
        case .spent: wire == .anthropic ? 402 : 429
        case .unavailable: 503
        }
    }

    private func json(_ wire: ModelWire) -> JSON {
        if wire == .anthropic {
            return ["type": "error", "error": ["type": .string(word(wire)), "message": .string(message)]]
        }
        return ["error": ["message": .string(message), "type": .string(word(wire)), "param": .null, "code": .string(word(wire))]]
    }

    private func word(_ wire: ModelWire) -> String {
        switch (kind, wire == .anthropic) {
        case (.invalid, _): "invalid_request_error"
        case (.forbidden, true): "permission_error"
        case (.forbidden, false): "model_not_found"
        case (.spent, true): "billing_error"
        case (.spent, false): "insufficient_quota"
        case (.unavailable, true): "api_error"
        case (.unavailable, false): "server_error"
        }
    }
}
