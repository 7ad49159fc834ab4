// Credentials where a search for them looks past, and texts that look like credentials and must stay silent. The credentials are put together
// here by the same functions as the examples of the packs, so that none stands in the tree; the program looks at the texts.

import ForgeCore
import Foundation

@testable import ForgeRules

enum SecretAttacks {
    struct Text: Sendable {
        let name: String
        let text: String
        var knownGap: String?

        init(_ name: String, _ text: String, knownGap: String? = nil) {
            self.name = name
            self.text = text
            self.knownGap = knownGap
        }
    }

    static let all: [Attack] = hidden.map { attack($0, "found") } + lookAlikes.map { attack($0, "silent") }

    private static func attack(_ text: Text, _ expected: String) -> Attack {
        Attack("secrets", text.name, expected, knownGap: text.knownGap) { room in
            guard let findings = try room.scanned.answer(to: text.text)["findings"]?.array else { return "no findings" }
            let rules = findings.compactMap { $0["rule"]?.string }
            if expected == "found" { return rules.isEmpty ? "silent" : "found" }
            return rules.isEmpty ? "silent" : "found: \(rules.joined(separator: ", "))"
        }
    }

    // MARK: Parts

    /// An example's text put together; a mistake in one is a mistake of this file.
    private static func made(_ example: String) -> String {
        switch ExampleText(bytesMax: 64 << 10).assembled(example) {
        case .success(let bytes): String(decoding: bytes, as: UTF8.self)
        case .failure(let problem): preconditionFailure("\(problem)")
        }
    }

    private static let token = made("{{github:ghp_:101}}")
    private static let appToken = made("{{jwt:ghs_654321_:102}}")
    private static let key = made("{{pem:RSA:103}}")
    private static let cloudKey = made("AKIA{{random:base32:16:104}}")
    private static let password = made("{{random:base62:22:105}}")

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func percent(_ text: String) -> String { text.utf8.map { String(format: "%%%02X", $0) }.joined() }

    // MARK: Hidden

    static let hidden: [Text] = diffs + encoded + split + places

    private static let diffs: [Text] = [
        Text("in an added line", "@@ -1 +1,2 @@\n a\n+export TOKEN=\(token)\n"),
        Text("in a removed line", "-token: \(token)\n+token: ${TOKEN}\n"),
        Text("a key over added lines", key.split(separator: "\n").map { "+" + $0 }.joined(separator: "\n")),
        Text("a key over lines of context", key.split(separator: "\n").map { " " + $0 }.joined(separator: "\n")),
        Text("a key in a quoted mail", key.split(separator: "\n").map { "> " + $0 }.joined(separator: "\n")),
        Text("a key with line ends of Windows", key.replacing("\n", with: "\r\n")),
        Text("a key in one line", "key: \"" + key.replacing("\n", with: "\\n") + "\""),
        Text("a key in pieces of a program", key.split(separator: "\n").map { "    \"\($0)\\n\" +" }.joined(separator: "\n")),
    ]

    private static let encoded: [Text] = [
        Text("base64 in YAML", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  token: \(base64(token))\n"),
        Text("a password in base64 in YAML", "apiVersion: v1\nkind: Secret\ndata:\n  password: \(base64(password))\n"),
        Text("base64 in the middle of a word", "prefix/" + base64("user:" + token)),
        Text("base64 for URLs", "t=" + base64("ab" + token).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")),
        Text("hex", made("dump {{hex-github:ghp_:106}} end")),
        Text("percent signs", "https://a.example/?t=" + percent(token)),
        Text("backwards", String(token.reversed())),
        Text("basic authorization", "Authorization: Basic " + base64("deploy:" + password)),
        Text("a key in base64", base64(key)),
        Text(
            "base64 of base64", base64(base64(token)),
            knownGap: "one layer is a disguise; a small text with many would cost much"),
    ]

    private static let split: [Text] = [
        Text("put together with a plus", "t = \"\(token.prefix(8))\" + \"\(token.dropFirst(8))\""),
        Text("put together side by side", "t = '\(token.prefix(4))' '\(token.dropFirst(4))'"),
        Text("put together with a dot", "$t = '\(token.prefix(4))' . '\(token.dropFirst(4))';"),
        Text("an unseen character inside", token.prefix(9) + "\u{200B}" + token.dropFirst(9)),
        Text("a soft hyphen inside", token.prefix(9) + "\u{AD}" + token.dropFirst(9)),
        Text("behind an escape", "curl -H \"Authorization: token\\u0020\(token)\""),
        Text("glued to a word", "x\(token)"),
    ]

    private static let places: [Text] = [
        Text("a new token of an app", "using \(appToken) now"),
        Text("in a URL for git", "git clone https://x-access-token:\(token)@github.com/acme/app"),
        Text("a password with percent signs in an address", "DATABASE_URL=postgres://app:\(percent("p@" + password))@db.internal:5432/app"),
        Text("a password in an address", "redis://:\(password)@cache.internal:6379/0"),
        Text(
            "a cloud key beside its secret", "aws_access_key_id = \(cloudKey)\naws_secret_access_key = \(made("{{random:base64:40:107}}"))"),
        Text("a password assigned", "DB_PASSWORD = \"\(password)\""),
        Text("a password in a command", "mysql -u root -p'\(password)' -h db.internal"),
        Text("a token in a comment", "// take out \(token) again"),
        Text("a token in JSON in JSON", "{\"body\":\"{\\\"token\\\":\\\"\(token)\\\"}\"}"),
        Text("a web token", "Cookie: session=\(made("{{jwt::108}}"))"),
        Text(
            "a web hook",
            made("https://hooks.{{}}slack.com/services/T{{letters:upper36:10:109}}/B{{letters:upper36:10:110}}/{{random:base62:24:111}}")),
    ]

    // MARK: Look-alikes

    static let lookAlikes: [Text] = [
        Text("a token with a wrong checksum", "token = " + token.dropLast() + (token.hasSuffix("0") ? "1" : "0")),
        Text("a token of one letter", "ghp_" + String(repeating: "x", count: 36)),
        Text("the example of the cloud's documents", "AKIA" + "IOSFODNN7EXAMPLE"),
        Text("a reference to the environment", "password: ${DB_PASSWORD}\ntoken = os.environ[\"GITHUB_TOKEN\"]"),
        Text("a reference to a secret of a workflow", "token: ${{ secrets.GITHUB_TOKEN }}"),
        Text("a place to fill in", "api_key = \"<your-api-key>\"\npassword=changeme"),
        Text("an address with a place to fill in", "postgres://user:password@localhost:5432/app"),
        Text("a hash of a commit", "commit 9fceb02d0ae598e95dc970b74767f19372d61af8"),
        Text("a digest of an image", "image: app@sha256:" + String(repeating: "3f79bb7b435b0532", count: 4)),
        Text("an integrity of a lock file", "\"integrity\": \"sha512-" + base64(String(repeating: "q8F!", count: 16)) + "\""),
        Text("a line of go.sum", "golang.org/x/text v0.3.0 h1:g61tztE5qeGQ89tm6NTjjM9VPIm088od1l6aSorWRWg="),
        Text("an identifier", "id: 123e4567-e89b-12d3-a456-426614174000"),
        Text("a public key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8eyJrZXkiOiJ0aGlzIGlzIG5vIGtleSBh deploy@acme"),
        Text("the frame of a key alone", "it begins with -----BEGIN RSA PRIVATE KEY----- and ends likewise"),
        Text("a public certificate", "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ\n-----END CERTIFICATE-----"),
        Text("a public address for error reports", "dsn: https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42"),
        Text("an image in its text", "src=\"data:image/png;base64," + base64(String(repeating: "pixel data ", count: 20)) + "\""),
        Text("a name with the word token", "func nextToken(after token: Token) -> Token { tokens[token.index + 1] }"),
        Text("a password that is asked for", "password = getpass.getpass(\"Password: \")"),
        Text("a masked token", "ghp_****************************1a2b"),
    ]
}
