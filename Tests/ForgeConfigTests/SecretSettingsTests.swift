// Credentials in settings: where they may stand, what is refused about them, and that nothing ever shows one.

import ForgeConfig
import ForgeCore
import Testing

private func webhookSecrets(_ text: String, environment: [String: String] = [:], files: Files = Files()) throws -> [String] {
    try settings(text, environment: environment, files: files).github.webhookSecrets.map { shown($0.reveal()) }
}

@Test func `a secret may stand in the text, in a file, in a variable, or in a file that a variable names`() throws {
    let files = Files(contents: ["/s": "secret of the file\n"])
    #expect(try webhookSecrets("github: {webhook_secret: 'secret of the text'}") == ["secret of the text"])
    #expect(try webhookSecrets("github: {webhook_secret_file: /s}", files: files) == ["secret of the file"])
    #expect(try webhookSecrets("github: {webhook_secrets_file: /s}", files: files) == ["secret of the file"])
    #expect(try webhookSecrets("", environment: ["FORGE_GITHUB_WEBHOOK_SECRET": "of the variable, long"]) == ["of the variable, long"])
    #expect(try webhookSecrets("", environment: ["FORGE_GITHUB_WEBHOOK_SECRET_FILE": "/s"], files: files) == ["secret of the file"])
    #expect(try webhookSecrets("", environment: ["FORGE_GITHUB_WEBHOOK_SECRETS_FILE": "/s"], files: files) == ["secret of the file"])
}

@Test func `the environment's secret wins, whichever way the text gives it`() throws {
    let environment = ["FORGE_GITHUB_WEBHOOK_SECRET": "of the variable, long"]
    let files = Files(contents: ["/s": "secret of the file\n"])
    #expect(try webhookSecrets("github: {webhook_secret_file: /s}", environment: environment, files: files) == ["of the variable, long"])
    #expect(try webhookSecrets("github: {webhook_secret: 'of the text, longer'}", environment: environment) == ["of the variable, long"])
}

@Test func `lines of a file are secrets, newest first, without their ends, and plain numbers are text`() throws {
    let files = Files(contents: ["/s": "\nthe newer secret \r\n\nthe older secret"])
    #expect(try webhookSecrets("github: {webhook_secrets_file: /s}", files: files) == ["the newer secret ", "the older secret"])
    #expect(try webhookSecrets("github: {webhook_secret: 0123456789012345}") == ["0123456789012345"])
}

@Test func `a private key is the whole file`() throws {
    let key = try settings("github: {private_key_file: /k}", files: Files(contents: ["/k": "a\nb\n"])).github.privateKey
    #expect(key.map { shown($0.reveal()) } == "a\nb\n")
}

@Test func `what is wrong with a secret's file is said without its path`() {
    let files = Files(
        contents: [
            "/empty": "\n", "/two": "first of two lines\nsecond of two lines\n",
            "/large": ConfigFile(bytes: .init(repeating: 65, count: 65_537)),
        ],
        unreadable: ["/locked": "permission denied"])
    checkProblems(
        """
        github:
          webhook_secrets_file: /missing
          private_key_file: /locked
        model:
          api_key_file: /two
        trackers:
          - name: a
            kind: sentry
            base_url: https://sentry.io
            client_secret_file: /empty
            api_token_file: [x]
          - name: b
            kind: glitchtip
            base_url: https://g.example.com
            path_token_file: /large
        """, files: files,
        """
        line 2: github.webhook_secrets_file names a file that does not exist: create it, readable only by the user that Forge runs as
        line 3: github.private_key_file names a file that cannot be read (permission denied): let the user that Forge runs as read it, and nobody else
        line 5: model.api_key_file names a file of several lines: only one credential fits here
        line 10: trackers.a.client_secret_file names a file that is empty: write the value into it, or leave the key out
        line 11: trackers.a.api_token_file is not the path of a file: give one, for example /etc/forge/secret
        line 15: trackers.b.path_token_file names a file of more than 64 KiB: name the file that holds only this value
        """)
}

@Test func `one credential given in two ways is refused`() {
    checkProblems(
        "github: {webhook_secret: 0123456789abcdef, webhook_secrets_file: /s}\nmodel: {api_key: [], api_key_file: /s}",
        environment: ["FORGE_GITHUB_PRIVATE_KEY": "x", "FORGE_GITHUB_PRIVATE_KEY_FILE": "/s"], files: Files(contents: ["/s": "secret"]),
        """
        line 1: github.webhook_secrets_file says the same as webhook_secret: give only one of them
        line 2: model.api_key is not text: write the credential in quotes, or name a file with api_key_file
        line 2: model.api_key_file says the same as api_key: give only one of them
        FORGE_GITHUB_PRIVATE_KEY_FILE: github.private_key_file says the same as private_key: give only one of them
        """)
}

@Test func `an empty credential and the example's dots are refused`() {
    checkProblems(
        "github: {webhook_secret: …}", "line 1: github.webhook_secret still holds the example's dots: write the credential in their place")
    checkProblems("github: {webhook_secret: ''}", "line 1: github.webhook_secret is empty: give the credential, or leave the key out")
}

@Test func `a file that everybody can read, a short secret and a missing one are warned of`() throws {
    try checkWarnings(
        """
        github: {webhook_secrets_file: /s}
        trackers: [{name: a, kind: sentry, base_url: https://sentry.io}, {name: b, kind: glitchtip, base_url: https://g.example.com}, {name: c, kind: sentry, base_url: https://sentry.io, path_token: 0123456789abcdef}]
        """, environment: ["FORGE_TRACKERS_B_PATH_TOKEN": "short"],
        files: Files(contents: ["/s": ConfigFile(bytes: Array("0123456789abcdef".utf8), isWorldReadable: true)]),
        """
        line 1: github.webhook_secrets_file names a file that everybody on this machine can read: take that away with 'chmod o-rwx'
        trackers.a.client_secret is missing: every delivery of this tracker is refused until it is given
        FORGE_TRACKERS_B_PATH_TOKEN: trackers.b.path_token is shorter than 16 bytes: make one that nobody can guess, for example with 'openssl rand -hex 32'
        """)
    try checkWarnings(
        "github: {webhook_secrets_file: /s}", files: Files(contents: ["/s": ConfigFile(bytes: Array("0123456789abcdef \n".utf8))]),
        "line 1: github.webhook_secrets_file names a file with a space at an end of a line: take it away, unless the credential has it")
    try checkWarnings(
        "http: {tls_certificate_file: /c, tls_key_file: /k}",
        files: Files(contents: ["/c": ConfigFile(bytes: [65], isWorldReadable: true), "/k": ConfigFile(bytes: [66], isWorldReadable: true)]
        ),
        "line 1: http.tls_key_file names a file that everybody on this machine can read: take that away with 'chmod o-rwx'")
}

@Test func `no secret and no path shows in settings, problems or warnings`() throws {
    let secret = "5up3r-s3cr3t-v4lue"
    let given = [
        "github": "{webhook_secret: \(secret), private_key: \(secret)}", "model": "{api_key: \(secret)}",
        "store": "postgres://u:\(secret)@h/d",
        "trackers": "[{name: a, kind: sentry, base_url: https://sentry.io, client_secret: \(secret), api_token: \(secret)}]",
    ]
    let settings = try settings(given.map { "\($0): \($1)" }.joined(separator: "\n"))
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(!dumped.contains(secret) && !"\(settings)".contains(secret))

    // In every place where a text can be written, wrong in every way at once.
    for key in ServerSettings.table {
        let name = key.path.filter { $0 != "[]" && $0 != "<>" }.joined(separator: "_").uppercased()
        for value in [secret, "https://u:\(secret)@h", "postgre://\(secret)", "/etc/\(secret)"] {
            do throws(ConfigProblems) {
                let decoded = try decode("", environment: ["FORGE_\(name)": value])
                #expect(!"\(decoded.warnings)".contains(secret))
            } catch {
                #expect(!"\(error) \(error.warnings)".contains(secret), "\(name)")
            }
        }
    }
}

@Test func `the list of secrets has every credential of the settings`() throws {
    let settings = try settings(
        """
        github: {webhook_secrets_file: /s, private_key: private-key-0123}
        model: {api_key: model-key-012345}
        store: sqlite
        http: {tls_certificate_file: /c, tls_key_file: /k}
        trackers:
          - {name: a, kind: sentry, base_url: https://sentry.io, client_secret: client-secret-01, api_token: api-token-012345}
          - {name: b, kind: glitchtip, base_url: https://g.example, path_token: path-token-01234}
        """,
        files: Files(contents: [
            "/c": ConfigFile(bytes: [65]), "/k": ConfigFile(bytes: Array("tls-key-01234567".utf8)),
            "/s": ConfigFile(bytes: Array("hook-one-0123456\nhook-two-0123456\n".utf8)),
        ]))
    #expect(
        Set(settings.secrets.map { String(decoding: $0.reveal(), as: UTF8.self) }) == [
            "hook-one-0123456", "hook-two-0123456", "private-key-0123", "model-key-012345", "client-secret-01", "api-token-012345",
            "path-token-01234", "tls-key-01234567",
        ])
}
