// How tests are declared and how they claim something, by language. It must never take a function for a test that no runner would start.

internal import ForgeCore

/// A test case that a text declares.
struct TestCase: Hashable, Sendable {
    var name: String
    /// The number of its line in the text.
    var line: Int

    /// `testAddsUp`, `adds_up`, `_testAddsUp` and `adds up` are names of the same case.
    var plainName: String {
        let plain = CaseChecks.plain(name)
        for prefix in ["disabledtest", "xtest", "test"] where plain.hasPrefix(prefix) && plain.count > prefix.count + 1 {
            return String(plain.dropFirst(prefix.count))
        }
        return plain
    }
}

enum TestSyntax {
    /// The cases declared on changed lines of one side of a test file.
    static func cases(in text: ChangedText, _ language: Language, changedOnly: Bool = true) -> [TestCase] {
        var found: [TestCase] = []
        var isMarked = false
        for (index, line) in text.lines.enumerated() {
            let bytes = text.text(index)
            guard bytes.count < 2_000, !text.isAll(.comment, index), !bytes.isBlank else { continue }
            if isMark(bytes, language) { isMarked = true }
            guard let name = name(bytes, language, isMarked: isMarked) else {
                // Attributes may stand between the mark and the function, code may not.
                if isMarked, !isAttribute(bytes), bytes.has(";") || bytes.has("}") { isMarked = false }
                continue
            }
            isMarked = false
            if line.isChanged || !changedOnly { found.append(TestCase(name: name, line: index)) }
        }
        return found
    }

    /// `@Test`, `#[test]`: the next function is a test.
    private static func isMark(_ line: ArraySlice<UInt8>, _ language: Language) -> Bool {
        switch language {
        case .swift, .java, .kotlin, .scala: line.has("@Test") || line.has("@ParameterizedTest") || line.has("@RepeatedTest")
        case .rust: line.has("#[test]") || line.has("::test]") || line.has("::test(") || line.has("#[rstest]") || line.has("#[test_case")
        case .csharp: line.has("[Fact]") || line.has("[Test]") || line.has("[Theory]") || line.has("[TestMethod]")
        case .php: line.has("@test") || line.has("#[Test]")
        default: false
        }
    }

    private static func isAttribute(_ line: ArraySlice<UInt8>) -> Bool {
        let first = line.trimmed.first
        return first == Byte.at || first == Byte.hash || first == Byte.openBracket
    }

    private static func name(_ line: ArraySlice<UInt8>, _ language: Language, isMarked: Bool) -> String? {
        switch language {
        case .swift: swift(line, isMarked: isMarked)
        case .python: word(line, after: ["def "]).flatMap { $0.hasPrefix("test") ? $0 : nil }
        case .javascript, .typescript, .dart: quoted(line, calls: ["it", "test", "specify", "testWidgets"])
        case .go: go(line)
        case .rust: isMarked ? word(line, after: ["fn "]) : nil
        case .ruby:
            word(line, after: ["def "]).flatMap { $0.hasPrefix("test_") ? $0 : nil }
                ?? quoted(line, calls: ["it", "test", "specify", "scenario"])
        case .java, .scala, .csharp: isMarked ? method(line) : nil
        case .kotlin: isMarked ? word(line, after: ["fun "]) : nil
        case .php:
            word(line, after: ["function "]).flatMap { isMarked || $0.hasPrefix("test") ? $0 : nil } ?? quoted(line, calls: ["it", "test"])
        case .c, .cpp, .objectiveC: c(line)
        default: nil
        }
    }

    private static func swift(_ line: ArraySlice<UInt8>, isMarked: Bool) -> String? {
        guard let name = word(line, after: ["func "]) else { return nil }
        // XCTest starts what is called test… and takes nothing.
        let isClassic = name.hasPrefix("test") && line.has("()")
        return isMarked || isClassic ? name : nil
    }

    private static func go(_ line: ArraySlice<UInt8>) -> String? {
        if line.starts("func "), let name = word(line, after: ["func "]) {
            return ["Test", "Benchmark", "Fuzz", "Example"].contains(where: name.hasPrefix) && name != "TestMain" ? name : nil
        }
        guard let call = line.first("t.Run(\"") else { return nil }
        return line[(call + 7)...].prefix { $0 != Byte.doubleQuote }.string
    }

    private static func c(_ line: ArraySlice<UInt8>) -> String? {
        let text = line.trimmed
        for macro in [
            "TEST(", "TEST_F(", "TEST_P(", "TYPED_TEST(", "TEST_CASE(", "SCENARIO(", "START_TEST(", "BOOST_AUTO_TEST_CASE(",
            "TEST_CASE_METHOD(",
        ]
        where text.starts(macro) {
            return text.dropFirst(macro.utf8.count).prefix { $0 != Byte.closeParenthesis }.filter { !Byte.isSpace($0) }[...].string
        }
        guard
            text.starts("- (void)test") || text.starts("static void test_") || text.starts("void test_") || text.starts("static int test_")
        else { return nil }
        return text.names.first { $0.hasPrefix("test") }
    }

    /// `void name(`: the word before the first parenthesis.
    private static func method(_ line: ArraySlice<UInt8>) -> String? {
        guard let open = line.firstIndex(of: Byte.openParenthesis), line.trimmed.first != Byte.at, !line.has(" class ") else { return nil }
        let name = line[..<open].reversed().prefix { Byte.isName($0) }.reversed()
        return name.isEmpty || line.trimmed.first == Byte.openBracket ? nil : String(decoding: name, as: UTF8.self)
    }

    /// The name behind a keyword; in backquotes it may hold anything.
    static func word(_ line: ArraySlice<UInt8>, after keywords: [String]) -> String? {
        for keyword in keywords {
            guard let at = line.first(keyword), at == line.startIndex || !Byte.isName(line[at - 1]) else { continue }
            let rest = line[(at + keyword.utf8.count)...].drop(while: Byte.isSpace)
            if rest.first == Byte.backquote { return rest.dropFirst().prefix { $0 != Byte.backquote }.string }
            let name = rest.prefix { Byte.isName($0) || $0 >= 0x80 }
            if !name.isEmpty { return name.string }
        }
        return nil
    }

    /// `it('says something', …`: the text, for `it.each(…)('says …'` too.
    private static func quoted(_ line: ArraySlice<UInt8>, calls: [String]) -> String? {
        let text = line.trimmed
        let call = text.prefix { Byte.isName($0) }
        guard calls.contains(call.string) else { return nil }
        let rest = text[call.endIndex...]
        guard [Byte.openParenthesis, UInt8(ascii: "."), Byte.space].contains(rest.first ?? 0) else { return nil }
        guard let open = rest.firstIndex(where: { $0 == Byte.singleQuote || $0 == Byte.doubleQuote || $0 == Byte.backquote }) else {
            return nil
        }
        let quote = rest[open]
        let name = rest[(open + 1)...]
        guard let close = name.firstIndex(of: quote) else { return name.string }
        return name[..<close].string
    }

    // MARK: Claims

    /// How much a line claims: 0 nothing, 1 that something is there or true, 2 a bound, a kind or a part, 3 exactly what.
    static func strength(_ code: ArraySlice<UInt8>) -> Int {
        guard isAssertion(code) else { return 0 }
        if code.hasAny(exact) || code.has("==") && !code.has("!= nil") { return 3 }
        if code.hasAny(bounds) { return 2 }
        if code.hasAny(truthy) { return 1 }
        if code.hasAny([" > ", " < ", ">=", "<=", "ontain", "ncludes", "atch", "hrow", "aises", " in ", " is ", "!=", "ength"]) {
            return 2
        }
        return 1
    }

    static func isAssertion(_ code: ArraySlice<UInt8>) -> Bool {
        for word in assertions {
            guard let at = code.first(word), at == code.startIndex || !Byte.isName(code[at - 1]) else { continue }
            return true
        }
        // `expectAddress(…)`, a helper of the tests' own.
        if let at = code.first("expect"), at == code.startIndex || !Byte.isName(code[at - 1]) {
            let name = code[at...].prefix { Byte.isName($0) }
            if name.count > 6, (0x41...0x5A).contains(name[at + 6]), code[name.endIndex...].first == Byte.openParenthesis { return true }
        }
        return code.has(".should") || code.has(".assert")
    }

    private static let assertions = [
        "XCTAssert", "XCTUnwrap", "#expect", "#require", "XCTFail", "assert", "Assert", "expect(", "expect {", "EXPECT_", "ASSERT_",
        "CHECK(", "CHECK_",
        "REQUIRE(",
        "REQUIRE_", "t.Error", "t.Fatal", "require.", "verify(", "refute", "must_equal", "wont_", "pytest.raises", "shouldBe",
    ]
    private static let exact = [
        "AssertEqual", "ssertEqual", "assertSame", "assert_equal", "assert_eq", "toBe(", "toEqual(", "toStrictEqual(", "toMatchObject(",
        ".Equal(",
        "deepEqual", "strictEqual", ".equal(", ".eql(", "to eq", "to be(", "EXPECT_EQ", "ASSERT_EQ", "_STREQ", "assertIs(", "AreEqual",
        "isEqualTo(",
        "toHaveBeenCalledWith(", "toMatchSnapshot", "toMatchInlineSnapshot", "assert_matches", ".JSONEq(", "JSONEquals(", "must_equal",
        "shouldBe ",
        "must_be_same_as",
    ]
    private static let bounds = ["InDelta", "InEpsilon", "_NEAR", "CloseTo", "accuracy:", "approx(", "AlmostEqual", "Within"]
    private static let truthy = [
        "XCTAssertTrue", "XCTAssertNotNil", "XCTAssert(", "assertTrue", "assertIsNotNone", "assertNotNull", "assert_not_nil", "refute_nil",
        "toBeTruthy",
        "toBeDefined", "toBeNull", ".NotNil(", ".NotEmpty(", ".True(", "assert.ok", "to be_truthy", "not_to be_nil", "EXPECT_TRUE",
        "ASSERT_TRUE", "NoThrow",
        "not.toBeNull", "not.toBeUndefined", "to.exist", "be.ok", "!= nil", "is not None", "!== undefined", "!= null", "assert!(",
        "is_some()", "is_ok()",
        ".NoError(", "toHaveBeenCalled()", "not.toThrow", "isNotNull(", "isNotEmpty(", "assert_nothing_raised",
    ]
}
