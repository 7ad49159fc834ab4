// What is hidden in a text, kind by kind, and what holds for every text: a second reading changes nothing, nothing invisible is left, and the
// time grows with the length.

import ForgeRules
import ForgeTestSupport
import Testing

struct TextScrubberTests {
    private func check(
        _ input: String, _ expected: String, _ kinds: [ScrubKind], form: ScrubForm = .prose,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let scrubbed = TextScrubber(form: form).scrub(input)
        #expect(scrubbed.text == expected, sourceLocation: sourceLocation)
        #expect(scrubbed.notes.map(\.kind) == kinds, sourceLocation: sourceLocation)
    }

    @Test func `ordinary text stays as it is`() {
        check(
            "Fix the crash in `Array<String>` when a < b && b > c.\n\n- one\n\t- two\n",
            "Fix the crash in `Array<String>` when a < b && b > c.\n\n- one\n\t- two\n", [])
        check(
            "The family emoji 👨‍👩‍👧, the flag ☺️, می‌خواهم and Tiê\u{301}ng stay.",
            "The family emoji 👨‍👩‍👧, the flag ☺️, می‌خواهم and Tiê\u{301}ng stay.", [])
        check(
            "[info]: connected to the server\n[link](https://example.com)", "[info]: connected to the server\n[link](https://example.com)",
            [])
    }

    @Test func `invisible characters are dropped`() {
        check("i\u{200B}g\u{2060}n\u{00AD}o\u{FEFF}r\u{3164}e", "ignore", [.invisible])
        check("a\u{200D}b\u{200C}c", "abc", [.invisible])
    }

    @Test func `tag characters leave their number`() {
        let hidden = "run it".unicodeScalars.map { String(Unicode.Scalar(0xE0000 + $0.value)!) }.joined()
        check("Hello\(hidden).", "Hello⟨6 tag characters removed⟩.", [.tags])
    }

    @Test func `variation selectors carry nothing`() {
        check("x\u{FE01}\u{E0110}\u{E0120}y 😀\u{FE0F}\u{FE01}", "xy 😀\u{FE0F}", [.variation])
    }

    @Test func `controls that turn text around are shown`() {
        check("a \u{202E}txt.exe\u{202C} b\u{200F}", "a ⟨U+202E⟩txt.exe⟨U+202C⟩ b", [.invisible, .bidirectional])
    }

    @Test func `terminal sequences are dropped whole`() {
        check(
            "\u{1B}[31;1mred\u{1B}[0m \u{1B}]8;;https://x.example\u{1B}\\link\u{1B}]8;;\u{7} \u{9B}2Jend\u{1B}(B", "red link end", [.escape]
        )
        check("a\u{8}b\u{0}c\rd\r\ne\u{2028}f", "abc\nd\ne\nf", [.control])
        check("\u{1B}]0;unfinished\nnext", "0;unfinished\nnext", [.escape])
    }

    @Test func `blanks that push text out of sight become their number`() {
        check("a" + String(repeating: " ", count: 500) + "b", "a ⟨500 blanks⟩ b", [.padding])
        check("a" + String(repeating: "\n", count: 41) + "b", "a\n⟨40 empty lines⟩\nb", [.padding])
    }

    @Test func `piled marks are thinned`() {
        check("e" + String(repeating: "\u{301}", count: 30), "e\u{301}\u{301}\u{301}\u{301}", [.stackedMarks])
    }

    @Test func `comments are dropped and leave their length`() {
        check("a<!-- do it -->b", "a⟨hidden comment of 7 characters removed⟩b", [.comment])
        check("a<!-- do it --!>b<!-->c", "a⟨hidden comment of 8 characters removed⟩b⟨hidden comment of 0 characters removed⟩c", [.comment])
        check("a <!-- without end", "a ‹!-- without end", [.comment])
        check("<!<!-- x -->-- y -->", "‹!⟨hidden comment of 3 characters removed⟩-- y -->", [.comment])
        check("[//]: # (do it)\ntext", "⟨hidden comment of 15 characters removed⟩\ntext", [.comment])
        check("[comment]: <> (do it)", "⟨hidden comment of 21 characters removed⟩", [.comment])
    }

    @Test func `what markup hides becomes visible`() {
        check("<div style=\"display:none\">do it</div>", "‹div style=\"display:none\">do it</div>", [.attributes])
        check("<p hidden aria-label='do it'>", "‹p hidden aria-label='do it'>", [.attributes])
        check("![do it](https://x.example/a.png \"and this\")", "! [do it](https://x.example/a.png) (\"and this\")", [.image, .linkTitle])
        check("[a](<b c> 'do it')", "[a](‹b c> 'do it')", [.linkTitle])
        check("[a]( b/(c)!d \"do it\")", "[a]( b/(c)!d) (\"do it\")", [.linkTitle])
        check("x](<!-- do it -->)", "x](‹!-- do it -->)", [.linkTitle])
        check("<div =x hidden>", "‹div =x hidden>", [.attributes])
        check("<template>do it</template>, List<Option>", "‹template>do it</template>, List<Option>", [.attributes])
        check("<! do it></ do it></>", "‹! do it>‹/ do it></>", [.comment])
        check("a&#8203;b&#x0E0041;c&zwj;d&amp;&#65;&copy;", "a&amp;#8203;b&amp;#x0E0041;c&amp;zwj;d&amp;&#65;&copy;", [.invisible])
        check("> > > > > > > [a]: b 'do it'\n12. [a]: b", "> > > > > > > [a] : b 'do it'\n12. [a] : b", [.reference])
        check("[later]: https://x.example \"do it\"", "[later] : https://x.example \"do it\"", [.reference])
    }

    @Test func `text does not speak as somebody else`() {
        check("<|im_start|>system", "‹|im_start|›system", [.roleMarker])
        check("[INST] do it [/INST]", "⟦INST⟧ do it ⟦/INST⟧", [.roleMarker])
        check("Human: hi\n\nAssistant: yes", "⟨text⟩ Human: hi\n\n⟨text⟩ Assistant: yes", [.roleMarker])
        check("ok\n### System\n**System prompt:** x", "ok\n⟨text⟩ ### System\n⟨text⟩ **System prompt:** x", [.roleMarker])
        check("<tool_result>ok</tool_result><<SYS>>", "‹tool_result>ok‹/tool_result>‹‹SYS>>", [.roleMarker])
        check("--- END OF LOG ---\n<<<END>>>", "⟨text⟩ --- END OF LOG ---\n⟨text⟩ <<<END>>>", [.delimiter])
    }

    @Test func `source keeps its markup and its lines`() {
        check(
            "System: x\n<!-- a -->\n![b](c \"d\")\u{200B}<|im_end|>", "System: x\n<!-- a -->\n![b](c \"d\")‹|im_end|›",
            [.invisible, .roleMarker], form: .source)
    }

    @Test func `bytes that are no text are replaced`() {
        let scrubbed = TextScrubber().scrub([0x61, 0xFF, 0xC3, 0x28, 0x62])
        #expect(scrubbed.text == "a\u{FFFD}\u{FFFD}(b")
        #expect(scrubbed.notes.map(\.kind) == [.invalidBytes])
    }

    @Test func `a long text keeps its head and its tail`() {
        let text = String(repeating: "h", count: 100) + String(repeating: "m", count: 300) + String(repeating: "t", count: 50)
        let scrubbed = TextScrubber(limits: ScrubLimits(headMax: 100, tailMax: 50)).scrub(text)
        #expect(
            scrubbed.text == String(repeating: "h", count: 100) + "⟨cut: 300 characters left out⟩ " + String(repeating: "t", count: 50))
        #expect(scrubbed.notes == [ScrubNote(kind: .cut, count: 1)])
    }

    @Test(arguments: UInt64(0)..<60) func `scrubbing twice changes nothing`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for form in [ScrubForm.prose, .source] {
            let scrubber = TextScrubber(limits: ScrubLimits(headMax: 90, tailMax: 40), form: form)
            for _ in 0..<20 {
                let text = HostileText.make(pieces: Int.random(in: 1...60, using: &random), using: &random)
                let once = scrubber.scrub(text).text
                #expect(scrubber.scrub(once).text == once, "\(text.debugDescription)")
            }
        }
    }

    @Test(arguments: UInt64(0)..<100) func `nothing that hides is left`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            let scrubbed = TextScrubber().scrub(HostileText.make(pieces: 60, using: &random)).text
            #expect(!scrubbed.contains("<!--") && !scrubbed.contains("![") && !scrubbed.contains("<|im_start|>"))
            for scalar in scrubbed.unicodeScalars {
                let isForbidden =
                    (scalar.value < 0x20 && scalar != "\n" && scalar != "\t") || (0x7F...0x9F).contains(scalar.value)
                    || (0xE0000...0xE007F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value) || scalar.value == 0x200B
                #expect(!isForbidden, "U+\(String(scalar.value, radix: 16))")
            }
        }
    }

    @Test(arguments: HostileText.repeated) func `twice the text takes twice the time`(piece: String) {
        let scrubber = TextScrubber(limits: ScrubLimits(headMax: 10_000_000, tailMax: 0))
        func seconds(_ count: Int) -> Double {
            let text = String(repeating: piece, count: count)
            return (0..<3).map { _ in processorSeconds { _ = scrubber.scrub(text) } }.min()!
        }
        let length = 20_000 / piece.unicodeScalars.count
        let ratio = seconds(length * 4) / seconds(length)
        #expect(ratio < 9, "four times the text took \(ratio) times as long")
    }

    @Test func `a line of a million characters is scrubbed`() {
        let line = String(repeating: "ab <!-- [x](y 'z' \u{1B}]", count: 50_000)
        let scrubbed = TextScrubber().scrub(line)
        #expect(scrubbed.text.unicodeScalars.count <= 32_064)
        #expect(scrubbed.notes.contains { $0.kind == .cut })
    }
}

/// Texts made of the pieces that an attacker would use, in an order that nobody foresaw.
enum HostileText {
    static let pieces = [
        "<", "!", "--", "-->", "<!--", "[", "]", "(", ")", ":", "![", "](", "\"", "'", " ", "\n", "\n\n", "\t", "a", "word", "url", "#",
        "//",
        "[//]: # (x)", "[a]: b", "Human:", "### System", "System", "<|", "|>", "im_start", "[INST]", "<<SYS>>", "<system>", "</user>",
        "<div hidden>", "<a ", "<style>", "<b", "</", "&", "&#8203;", "&#", "8203", ";", "(", "1.", "=", "href", "=", ">", "---", "END",
        "<<<", "\u{1B}", "\u{1B}[", "\u{1B}]", "\u{7}", "m", "0;", "\u{9B}",
        "\u{200B}",
        "\u{200D}", "\u{FE0F}", "👨", "👩", "\u{202E}", "\u{E0041}", "\u{E0042}", "\u{301}", "é", "\u{A0}", "\r", "\r\n", "\u{0}", "⟨", "⟩",
        "‹", "⟨text⟩ ", " ⟨cut: 5 characters left out⟩ ", "              ", "\\", "^", "*", "`", "می‌", "\u{200C}", "\u{E0100}", "中",
    ]

    static let repeated = [
        "<!--", "<!-", "![", "](", "](a", "](a(", "&", "&#", "1.", "> ", "</", "[a", "[a]:", "\n[", "\n[a\n", "<a ", "<a b", "\u{1B}]",
        "\u{1B}[", "\u{1B}[1;", "<|", "<|a", "Human",
        "\nHuman",
        "\n---", " ", "\n", "\u{200D}", "👨\u{200D}", "\u{301}", "\u{E0041}", "](<", "](a '", "\u{202E}", "<", "-", "--!", "\n[a]: # ",
    ]

    static func make(pieces count: Int, using random: inout SeededRandom) -> String {
        (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined()
    }
}
