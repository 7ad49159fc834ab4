// What is hidden in a recording, and what stays readable, text by text. The credentials are no real ones.

import Testing

@testable import ForgeHTTP

@Suite struct CredentialMaskTests {
    private static let dots = CredentialMask.dots
    private static let word = String(repeating: "q7", count: 12)

    @Test(
        arguments: [
            (#"{"token":"W"}"#, #"{"token":"D"}"#), (#"{ "access_token" : "W" , "a":1}"#, #"{ "access_token" : "D" , "a":1}"#),
            (#"{"token":"a\"b\\","b":"c"}"#, #"{"token":"D","b":"c"}"#), (#"{"pem":"W cut of"#, #"{"pem":"D"#),
            (#"{"secret":{"a":"W","b":[1,"W"]},"c":"d"}"#, #"{"secret":{D},"c":"d"}"#),
            (#"{"passwords":"W"}"#, #"{"passwords":"W"}"#),
            (#"{"max_tokens":5,"token":7,"token":null}"#, #"{"max_tokens":5,"token":7,"token":null}"#),
            (#"{"arguments":"{\"api_key\":\"W\",\"x\":\"y\"}"}"#, #"{"arguments":"{\"api_key\":\"D\",\"x\":\"y\"}"}"#),
            (#"say "x and {"privateKey":"W"}"#, #"say "x and {"privateKey":"D"}"#),
            ("https://h/p?page=2&access_token=W&sort=a", "https://h/p?page=2&access_token=D&sort=a"),
            ("client_id=5&client_secret=W&code=6", "client_id=5&client_secret=D&code=6"), ("https://user:W@host/x", "https://D@host/x"),
            ("a Bearer W, b", "a Bearer D, b"), ("Bearer of news", "Bearer of news"), ("see gho_W.", "see D"),
            ("not_gho_W", "not_gho_W"), ("token=", "token="), ("\"token\":\"", "\"token\":\""), ("", ""), (":", ":"), ("=", "="),
        ] as [(String, String)])
    func `a credential is hidden by its name or its shape, and nothing else is`(text: String, expected: String) {
        #expect(
            CredentialMask.text(text.replacing("W", with: Self.word))
                == expected.replacing("W", with: Self.word).replacing("D", with: Self.dots))
    }

    @Test(arguments: ["\n", "\\n", "\\\\n"]) func `a private key is hidden whole, however its lines end, and when it is cut`(end: String) {
        let key = "-----BEGIN RSA " + "PRIVATE KEY-----\(end)\(Self.word)\(end)\(Self.word)\(end)"
        let whole = key + "-----END RSA " + "PRIVATE KEY-----"
        #expect(CredentialMask.text("a \(whole) b") == "a \(Self.dots) b")
        #expect(CredentialMask.text("a \(key)") == "a \(Self.dots)")
        #expect(CredentialMask.text("-----BEGIN CERTIFICATE-----\(end)") == "-----BEGIN CERTIFICATE-----\(end)")
    }

    @Test(
        arguments: [
            ("authorization", "token W", "token D"), ("Authorization", "W", "D"), ("cookie", "a=W", "D"), ("x-api-key", "W", "D"),
            ("X-GitHub-Token", "W", "D"), ("link", "<https://h/?page=2>; rel=\"next\"", "<https://h/?page=2>; rel=\"next\""),
            ("location", "https://h/?token=W", "https://h/?token=D"), ("x-github-request-id", "W", "W"),
        ] as [(String, String, String)])
    func `of a header that proves something only the scheme stays`(name: String, value: String, expected: String) {
        #expect(
            CredentialMask.header(name, value.replacing("W", with: Self.word))
                == expected.replacing("W", with: Self.word).replacing("D", with: Self.dots))
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "\"token\":\"", "\"token\":{", "token=", "https://", "-----BEGIN RSA PRIV" + "ATE KEY-----", "Bearer ", "gho_", ":", "\\\"",
            "eyJ",
            "\"a\":", "{\"", "=a", " :",
        ])
    func `a hostile text of many pieces costs what any other does`(piece: String) {
        let text = String(repeating: piece, count: (1 << 18) / piece.utf8.count)
        #expect(CredentialMask.text(text).utf8.count <= text.utf8.count * 6)
    }
}
