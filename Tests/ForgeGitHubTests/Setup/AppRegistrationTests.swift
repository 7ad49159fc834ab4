// Which answers count while an App is made: to the page of this attempt, from the browser that opened it, with a code that is one.

import ForgeCore
import ForgeCrypto
import Testing

@testable import ForgeGitHub

@Suite struct AppRegistrationTests {
    /// 01 01 …, then 02 02 …
    private func registration(web: String = "https://github.com", organization: String? = nil) throws -> AppRegistration {
        let words = Kept<UInt8>(0)
        let random = RandomBytes { count throws(CryptoError) in
            words.change { $0 += 1 }
            return [UInt8](repeating: words.now, count: count)
        }
        return try AppRegistration(web: web, organization: organization, random: random)
    }

    private let token = String(repeating: "01", count: 32)
    private let state = String(repeating: "02", count: 32)

    @Test func `the page's address is the token, and the state goes to GitHub`() throws {
        #expect(try registration().pagePath == "/\(token)")
        #expect(try registration().returnPath == "/\(token)/created")
        #expect(try registration().formAddress == "https://github.com/settings/apps/new?state=\(state)")
        #expect(
            try registration(web: "https://ghe.example.com", organization: "acme").formAddress
                == "https://ghe.example.com/organizations/acme/settings/apps/new?state=\(state)")
    }

    @Test func `only the token opens it`() throws {
        #expect(try registration().isToken(token))
        for word in ["", state, token.dropLast() + "", token + "0", token.uppercased() + " "] {
            #expect(try !registration().isToken(word), "\(word)")
        }
    }

    @Test func `an answer with the state and a code counts`() throws {
        #expect(try registration().read([("code", "a1B2-_"), ("state", state)]) == .code("a1B2-_"))
    }

    @Test(
        arguments: [
            ["code=abc"], ["code=abc", "state="], ["code=abc", "state=0202"], ["code=abc", "state=S", "state=S"], ["code=abc", "state=T"],
        ])
    func `an answer to another page does not count`(query: [String]) throws {
        guard case .refused(let why) = try registration().read(parts(query)) else {
            Issue.record("\(query) was taken")
            return
        }
        #expect(why.contains("does not belong"))
    }

    @Test(
        arguments: [
            ["state=S"], ["state=S", "code="], ["state=S", "code=a/b"], ["state=S", "code=../x"], ["state=S", "code=a%2Fb"],
            ["state=S", "code=a?b"], ["state=S", "code=a", "code=b"], ["state=S", "code=LONG"], ["state=S", "code=ä"],
        ])
    func `what is no code never becomes a path`(query: [String]) throws {
        guard case .refused(let why) = try registration().read(parts(query)) else {
            Issue.record("\(query) was taken")
            return
        }
        #expect(why.contains("no code"))
    }

    private func parts(_ query: [String]) -> [(name: String, value: String)] {
        query.map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let values = ["S": state, "T": token, "LONG": String(repeating: "a", count: 201)]
            return (pair[0], values[pair[1]] ?? pair[1])
        }
    }

    // MARK: Pages and the new App

    private func text(_ response: HTTPResponse) -> String {
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `the form carries the manifest, whatever is in a name`() throws {
        let evil = #""><script>alert('1')</script>&amp;"#
        let manifest = AppManifest(name: evil, publicURL: "https://f.example", redirectURL: "http://127.0.0.1:1/x")
        let page = AppPages.form(manifest, to: try registration().formAddress)
        let text = text(page)
        #expect(!text.contains("<script"))
        #expect(text.contains(#"<form method="post" action="https://github.com/settings/apps/new?state=\#(state)">"#))
        let value = try #require(text.components(between: #"name="manifest" value=""#, and: "\">"))
        #expect(value.unescaped == manifest.json.text)
        #expect(!text.contains(token))
        let headers = Dictionary(page.headers.map { ($0.name, $0.value) }) { $1 }
        #expect(headers["content-security-policy"]?.contains("default-src 'none'") == true)
        #expect(headers["referrer-policy"] == "origin")
        #expect(headers["cache-control"] == "no-store")
    }

    private let conversion: JSON = [
        "id": 7, "slug": "forge-acme", "name": "Forge <acme>", "client_id": "Iv1.x", "client_secret": "c-word", "webhook_secret": "w-word",
        "pem": "p-word", "html_url": "https://github.com/apps/forge-acme",
    ]

    @Test func `a new App is read, and its page shows no credential`() throws {
        let app = try NewApp(conversion: conversion, web: "https://github.com")
        #expect(app.id == 7 && app.slug == "forge-acme" && app.clientID == "Iv1.x")
        #expect(app.installURL == "https://github.com/apps/forge-acme/installations/new")
        #expect(
            [app.privateKey, app.webhookSecret, app.clientSecret].map { $0.map { String(decoding: $0.reveal(), as: UTF8.self) } } == [
                "p-word", "w-word", "c-word",
            ])
        let page = text(AppPages.made(app))
        #expect(page.contains("Forge &lt;acme&gt;"))
        for word in ["p-word", "w-word", "c-word"] {
            #expect(!page.contains(word))
            #expect(!"\(app)".contains(word))
        }
    }

    @Test(arguments: ["javascript:alert(1)", "https://github.com.evil.example/x", "", "http://github.com/x"])
    func `a page that is not GitHub's is not linked to`(page: String) throws {
        let changed = JSON.object((conversion.members ?? []).filter { $0.name != "html_url" } + [.init("html_url", .string(page))])
        #expect(try NewApp(conversion: changed, web: "https://github.com").htmlURL == "https://github.com/apps/forge-acme")
    }

    @Test(arguments: ["id", "slug", "pem"]) func `an App without its essentials is an error that says what to do`(name: String) throws {
        let less = JSON.object((conversion.members ?? []).filter { $0.name != name })
        let caught = #expect(throws: AppSetupError.self) { _ = try NewApp(conversion: less, web: "https://github.com") }
        #expect(caught?.message.contains("delete the App and begin again") == true)
        #expect(caught?.isPassing == false)
    }
}

extension String {
    fileprivate func components(between start: String, and end: String) -> String? {
        guard let from = firstRange(of: start)?.upperBound, let to = self[from...].firstRange(of: end)?.lowerBound else { return nil }
        return String(self[from..<to])
    }

    fileprivate var unescaped: String {
        replacing("&#39;", with: "'").replacing("&quot;", with: "\"").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&amp;", with: "&")
    }
}
