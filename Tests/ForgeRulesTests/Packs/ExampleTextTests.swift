// How an example is put together.

import Testing

@testable import ForgeRules

struct ExampleTextTests {
    private func check(_ text: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
        guard case .success(let bytes) = ExampleText(bytesMax: 1_000).assembled(text) else {
            Issue.record("\(text) is not put together", sourceLocation: sourceLocation)
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self) == expected, sourceLocation: sourceLocation)
    }

    @Test func `parts are put together`() {
        check("gh{{}}s_x", "ghs_x")
        check("{{ab*3}}-{{*2}}", "ababab-")
        check("a{{b*0}}c", "ac")
        check("{{a*2}}{{}}{{b*2}}", "aabb")
    }

    @Test func `what templates write is left as it is`() {
        check("${{ secrets.TOKEN }}", "${{ secrets.TOKEN }}")
        check("{{.Values.key}} {{#if}} {{name}}", "{{.Values.key}} {{#if}} {{name}}")
        check("{{ no end", "{{ no end")
        check("}} {{", "}} {{")
        check("{ {} }", "{ {} }")
    }

    @Test func `drawn characters are the same every time, of their alphabet, and others with another seed`() {
        check("{{random:hex:8:1}}", "17eb9055")
        guard case .success(let first) = ExampleText(bytesMax: 1_000).assembled("{{random:base62:40:1}}"),
            case .success(let second) = ExampleText(bytesMax: 1_000).assembled("{{random:base62:40:2}}")
        else {
            Issue.record("not put together")
            return
        }
        #expect(first.count == 40 && second.count == 40 && first != second)
        #expect(first.allSatisfy { Byte.isName($0) && $0 != Byte.underscore })
    }

    @Test(arguments: [
        "{{random:hex:8}}", "{{random:nothing:8:1}}", "{{random:hex:-1:1}}", "{{nothing:1}}", "{{ab*501}}", "{{a*999}}{{a*2}}",
    ])
    func `what cannot be made is told`(_ text: String) {
        guard case .failure = ExampleText(bytesMax: 1_000).assembled(text) else {
            Issue.record("\(text) is put together")
            return
        }
    }
}
