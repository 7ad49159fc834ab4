// Which names are allowed, which are none, and what a program may say to the proxy.

import ForgeCore
import Testing

struct EgressRulesTests {
    private func rules(_ patterns: String...) -> EgressRules { EgressRules(patterns.compactMap { EgressPattern($0) }) }

    @Test(arguments: [
        ("registry.npmjs.org:443", true), ("REGISTRY.npmjs.ORG:443", true), ("registry.npmjs.org.:443", true),
        ("registry.npmjs.org:80", false), ("npmjs.org:443", false), ("evilregistry.npmjs.org:443", false),
        ("registry.npmjs.org.evil.example:443", false), ("files.pythonhosted.org:443", true), ("a.b.pythonhosted.org:443", true),
        ("pythonhosted.org:443", false), ("xpythonhosted.org:443", false), ("mirror.example:8443", true), ("mirror.example:443", false),
    ])
    func `a name and its port are allowed when the list has them`(_ target: String, _ isAllowed: Bool) throws {
        let rules = rules("registry.npmjs.org", "*.PythonHosted.org", "mirror.example:8443")
        #expect(rules.patterns.count == 3)
        #expect(rules.allows(try #require(EgressTarget(target))) == isAllowed)
        #expect(!EgressRules.none.allows(try #require(EgressTarget(target))))
    }

    @Test(arguments: [
        "127.0.0.1:443", "[::1]:443", "2130706433:443", "0x7f000001:443", "0x7f.1:443", "127.1:443", "a.1:443", "a..b:443", ".a:443",
        "-a:443",
        "a b:443", "a:0", "a:65536", "a:+1", "a:", "a", ":443", "a:443:1", "é.example:443", "user@host:443", "a/b:443", "a\u{0}b:443",
    ])
    func `what is no name with a port leads nowhere`(_ target: String) { #expect(EgressTarget(target) == nil) }

    @Test(arguments: ["*", "*.com", "*.*.org", "a.*.org", "10.0.0.1", "a:b", "", "https://a.example", "*.a.example:0"])
    func `a pattern that means too much or nothing is none`(_ pattern: String) { #expect(EgressPattern(pattern) == nil) }

    @Test func `a repository gets what it asks for as far as the operator allows it`() {
        let operators = rules("registry.npmjs.org", "*.pythonhosted.org", "mirror.example:8443")
        func narrowed(_ wanted: String...) -> [String] {
            operators.narrowed(to: wanted.compactMap { EgressPattern($0) }).patterns.map(\.description).sorted()
        }
        #expect(narrowed() == [])
        #expect(narrowed("registry.npmjs.org", "evil.example") == ["registry.npmjs.org"])
        #expect(narrowed("files.pythonhosted.org", "pythonhosted.org") == ["files.pythonhosted.org"])
        #expect(narrowed("*.npmjs.org") == ["registry.npmjs.org"], "a wide wish is no wider than the list")
        #expect(narrowed("mirror.example", "*.mirror.example:8443") == [])
        #expect(narrowed("*.npmjs.org:443") == narrowed("*.npmjs.org"))
        #expect(narrowed("*.pythonhosted.org", "*.files.pythonhosted.org") == ["*.files.pythonhosted.org", "*.pythonhosted.org"])
    }

    @Test(
        arguments: [
            ("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\nrest", nil), ("CONNECT a.example:443 HTTP/1.0\r\n\r\n", nil),
            ("GET http://a.example/ HTTP/1.1\r\n\r\n", 405), ("CONNECT 10.0.0.1:443 HTTP/1.1\r\n\r\n", 403),
            ("CONNECT a.example HTTP/1.1\r\n\r\n", 403), ("CONNECT  a.example:443 HTTP/1.1\r\n\r\n", 400), ("nonsense\r\n\r\n", 400),
            ("CONNECT a.example:443 HTTP/1.1\nHost: b\n\r\n\r\n", nil), (String(repeating: "x", count: 9_000), 431),
        ] as [(String, Int?)])
    func `a program may say CONNECT and nothing else`(_ text: String, _ status: Int?) {
        let (request, count) = EgressRequest.read(Array(text.utf8))
        switch request {
        case .connect(let target): #expect(status == nil && target.host == "a.example" && count <= text.utf8.count)
        case .refused(let code, _): #expect(code == status)
        case .unfinished: Issue.record("it is all there")
        }
    }

    @Test func `a head that is not whole waits for more, and one without end does not`() {
        #expect(EgressRequest.read(Array("CONNECT a.example:443 HTTP/1.1\r\n\r".utf8)).0 == .unfinished)
        #expect(EgressRequest.read([]).0 == .unfinished)
    }
}
