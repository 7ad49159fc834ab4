// An error as RFC 9457 has it: what went wrong, in words, with the status. Never a stack, a path of this machine or a secret.

package struct HTTPProblem: Error, Hashable, Sendable {
    package var status: Int
    package var title: String
    package var detail: String?
    /// For validation: which field, what is wrong with it.
    package var fields: [(name: String, problem: String)]
    package var headers: [HeaderField]

    package init(
        status: Int, title: String, detail: String? = nil, fields: [(name: String, problem: String)] = [], headers: [HeaderField] = []
    ) {
        self.status = status
        self.title = title
        self.detail = detail
        self.fields = fields
        self.headers = headers
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.status == right.status && left.title == right.title && left.detail == right.detail && left.headers == right.headers
            && left.fields.elementsEqual(right.fields) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(status)
        hasher.combine(title)
    }

    package func response(requestID: String) -> HTTPResponse {
        var members: [JSON.Member] = [.init("type", "about:blank"), .init("title", .string(title)), .init("status", JSON(status))]
        if let detail { members.append(.init("detail", .string(detail))) }
        members.append(.init("request_id", .string(requestID)))
        if !fields.isEmpty {
            let list = fields.map { JSON.object([.init("name", .string($0.name)), .init("problem", .string($0.problem))]) }
            members.append(.init("errors", .array(list)))
        }
        let type = HeaderField("content-type", "application/problem+json")
        return HTTPResponse(status: status, headers: [type] + headers, body: .bytes(Array(JSON.object(members).text.utf8)))
    }
}
