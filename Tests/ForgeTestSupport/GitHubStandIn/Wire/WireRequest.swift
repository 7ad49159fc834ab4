// A request as it came over the wire, taken apart as GitHub does it: each part of the path is decoded by itself, so an escaped slash stays
// inside its part.

import Foundation

package struct WireRequest: Sendable {
    package var method: String
    /// As it was sent, with the query.
    package var target: String
    /// Each decoded.
    package var path: [String]
    package var query: [(name: String, value: String)]
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8] = []

    init?(head: String) {
        var lines = head.components(separatedBy: "\r\n")
        let first = lines.removeFirst().split(separator: " ")
        guard first.count == 3, first[1].hasPrefix("/") else { return nil }
        method = String(first[0])
        target = String(first[1])
        let parts = first[1].split(separator: "?", maxSplits: 1)
        path = parts[0].split(separator: "/").map { String($0).removingPercentEncoding ?? String($0) }
        query = (parts.count > 1 ? parts[1].split(separator: "&") : []).map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(sides[0]), sides.count > 1 ? Self.decoded(sides[1]) : "")
        }
        headers = lines.compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return String(spaced).removingPercentEncoding ?? String(spaced)
    }

    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    package func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }
    /// `GET /repos/acme/shop`, as faults match it.
    package var line: String { "\(method) /\(path.joined(separator: "/"))" }
}
