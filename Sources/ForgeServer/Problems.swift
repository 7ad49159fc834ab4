// Every refusal the server gives by itself, by name. None says more than the sender needs, and none repeats what was sent.

import ForgeCore

extension HTTPProblem {
    static func badRequest(_ detail: String) -> HTTPProblem { HTTPProblem(status: 400, title: "Bad Request", detail: detail) }

    static let notFound = HTTPProblem(status: 404, title: "Not Found")

    static func methodNotAllowed(allow: String) -> HTTPProblem {
        HTTPProblem(status: 405, title: "Method Not Allowed", headers: [HeaderField("allow", allow)])
    }

    static func timeout(_ detail: String) -> HTTPProblem { HTTPProblem(status: 408, title: "Request Timeout", detail: detail) }

    static func tooLarge(bytesMax: Int) -> HTTPProblem {
        HTTPProblem(status: 413, title: "Content Too Large", detail: "This route takes bodies of at most \(bytesMax) bytes.")
    }

    static func tooManyRequests(retryAfter seconds: Int) -> HTTPProblem {
        HTTPProblem(status: 429, title: "Too Many Requests", headers: [HeaderField("retry-after", "\(seconds)")])
    }

    static func headersTooLarge(bytesMax: Int) -> HTTPProblem {
        HTTPProblem(
            status: 431, title: "Request Header Fields Too Large", detail: "Request line and headers may have \(bytesMax) bytes together.")
    }

    static let methodUnknown = HTTPProblem(status: 501, title: "Not Implemented", detail: "This method is not known here.")

    static func unavailable(_ detail: String) -> HTTPProblem {
        HTTPProblem(status: 503, title: "Service Unavailable", detail: detail, headers: [HeaderField("retry-after", "1")])
    }
}
