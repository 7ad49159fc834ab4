// What the headers of a refusal say about trying again, in the order in which the providers' own clients read them.

import ForgeCore
import ForgeHTTP

struct AnswerHints: Hashable {
    var retryAfter: Duration?
    var shouldRetry: Bool?

    init() {}

    /// - Parameter now: what a date is compared with.
    init(_ head: ResponseHead, now: Timestamp) {
        shouldRetry = head.header("x-should-retry").flatMap { ["true": true, "false": false][$0] }
        retryAfter = Self.milliseconds(head.header("retry-after-ms")) ?? Self.wait(head.header("retry-after"), now: now)
    }

    private static func milliseconds(_ text: String?) -> Duration? {
        guard let number = text.flatMap(Double.init), number >= 0, number < 1e12 else { return nil }
        return .milliseconds(Int64(number.rounded(.up)))
    }

    /// Seconds, or a date as HTTP writes it.
    private static func wait(_ text: String?, now: Timestamp) -> Duration? {
        guard let text else { return nil }
        if let seconds = Double(text), seconds >= 0, seconds < 1e9 { return .milliseconds(Int64((seconds * 1_000).rounded(.up))) }
        return Timestamp(httpDate: text).map { max(.zero, $0 - now) }
    }
}
