// An exchange as an entry of a HAR 1.2 file (http://www.softwareishard.com/blog/har-12-spec/). Every text passes `shown`, so no credential
// stands in what comes out.

import ForgeCore

struct HAREntry {
    let exchange: RecordedExchange
    /// What else is a credential, besides what its name or its shape tells.
    let redact: @Sendable (String) -> String

    var json: JSON {
        var members: [JSON.Member] = [
            .init("startedDateTime", .string(exchange.startedAt.description)),
            .init("time", milliseconds(timings.map(\.value).reduce(0, +))),
            .init("request", request), .init("response", response), .init("cache", .object([])), .init("timings", timingsJSON),
        ]
        if !exchange.facts.address.isEmpty { members.append(.init("serverIPAddress", .string(exchange.facts.address))) }
        if exchange.facts.port > 0 { members.append(.init("connection", .string(String(exchange.facts.port)))) }
        if let failure = exchange.failure { members.append(.init("comment", .string(shown(failure)))) }
        return .object(members)
    }

    private func shown(_ text: String) -> String { redact(CredentialMask.text(text)) }

    // MARK: Request

    private var request: JSON {
        let request = exchange.request
        let url = shown(request.shownURL ?? request.url)
        var headers = request.headers.map(header)
        if request.authorization != nil { headers.append(field(exchange.request.authorizationHeader.lowercased(), CredentialMask.dots)) }
        var members: [JSON.Member] = [
            .init("method", .string(request.method.rawValue)), .init("url", .string(url)),
            .init("httpVersion", .string(exchange.facts.version)), .init("cookies", .array([])), .init("headers", .array(headers)),
            .init("queryString", .array(query(of: url))),
        ]
        if exchange.sent.total > 0 {
            let type = request.headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
            members.append(.init("postData", body(exchange.sent, type: type, more: [.init("params", .array([]))])))
        }
        members.append(.init("headersSize", -1))
        members.append(.init("bodySize", JSON(exchange.sent.total)))
        return .object(members)
    }

    /// Of the address as it is shown, so what is hidden there is hidden here.
    private func query(of url: String) -> [JSON] {
        guard let mark = url.firstIndex(of: "?") else { return [] }
        let text = url[url.index(after: mark)...].prefix { $0 != "#" }
        return text.split(separator: "&").map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return field(String(pair[0]), pair.count == 2 ? String(pair[1]) : "")
        }
    }

    // MARK: Response

    /// Status 0 is how HAR files say that there was none.
    private var response: JSON {
        let head = exchange.head
        let type = head?.header("content-type") ?? ""
        let size: [JSON.Member] = [.init("size", JSON(exchange.received.total))]
        return .object([
            .init("status", JSON(head?.status ?? 0)), .init("statusText", ""), .init("httpVersion", .string(exchange.facts.version)),
            .init("cookies", .array([])), .init("headers", .array(head?.headers.map(header) ?? [])),
            .init("content", body(exchange.received, type: type, more: size)),
            .init("redirectURL", .string(shown(head?.header("location") ?? ""))), .init("headersSize", -1),
            .init("bodySize", head == nil ? -1 : .integer(exchange.facts.receivedBytes)),
        ])
    }

    private func body(_ body: RecordedBody, type: String, more: [JSON.Member]) -> JSON {
        var members = more + [.init("mimeType", .string(shown(type)))]
        if isText(body.bytes) {
            members.append(.init("text", .string(shown(String(decoding: body.bytes, as: UTF8.self)))))
            if body.bytes.count < body.total {
                members.append(.init("comment", .string("the first \(body.bytes.count) of \(body.total) bytes")))
            }
        } else {
            members.append(.init("comment", .string("\(body.total) bytes that are no text")))
        }
        return .object(members)
    }

    /// In bytes that are no text nobody could find a credential.
    private func isText(_ bytes: [UInt8]) -> Bool {
        guard !bytes.contains(0) else { return false }
        // The end may be cut in the middle of a character.
        return (0...min(3, bytes.count)).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
    }

    private func header(_ header: HeaderField) -> JSON { field(header.name, redact(CredentialMask.header(header.name, header.value))) }

    private func field(_ name: String, _ value: String) -> JSON { .object([.init("name", .string(name)), .init("value", .string(value))]) }

    // MARK: Times

    /// What followed what, in microseconds; together they are the whole time.
    private var timings: [(name: String, value: Int64)] {
        let facts = exchange.facts
        let ready = max(facts.connected, facts.secured)
        let marks: [(name: String, end: Int64)] = [
            ("dns", facts.nameFound), ("connect", ready), ("send", facts.sending), ("wait", facts.firstByte), ("receive", facts.total),
        ]
        var before: Int64 = 0
        return marks.map { mark in
            let end = max(before, mark.end)
            defer { before = end }
            return (mark.name, end - before)
        }
    }

    private var timingsJSON: JSON {
        let handshake = exchange.facts.secured - exchange.facts.connected
        let ssl: JSON = exchange.facts.secured > 0 && handshake >= 0 ? milliseconds(handshake) : -1
        return .object([.init("blocked", -1)] + timings.map { JSON.Member($0.name, milliseconds($0.value)) } + [.init("ssl", ssl)])
    }

    private func milliseconds(_ microseconds: Int64) -> JSON { JSON(Double(microseconds) / 1_000, decimals: 3) }
}
