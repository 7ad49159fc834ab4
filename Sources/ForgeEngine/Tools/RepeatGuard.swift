// Notices that somebody makes the same call over and over, which never helps: the files have not changed in between. It counts every call, also
// those that are answered from the journal, so that a repeated run refuses what the first one refused.

import ForgeCore

struct RepeatGuard {
    let repeatsMax: Int
    private var last: [String: (call: String, count: Int)] = [:]

    init(repeatsMax: Int) { self.repeatsMax = repeatsMax }

    /// How often the caller has made this call in a row, with this one.
    mutating func count(_ call: ToolCall, by caller: String) -> Int {
        let text = "\(call.name)\n\(Self.plain(call))"
        let count = last[caller].map { $0.call == text ? $0.count + 1 : 1 } ?? 1
        last[caller] = (text, count)
        return count
    }

    func refusal(_ call: ToolCall, count: Int) -> String? {
        guard count > repeatsMax else { return nil }
        return
            "This call of \(ToolRunner.shownName(call)) came \(count) times in a row with the same arguments. It was not carried out: it would "
            + "give what it gave before. Use what is known, or try something else."
    }

    /// Blanks and the order of members say nothing.
    private static func plain(_ call: ToolCall) -> String {
        guard let arguments = call.arguments else { return call.argumentsText }
        return sorted(arguments).text
    }

    private static func sorted(_ json: JSON) -> JSON {
        switch json {
        case .object(let members): .object(members.sorted { $0.name < $1.name }.map { .init($0.name, sorted($0.value)) })
        case .array(let items): .array(items.map(sorted))
        default: json
        }
    }
}
