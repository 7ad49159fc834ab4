// What the parser takes, what it refuses and where, and that nothing makes it crash or lose anything.

import ForgeCore
import ForgeTestSupport
import Testing

private func check(
    _ text: String, _ expected: JSON, oddities: Set<JSONDocument.Oddity> = [], at location: SourceLocation = #_sourceLocation
) {
    check(bytes: Array(text.utf8), expected, oddities: oddities, at: location)
}

private func check(
    bytes: [UInt8], _ expected: JSON, oddities: Set<JSONDocument.Oddity> = [], at location: SourceLocation = #_sourceLocation
) {
    do {
        let document = try JSONParser.parse(bytes)
        #expect(document.value == expected, sourceLocation: location)
        #expect(document.oddities == oddities, sourceLocation: location)
    } catch {
        Issue.record("\(error)", sourceLocation: location)
    }
}

private func checkRefused(
    _ text: String, _ code: JSONError.Code, offset: Int? = nil, limits: JSONLimits = .init(), at location: SourceLocation = #_sourceLocation
) {
    do {
        let document = try JSONParser.parse(Array(text.utf8), limits: limits)
        Issue.record("read as \(document.value.text)", sourceLocation: location)
    } catch {
        #expect(error.code == code, "\(error)", sourceLocation: location)
        if let offset { #expect(error.offset == offset, "\(error)", sourceLocation: location) }
    }
}

@Test func `every kind of value is read`() {
    check("null", .null)
    check(" true ", true)
    check("\t\r\nfalse", false)
    check("-12", -12)
    check("0", 0)
    check("\"a\"", "a")
    check("[]", [])
    check("{}", .object([]))
    check("[1,[2,{\"a\":null}],\"\"]", [1, [2, ["a": nil]], ""])
    check(#"{"b":1,"a":2}"#, ["b": 1, "a": 2])
}

@Test func `whole numbers stay whole to 64 bits, and all others keep their digits`() {
    check("9007199254740993", .integer(9_007_199_254_740_993))
    check("9223372036854775807", .integer(.max))
    check("-9223372036854775808", .integer(.min))
    check("9223372036854775808", .number("9223372036854775808"))
    check("1.50", .number("1.50"))
    check("1e400", .number("1e400"))
    check("-0.0E-7", .number("-0.0E-7"))
}

@Test func `escapes are undone`() {
    check(#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t"))
    check(#""\u001B\u00e9\u20AC""#, .string("\u{1B}é€"))
    check(#""\ud83d\ude00!""#, .string("😀!"))
    check(#""a\u0000b""#, .string("a\u{0}b"))
}

@Test func `half a surrogate pair is repaired, and what follows it is kept`() {
    check(#""\ud83d""#, .string("\u{FFFD}"), oddities: [.invalidUTF8])
    check(#""\ude00x""#, .string("\u{FFFD}x"), oddities: [.invalidUTF8])
    check(#""\ud83d\u0041""#, .string("\u{FFFD}A"), oddities: [.invalidUTF8])
    check(#""\ud83d\ud83d\ude00""#, .string("\u{FFFD}😀"), oddities: [.invalidUTF8])
}

@Test func `a byte order mark, invalid UTF-8 and a repeated member are tolerated and told`() throws {
    check(bytes: [0xEF, 0xBB, 0xBF] + Array("{}".utf8), .object([]), oddities: [.byteOrderMark])
    check(bytes: [0x22, 0x61, 0xFF, 0x22], .string("a\u{FFFD}"), oddities: [.invalidUTF8])
    check(#"{"a":1,"a":2}"#, .object([.init("a", 1), .init("a", 2)]), oddities: [.repeatedMember])
    let many = (0..<40).map { "\"m\($0)\":0" }.joined(separator: ",")
    #expect(try JSONParser.parse(Array("{\(many)}".utf8)).oddities == [])
    #expect(try JSONParser.parse(Array("{\(many),\"m7\":1}".utf8)).oddities == [.repeatedMember])
}

@Test func `of a repeated member the last counts, and null counts as absent`() throws {
    let json = try JSONParser.parse(#"{"a":1,"a":2,"b":3,"b":null,"c":null}"#)
    #expect(json["a"] == 2)
    #expect(json["b"] == nil)
    #expect(json["c"] == nil)
    #expect(json["d"] == nil)
}

@Test func `what is no JSON is refused where it breaks`() {
    checkRefused("", .empty)
    checkRefused(" \n", .empty)
    checkRefused("\u{FEFF}", .empty)
    checkRefused("nul!", .syntax, offset: 0)
    checkRefused("True", .syntax, offset: 0)
    checkRefused("[1,]", .syntax, offset: 3)
    checkRefused("[,1]", .syntax, offset: 1)
    checkRefused("[1 2]", .syntax, offset: 3)
    checkRefused("{\"a\":1,}", .syntax, offset: 7)
    checkRefused("{a:1}", .syntax, offset: 1)
    checkRefused("{\"a\" 1}", .syntax, offset: 5)
    checkRefused("{} {}", .syntax, offset: 3)
    checkRefused("01", .syntax)
    checkRefused("-x", .syntax, offset: 1)
    checkRefused("1.x", .syntax, offset: 2)
    checkRefused("1e+]", .syntax, offset: 3)
    checkRefused("+1", .syntax, offset: 0)
    checkRefused("\"\n\"", .syntax, offset: 1)
    checkRefused(#""\x41""#, .syntax)
    checkRefused(#""\u12G4""#, .syntax)
    checkRefused(#""\u12""#, .syntax)
    checkRefused("NaN", .syntax, offset: 0)
}

@Test(arguments: [
    "{", "[", "[1", "[1,", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "\"abc", "\"a\\", "\"a\\u12", "tru", "-", "[1.", "[1e",
    "[1e+",
])
func `a body that was cut off is told from one that is wrong`(text: String) {
    checkRefused(text, .truncated, offset: text.utf8.count)
}

@Test func `every prefix of a document is cut off, never wrong and never whole`() {
    let whole = #"{"a":[1.5,-2e+3,true,false,null,"\u20ac\n"],"b":{"c":"😀"}}"#
    for count in 1..<whole.utf8.count {
        let prefix = Array(whole.utf8.prefix(count))
        #expect(throws: JSONError.self, "\(count)") { try JSONParser.parse(prefix) }
        do {
            _ = try JSONParser.parse(prefix)
        } catch {
            #expect(error.code == .truncated, "\(count): \(error)")
        }
    }
}

@Test func `depth is counted over arrays and objects alike`() {
    func nested(_ depth: Int) -> String {
        String(repeating: "[{\"a\":", count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2)
    }
    #expect(throws: Never.self) { try JSONParser.parse(nested(128)) }
    checkRefused(nested(130), .tooDeep, offset: 64 * 6)
    checkRefused(String(repeating: "[", count: 10_000), .tooDeep, offset: 128)
    checkRefused(String(repeating: "{\"a\":", count: 10_000), .tooDeep, offset: 128 * 5)
}

@Test func `values are counted, members and items alike`() {
    let limits = JSONLimits(depthMax: 8, valuesMax: 4)
    #expect(throws: Never.self) { try JSONParser.parse("[1,2,3]", limits: limits) }
    checkRefused("[1,2,3,4]", .tooManyValues, limits: limits)
    checkRefused("{\"a\":1,\"b\":[2,3]}", .tooManyValues, limits: limits)
}

@Test func `a million values are read, one more than the limit is not`() throws {
    let body = "[" + String(repeating: "0,", count: 999_998) + "0]"
    #expect(try JSONParser.parse(body).array?.count == 999_999)
    checkRefused("[0," + body.dropFirst(), .tooManyValues)
}

// MARK: - Properties

private func randomText(_ random: inout SeededRandom) -> String {
    let alphabet: [Unicode.Scalar] = [
        "a", "\"", "\\", "/", "\n", "\r", "\t", "\u{0}", "\u{1F}", "\u{7F}", "é", "€", "😀", "\u{2028}", "\u{FFFD}", "\u{301}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<12, using: &random) { text.append(alphabet.randomElement(using: &random) ?? "a") }
    return String(text)
}

private func randomValue(depth: Int, _ random: inout SeededRandom) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .integer(Int64(truncatingIfNeeded: random.next()))
    case 3: return .number(["0.5", "1e9", "-3.25E-2", "92233720368547758070"].randomElement(using: &random) ?? "0.5")
    case 4, 5: return .string(randomText(&random))
    case 6: return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in randomValue(depth: depth - 1, &random) })
    default:
        return .object(
            (0..<Int.random(in: 0..<5, using: &random)).map {
                JSON.Member("\($0)" + randomText(&random), randomValue(depth: depth - 1, &random))
            })
    }
}

@Test(arguments: UInt64(0)..<200)
func `what is written is read back as it was, compact and pretty`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let value = randomValue(depth: 5, &random)
    // As bytes: `==` on text would take é and e with an accent for the same.
    #expect(try JSONParser.parse(value.utf8).value.utf8 == value.utf8)
    #expect(try JSONParser.parse(value.prettyText).utf8 == value.utf8)
}

@Test(arguments: UInt64(0)..<50)
func `bytes changed at random are read or refused`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let original = randomValue(depth: 6, &random).utf8
    for _ in 0..<100 {
        var bytes = original + Array("[]".utf8)
        for _ in 0..<Int.random(in: 1..<4, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: index)
            default: bytes.insert(Array("{}[]\",:\\u0e-.".utf8).randomElement(using: &random) ?? 0, at: index)
            }
            if bytes.isEmpty { bytes = [0x22] }
        }
        do {
            let value = try JSONParser.parse(bytes).value
            #expect((try? JSONParser.parse(value.utf8).value) == value, "seed \(seed)")
        } catch {
            #expect((0...bytes.count).contains(error.offset), "seed \(seed): \(error)")
        }
    }
}
