// Where a request's body ends, decided so that no proxy in front can have decided otherwise. Whatever is ambiguous is refused with its
// reason; the connection is closed after it, so what follows is never taken for a request.

import ForgeCore

/// How the body is announced.
enum RequestFraming: Hashable {
    case none
    case length(Int)
    case chunked
}

struct FramingRefusal: Error, Hashable {
    let reason: String
}

extension RequestFraming {
    /// Reads lower-case named headers.
    init(_ headers: [HeaderField], isVersion10: Bool) throws(FramingRefusal) {
        var lengths: [String] = []
        var codings: [String] = []
        var hosts = 0
        for header in headers {
            switch header.name {
            case "content-length": lengths.append(header.value)
            case "transfer-encoding": codings.append(header.value)
            case "host": hosts += 1
            default: break
            }
        }
        guard hosts == 1 || (hosts == 0 && isVersion10) else {
            throw FramingRefusal(reason: hosts == 0 ? "There is no Host header." : "There are several Host headers.")
        }
        guard codings.isEmpty || lengths.isEmpty else {
            throw FramingRefusal(reason: "There are both Content-Length and Transfer-Encoding.")
        }
        guard lengths.count <= 1 else { throw FramingRefusal(reason: "There are several Content-Length headers.") }
        guard codings.count <= 1 else { throw FramingRefusal(reason: "There are several Transfer-Encoding headers.") }
        self = try Self.body(length: lengths.first, coding: codings.first, isVersion10: isVersion10)
    }

    private static func body(length: String?, coding: String?, isVersion10: Bool) throws(FramingRefusal) -> RequestFraming {
        if let coding {
            guard !isVersion10, coding.lowercased() == "chunked" else {
                throw FramingRefusal(reason: "The only Transfer-Encoding taken is chunked, in HTTP/1.1.")
            }
            return .chunked
        }
        guard let length else { return .none }
        guard length.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let count = Int(length) else {
            throw FramingRefusal(reason: "Content-Length is no number.")
        }
        return count == 0 ? .none : .length(count)
    }
}
