// Bodies gone wrong, made from one that is right: what senders, proxies and enemies may do to JSON. The same seed gives the same bodies.
//
// It works on the bytes, with the places of all values found once, so that a hundred thousand bodies cost little more than their copies.

package import ForgeCore

package struct BodyMutator: Sendable {
    package enum Mutation: CaseIterable, Sendable {
        case nullForValue, stringForNumber, numberForString, oddNumber, otherForValue, deletion, repetition, nesting, hugeString
        case truncation, invalidUTF8, byteOrderMark, loneSurrogate, strayByte
    }

    private let body: [UInt8]
    private let places: JSONPlaces

    /// White space between values is left out.
    package init(_ body: JSON) {
        self.body = body.utf8
        self.places = JSONPlaces(of: self.body)
    }

    /// One to three mutations, each of the body before it.
    package func mutated(using random: inout SeededRandom) -> [UInt8] {
        var mutated = body
        for _ in 0...random.below(3) {
            // The places are the original's. After the first change they may fall anywhere, which only makes for stranger bodies.
            mutated = apply(random.element(of: Mutation.allCases), to: mutated, &random)
        }
        return mutated
    }

    package func apply(_ mutation: Mutation, to body: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        switch mutation {
        case .nullForValue: replacing(places.values, in: body, &random) { _ in Array("null".utf8) }
        case .stringForNumber: replacing(places.numbers, in: body, &random) { [Self.quote] + $0 + [Self.quote] }
        case .numberForString: replacingByOne(of: Self.numbers, places.strings, in: body, &random)
        case .oddNumber: replacingByOne(of: Self.numbers, places.numbers, in: body, &random)
        case .otherForValue: replacingByOne(of: ["{}", "[]", "\"\"", "[{}]", "false", "[null]"], places.values, in: body, &random)
        case .deletion: replacing(places.removals, in: body, &random) { _ in [] }
        case .repetition: replacing(places.members, in: body, &random) { $0 + [UInt8(ascii: ",")] + $0 }
        case .nesting: nesting(body, &random)
        case .hugeString: hugeString(body, &random)
        case .truncation: Array(body.prefix(random.below(body.count + 1)))
        case .invalidUTF8: inserting(Self.invalidBytes, in: body, &random)
        case .byteOrderMark: [0xEF, 0xBB, 0xBF] + body
        case .loneSurrogate: inserting([Array("\\ud83d".utf8), Array("\\udc00".utf8)], in: body, &random)
        case .strayByte: stray(body, &random)
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let invalidBytes: [[UInt8]] = [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF0, 0x9F]]
    private static let numbers = [
        "0", "-1", "1.5", "1e400", "-0", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1E-9",
    ]

    /// The body itself when it has no such place any more.
    private func replacing(
        _ ranges: [Range<Int>], in body: [UInt8], _ random: inout SeededRandom, with change: (ArraySlice<UInt8>) -> [UInt8]
    ) -> [UInt8] {
        guard !ranges.isEmpty else { return body }
        let range = random.element(of: ranges)
        guard range.upperBound <= body.count else { return body }
        var changed = body
        changed.replaceSubrange(range, with: change(body[range]))
        return changed
    }

    private func replacingByOne(
        of texts: [String], _ ranges: [Range<Int>], in body: [UInt8], _ random: inout SeededRandom
    ) -> [UInt8] {
        let text = random.element(of: texts)
        return replacing(ranges, in: body, &random) { _ in Array(text.utf8) }
    }

    /// Sometimes within the limit, sometimes far past it.
    private func nesting(_ body: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        let depth = random.element(of: [1, 3, 60, 100, 200, 10_000])
        return replacing(places.values, in: body, &random) {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + $0 + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
    }

    private func hugeString(_ body: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        let unit = random.element(of: ["x", "é", "/forge fix ", "\\n/forge ", "<!-- ", "https://", "🍐", "a/", "../"])
        let text = String(repeating: unit, count: random.element(of: [100, 500, 2000]))
        return replacing(places.values, in: body, &random) { _ in [Self.quote] + text.utf8 + [Self.quote] }
    }

    private func inserting(_ choices: [[UInt8]], in body: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        let bytes = random.element(of: choices)
        return replacing(places.strings, in: body, &random) { [Self.quote] + bytes + $0.dropFirst() }
    }

    private func stray(_ body: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        guard !body.isEmpty else { return [0] }
        var body = body
        body[random.below(body.count)] = UInt8(truncatingIfNeeded: random.next())
        return body
    }
}

/// Where the values, numbers, strings and members of a valid JSON text without white space begin and end.
private struct JSONPlaces: Sendable {
    private(set) var values: [Range<Int>] = []
    private(set) var numbers: [Range<Int>] = []
    private(set) var strings: [Range<Int>] = []
    /// From the name's quote to the value's end.
    private(set) var members: [Range<Int>] = []
    /// Members with a comma beside them: what can be taken out so that JSON is left.
    private(set) var removals: [Range<Int>] = []

    init(of bytes: [UInt8]) {
        var at = 0
        scan(bytes, &at)
        removals = members.map { member in
            if bytes[member.upperBound] == UInt8(ascii: ",") { return member.lowerBound..<member.upperBound + 1 }
            return bytes[member.lowerBound - 1] == UInt8(ascii: ",") ? member.lowerBound - 1..<member.upperBound : member
        }
    }

    private mutating func scan(_ bytes: [UInt8], _ at: inout Int) {
        let start = at
        switch bytes[at] {
        case UInt8(ascii: "{"): scanItems(bytes, &at, hasNames: true)
        case UInt8(ascii: "["): scanItems(bytes, &at, hasNames: false)
        case UInt8(ascii: "\""):
            skipString(bytes, &at)
            strings.append(start..<at)
        default:
            let isNumber = bytes[at] == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at])
            while at < bytes.count, bytes[at] != UInt8(ascii: ","), bytes[at] != UInt8(ascii: "}"), bytes[at] != UInt8(ascii: "]") {
                at += 1
            }
            if isNumber { numbers.append(start..<at) }
        }
        values.append(start..<at)
    }

    private mutating func scanItems(_ bytes: [UInt8], _ at: inout Int, hasNames: Bool) {
        let closing = hasNames ? UInt8(ascii: "}") : UInt8(ascii: "]")
        at += 1
        while bytes[at] != closing {
            if bytes[at] == UInt8(ascii: ",") { at += 1 }
            let start = at
            if hasNames {
                skipString(bytes, &at)
                at += 1
            }
            scan(bytes, &at)
            if hasNames { members.append(start..<at) }
        }
        at += 1
    }

    private func skipString(_ bytes: [UInt8], _ at: inout Int) {
        at += 1
        while bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at += 1
    }
}
