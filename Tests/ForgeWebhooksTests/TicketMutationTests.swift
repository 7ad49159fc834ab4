// Bodies changed at random, the seed in the test's name: whatever they became, they are decoded or refused, and never cost more than time
// in proportion to their size.

import ForgeCore
import ForgeWebhooks
import Foundation
import Testing

private struct Mutator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D | 1 }

    private mutating func below(_ count: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(max(1, count)))
    }

    /// A value somewhere in it becomes another, disappears, or is doubled.
    mutating func mutated(_ json: JSON) -> JSON {
        switch json {
        case .object(var members) where !members.isEmpty && below(8) > 0:
            let index = below(members.count)
            switch below(12) {
            case 0: members.remove(at: index)
            case 1: members.append(members[index])
            default: members[index].value = mutated(members[index].value)
            }
            return .object(members)
        case .array(var items) where !items.isEmpty && below(8) > 0:
            let index = below(items.count)
            switch below(12) {
            case 0: items.remove(at: index)
            case 1: items += Array(repeating: items[index], count: 30)
            default: items[index] = mutated(items[index])
            }
            return .array(items)
        default: return replacement(of: json)
        }
    }

    private mutating func replacement(of json: JSON) -> JSON {
        switch below(10) {
        case 0: return .null
        case 1: return .integer(Int64.min)
        case 2: return .number("1e999")
        case 3: return .string(String(repeating: "é😀://?&=#@", count: 1 + below(400)))
        case 4: return .array([json, .null, json])
        case 5: return .object([.init("values", json), .init("frames", json)])
        case 6: return .bool(true)
        case 7: return (0..<100).reduce(json) { inner, _ in .array([inner]) }
        case 8: return json.string.map { .string($0 + $0) } ?? .string("7")
        default: return json.string.flatMap { Int64($0) }.map(JSON.integer) ?? .string("")
        }
    }

    mutating func cut(_ bytes: [UInt8]) -> [UInt8] {
        switch below(4) {
        case 0: return Array(bytes.prefix(below(bytes.count)))
        case 1:
            var bytes = bytes
            if !bytes.isEmpty { bytes[below(bytes.count)] = UInt8(truncatingIfNeeded: state) }
            return bytes
        default: return bytes
        }
    }
}

/// What every draft holds to, whatever it was made of.
private func check(_ event: Event, _ place: String) {
    guard case .alerts(let alerts) = event.matter else { return }
    for alert in alerts {
        #expect(alert.draft.title.utf8.count <= 512 && !alert.draft.identity.isEmpty, "\(place)")
        #expect(alert.draft.evidence.exceptions.reduce(0) { $0 + $1.frames.count } <= 100, "\(place)")
        #expect(alert.draft.fingerprint.utf8.count == 64 && (alert.opensTicket || alert.note != nil), "\(place)")
        #expect(TicketDraft(json: alert.draft.json) == alert.draft, "\(place)")
    }
}

@Test(arguments: UInt64(0)..<40)
func `mutated bodies of both trackers are decoded or refused`(seed: UInt64) throws {
    var mutator = Mutator(seed: seed + 1)
    for (sender, decode) in [
        (
            "Sentry",
            { (body: [UInt8], name: String) in try TicketFixtures.sentry(body, resource: name.split(separator: ".").first.map(String.init))
            }
        ),
        ("GlitchTip", { (body: [UInt8], _: String) in try TicketFixtures.glitchTip(body) }),
    ] {
        for name in try TicketFixtures.examples(sender) {
            var json = try JSONParser.parse(TicketFixtures.example(sender, name)).value
            for _ in 0..<3 {
                json = mutator.mutated(json)
                let place = "seed \(seed), \(sender) \(name)"
                do {
                    check(try decode(mutator.cut(json.utf8), name), place)
                } catch let error as DecodeFailure {
                    #expect(!error.code.isEmpty && !error.reason.isEmpty, "\(place)")
                }
            }
        }
    }
}

/// What this thread has had of a processor, in nanoseconds. Not the clock on the wall: beside other tests that measures the machine. Nil where
/// the kernel does not tell.
private func processorTime() -> Int64? {
    // A kernel without the file is the one failure there is, and means that there is nothing to measure by.
    guard let text = try? String(contentsOfFile: "/proc/thread-self/schedstat", encoding: .utf8) else { return nil }
    return text.split(separator: " ").first.flatMap { Int64($0) }
}

/// Bodies of the worst kind, one eight times the other, the smaller decoded eight times as often: linear work costs the same both ways,
/// quadratic work eight times as much on the larger.
private func checkLinear(_ name: String, _ body: (Int) -> String) throws {
    let (small, large) = (Array(body(1_000).utf8), Array(body(8_000).utf8))
    func cost(_ body: [UInt8], times: Int) throws -> Int64? {
        guard let begin = processorTime() else { return nil }
        for _ in 0..<times { _ = try TicketFixtures.sentry(body, resource: "event_alert") }
        return processorTime().map { $0 - begin }
    }
    var (onSmall, onLarge) = (Int64(0), Int64(0))
    // The kernel counts in steps of milliseconds, so enough of them are gathered; taken in turn, both see the same machine.
    for _ in 0..<200 where onSmall < 60_000_000 {
        guard let ofSmall = try cost(small, times: 8), let ofLarge = try cost(large, times: 1) else {
            print("skipped: this kernel does not tell a thread's processor time (\(name))")
            return
        }
        onSmall += ofSmall
        onLarge += ofLarge
    }
    #expect(
        Double(onLarge) < Double(onSmall) * 2.5,
        "\(name): \(Double(onLarge) / Double(onSmall)) times what the same bytes cost in eight parts")
}

@Test func `no body costs more than its size`() throws {
    func event(_ json: String) -> String { #"{"action":"triggered","data":{"event":\#(json)}}"# }
    func list(_ count: Int, _ item: (Int) -> String) -> String { "[" + (0..<count).map(item).joined(separator: ",") + "]" }
    try checkLinear("tags") { count in event(#"{"tags":\#(list(count) { #"["user","\#($0)"]"# })}"#) }
    try checkLinear("frames") { count in
        event(#"{"exception":[{"type":"A","stacktrace":{"frames":\#(list(count) { #"{"function":"\#($0)"}"# })}}]}"#)
    }
    try checkLinear("exceptions") { count in event(#"{"exception":\#(list(count) { #"{"type":"\#($0)"}"# })}"#) }
    try checkLinear("threads") { count in event(#"{"threads":\#(list(count) { _ in #"{"stacktrace":{"frames":[{}]}}"# })}"#) }
    try checkLinear("entries") { count in event(#"{"entries":\#(list(count) { #"{"type":"\#($0)","data":{}}"# })}"#) }
    try checkLinear("members") { count in event("{" + (0..<count).map { #""m\#($0)":\#($0)"# }.joined(separator: ",") + "}") }
    try checkLinear("one text") { count in event(#"{"title":"\#(String(repeating: "é", count: count * 8))"}"#) }
    try checkLinear("one URL") { count in event(#"{"request":{"url":"http://h/?\#(String(repeating: "a=b&", count: count))"}}"#) }
    try checkLinear("slashes") { count in event(#"{"web_url":"http://h\#(String(repeating: "/a", count: count))"}"#) }
    try checkLinear("colons") { count in event(#"{"tags":{"a":"\#(String(repeating: ":", count: count * 8))"}}"#) }
}
