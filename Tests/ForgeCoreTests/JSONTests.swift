// Reading members as senders write them, and writing.

import ForgeCore
import Testing

@Test(arguments: [
    (JSON.integer(7), Int64(7)), ("7", 7), ("-7", -7), (.number("7.0"), 7), (.number("7.00"), 7), (.number("1.2e3"), 1200),
    (.number("7.5"), nil),
    ("7.0", nil), ("", nil), (true, nil), (.null, nil), (.number("9007199254740993.0"), 9_007_199_254_740_993),
    (.number("9007199254740993e0"), 9_007_199_254_740_992),
    (.number("1e300"), nil), (.number("92233720368547758070"), nil), ("9223372036854775807", .max),
])
func `a whole number is read from a number or from text`(json: JSON, expected: Int64?) {
    #expect(json.integer == expected)
}

@Test(arguments: [
    (JSON.integer(2), 2.0), (.number("2.5"), 2.5), ("2.5", 2.5), ("nan", nil), ("inf", nil), (.number("1e400"), nil), (true, nil),
    (.array([]), nil),
])
func `a number that is none stays out of arithmetic`(json: JSON, expected: Double?) {
    #expect(json.double == expected)
}

@Test func `text is read from text and numbers, truths from their words and digits`() {
    #expect(JSON.integer(88001).string == "88001")
    #expect(JSON.number("1.50").string == "1.50")
    #expect(JSON.bool(true).string == nil)
    #expect(JSON.array([]).string == nil)
    #expect(
        JSON.string("true").bool == true && JSON.integer(0).bool == false && JSON.string("yes").bool == nil && JSON.integer(2).bool == nil)
}

@Test func `a member is found under either of its names, the first that is not null`() {
    let frame: JSON = ["lineno": nil, "lineNo": 8]
    #expect(frame[either: "lineno", "lineNo"] == 8)
    #expect(frame[either: "colno", "colNo"] == nil)
    #expect(JSON.array([1, 2])["lineNo"] == nil)
    #expect(JSON.array([1, 2])[1] == 2 && JSON.array([1, 2])[2] == nil && JSON.array([1, 2])[-1] == nil && frame[0] == nil)
}

@Test func `nulls are left out at the top alone`() {
    let json: JSON = ["a": nil, "b": ["c": nil]]
    #expect(json.withoutNulls == ["b": ["c": nil]])
    #expect(JSON.null.withoutNulls == .null)
}

@Test func `writing escapes what JSON must not hold raw`() {
    let json: JSON = ["q\"": "a\\b\n\r\t\u{0}\u{1F}\u{7F}é😀", "n": .number("1.50"), "l": [1, true, nil], "e": [], "o": .object([])]
    #expect(json.text == #"{"q\"":"a\\b\n\r\t\u0000\u001f\u007fé😀","n":1.50,"l":[1,true,null],"e":[],"o":{}}"#)
}

@Test func `the pretty form has two spaces a level and nothing inside empty brackets`() {
    let json: JSON = ["a": [1, .object([])], "b": []]
    #expect(
        json.prettyText == """
            {
              "a": [
                1,
                {}
              ],
              "b": []
            }
            """)
}

@Test func `a measured number is written with so many decimals, and never as what JSON has no word for`() {
    #expect(JSON(0.123456, decimals: 3) == .number("0.123"))
    #expect(JSON(2.0, decimals: 3) == 2)
    #expect(JSON(-0.0001, decimals: 2).text == "0")
    #expect(JSON(.nan, decimals: 2) == .null && JSON(.infinity, decimals: 2) == .null)
    #expect(throws: Never.self) { try JSONParser.parse(JSON(1e300, decimals: 2).text) }
}
