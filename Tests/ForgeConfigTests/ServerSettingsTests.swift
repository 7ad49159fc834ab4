// `server.yml` and the environment: what is read, what wins, and every problem at once with its line.

import ForgeConfig
import ForgeCore
import Testing

@Test func `an empty text gives every default`() throws {
    let settings = try settings("")
    #expect("\(settings)" == "\(ServerSettings.standard)")
    #expect("\(settings.listen)" == "127.0.0.1:8080")
    #expect(settings.publicURL == nil)
    #expect(settings.data == "/var/lib/forge")
    #expect(settings.shutdownTimeout == .seconds(30))
    #expect(settings.log.level == .info && settings.log.format == .auto)
    #expect(settings.http.headerBytes == 32_768 && settings.http.githubBodyBytes == 25 << 20)
    #expect(settings.http.connections == 1024 && settings.http.requestsPerAddressMinute == 600)
    #expect(settings.http.tls == nil && settings.http.trustedProxies.isEmpty)
    #expect(settings.queue.lease == .seconds(60) && settings.queue.attempts == 8 && settings.queue.backoffCap == .seconds(900))
    #expect(settings.retention.deliveryBodies == .seconds(30 * 86_400) && settings.retention.audit == .seconds(90 * 86_400))
    #expect(settings.intake.refusalsKept == 1000 && settings.intake.personalData == .drop && settings.intake.batch == 64)
    #expect("\(settings.github.apiURL)" == "https://api.github.com" && settings.github.appID == nil)
    #expect(settings.github.webhookSecrets.isEmpty && settings.trackers.isEmpty)
    #expect(settings.model.provider == .anthropic && settings.model.roles.isEmpty)
    #expect(settings.sandbox.memory == 4 << 30 && settings.budget.runUSD == 2 && settings.workers == 4)
}

@Test func `the settings of the design are read`() throws {
    let files = Files(contents: [
        "/etc/forge/app.pem": "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n",
        "/etc/forge/webhook-secrets": "a newer secret, long\nan older secret, long\n", "/etc/forge/sentry-secret": "sentry's own secret\n",
        "/etc/forge/sentry-token": "a token\n", "/etc/forge/model-key": "a key\r\n",
    ])
    let settings = try settings(
        """
        listen: 0.0.0.0:80
        public_url: https://forge.example.com/
        data: /srv/forge
        store: postgres://user@host/db
        github:
          api_url: https://ghe.example.com/api/v3
          app_id: 12345
          private_key_file: /etc/forge/app.pem
          webhook_secrets_file: /etc/forge/webhook-secrets
          write_interval: 0s
        trackers:
          - name: prod
            kind: sentry
            base_url: https://sentry.io
            organization: acme
            client_secret_file: /etc/forge/sentry-secret
            api_token_file: /etc/forge/sentry-token
            projects: [{project: checkout, repository: acme/checkout, environments: [production]}]
        model:
          provider: anthropic
          api_key_file: /etc/forge/model-key
          roles: {lead: {name: claude-opus-5}}
        sandbox: {kind: bubblewrap, memory: 4GiB, processes: 256, command_timeout: 120s}
        budget: {run_usd: 2.5, repository_day_usd: 20, run_steps: 60, run_minutes: 30}
        workers: 8
        """, files: files)

    #expect("\(settings.listen)" == "0.0.0.0:80")
    #expect(settings.publicURL?.text == "https://forge.example.com")
    if case .postgres(let url) = settings.store {
        #expect(shown(url.reveal()) == "postgres://user@host/db")
    } else {
        Issue.record("not postgres")
    }
    #expect(settings.github.appID == 12345 && settings.github.writeInterval == .zero)
    #expect(settings.github.privateKey.map { shown($0.reveal()) }?.contains("abc\n-----END") == true)
    #expect(settings.github.webhookSecrets.map { shown($0.reveal()) } == ["a newer secret, long", "an older secret, long"])
    let tracker = try #require(settings.trackers.first)
    #expect(tracker.name == "prod" && tracker.kind == .sentry && tracker.organization == "acme")
    #expect(tracker.clientSecrets.map { shown($0.reveal()) } == ["sentry's own secret"])
    #expect(tracker.apiToken.map { shown($0.reveal()) } == "a token")
    #expect(tracker.projects.map { "\($0.project) \($0.repository) \($0.environments)" } == [#"checkout acme/checkout ["production"]"#])
    #expect(settings.model.apiKey.map { shown($0.reveal()) } == "a key")
    #expect(settings.model.roles["lead"]?.name == "claude-opus-5")
    #expect(settings.budget.runUSD == 2.5 && settings.workers == 8)
}

@Test func `every problem is reported at once, in the order of the text`() {
    checkProblems(
        """
        listn: 127.0.0.1:8080
        workers: many
        http:
          conections: 5
          connections: 0
          threads: '2'
          header_timeout: 10
          header_bytes: 32 KB
          retention: {}
          trusted_proxies: [10.0.0.0/8, 10.0.0.0/33]
        log: loud
        queue: {lease: 1d1s}
        store: mysql
        trackers: {}
        """,
        """
        line 1: listn is not a known key: did you mean listen?
        line 2: workers is not a whole number: give one from 0 to 256
        line 4: http.conections is not a known key: did you mean connections?
        line 5: http.connections is out of range: give one from 1 to 100000
        line 6: http.threads is not a whole number: give one from 1 to 64
        line 7: http.header_timeout is not a time such as 60s, 15m, 14d or 1h30m: give one from 1s to 5m
        line 8: http.header_bytes is not a size such as 25MiB, 2MB or 1024: give one from 4KiB to 1MiB
        line 9: http.retention is not a known key: did you mean retention?
        line 10: http.trusted_proxies has an element, number 2, that is not an IP address or network: write 10.0.0.7, 10.0.0.0/8 or fd00::/8
        line 11: log is not a group of keys: write 'key: value' lines indented below it
        line 12: queue.lease is out of range: give one from 1s to 1h
        line 13: store is neither sqlite nor the address of a PostgreSQL server: write sqlite, or postgres://user@host/database
        line 14: trackers is not a list: begin each element with '- '
        """)
}

@Test func `keys that do not go together are named`() {
    checkProblems(
        """
        http: {connections: 10, connections_per_address: 11, tls_key_file: /k}
        queue: {lease: 30s, heartbeat: 11s, backoff_base: 1m, backoff_cap: 30s}
        retention: {deliveries: 10d}
        model: {provider: openai}
        """, files: Files(contents: ["/k": "key"]),
        """
        line 1: http.tls_certificate_file is missing: give tls_certificate_file and tls_key_file together
        line 1: http.connections_per_address is more than connections: give at most 10, or raise connections
        line 2: queue.heartbeat is more than a third of lease: renew at least three times in a lease, so that one late renewal loses nothing
        line 2: queue.backoff_base is more than backoff_cap: give at most 30s
        line 3: retention.delivery_bodies is more than deliveries: give at most 10d
        line 4: model.base_url is missing: give the address of the compatible server, for example https://api.openai.com/v1
        """)
}

@Test func `a tracker must say who it is, once, and prove itself in its own way`() {
    checkProblems(
        """
        trackers:
          - kind: sentry
            base_url: https://sentry.io
          - {name: a, kind: glitchtip, base_url: 'https://g.example.com/?x', client_secret: 0123456789abcdef}
          - {name: a, kind: sentri, base_url: https://s.example.com, client_secret: 0123456789abcdef}
          - {name: 'A b', kind: glitchtip, base_url: https://g.example.com, path_token: 'with/slash and more'}
          - {name: c, kind: sentry, base_url: https://s.example.com, client_secret: 0123456789abcdef, projects: [{project: 7, repository: x}, {}]}
          - 5
        """,
        """
        line 2: trackers[0].name is missing: give it, for example 'name: prod'
        line 4: trackers.a.base_url is not the address of a server: write it as https://forge.example.com, without a user, a '?' or a '#' in it
        line 4: trackers.a.client_secret is of no use with kind glitchtip: give path_token instead
        line 5: trackers.a has a name that another one has: give each its own; '-' and '_' count as the same
        line 5: trackers.a.kind is not sentry or glitchtip: did you mean sentry?
        line 6: trackers.A b.name is not a short name: use up to 32 lower-case letters, digits, '-' and '_', beginning with a letter or digit
        line 6: trackers.A b.path_token holds characters that an address cannot: use letters, digits, '-', '.', '_' and '~' only
        line 7: trackers.c.projects[0].repository is not the name of a repository: write it as owner/name
        line 7: trackers.c.projects[1].project is missing: give it, for example 'project: checkout'
        line 7: trackers.c.projects[1].repository is missing: give it, for example 'repository: acme/checkout'
        line 8: trackers[5] is not a group of keys: write 'key: value' lines indented below it
        """)
}

@Test func `text that is not YAML is one problem, and keys written twice are one each`() {
    checkProblems("a: [1\nb: 2\n", "line 2: did not find expected ',' or ']'")
    checkProblems(
        "workers: 1\nworkers: 2\nlog: {level: info, level: debug}\n",
        "line 2: this key is already on line 1\nline 3: this key is already on line 3")
    checkProblems("- a\n", "line 1: is not a group of keys: write 'key: value' lines")
}

@Test func `groups whose keys are all commented out are empty groups`() throws {
    let settings = try settings("http:\n  # threads: 4\nworkers:\ntrackers:\n")
    #expect(settings.http.threads == 2 && settings.workers == 4)
}

// MARK: The environment

@Test func `a variable wins over the text, and lists are separated by commas`() throws {
    let settings = try settings(
        "workers: 1\nhttp: {connections: 5, connections_per_address: 5}\n",
        environment: [
            "FORGE_WORKERS": "2", "FORGE_HTTP_CONNECTIONS": "7", "FORGE_HTTP_TRUSTED_PROXIES": "10.0.0.0/8, ::1", "FORGE_LISTEN": "[::1]:0",
            "FORGE_LOG_LEVEL": "debug", "FORGE_PUBLIC_URL": "", "PATH": "/bin", "FORGE_HAR": "x", "FORGE_CONFIG": "y", "FORGE_TOKEN": "z",
            "FORGE_UPDATE_GOLDEN": "1",
        ])
    #expect(settings.workers == 2 && settings.http.connections == 7 && settings.log.level == .debug)
    #expect(settings.http.trustedProxies == [IPNetwork("10.0.0.0/8"), IPNetwork("::1")].compactMap { $0 })
    #expect(settings.listen.port == 0 && settings.publicURL == nil)
}

@Test func `problems in variables and unknown variables are named by the variable`() {
    checkProblems(
        "trackers: [{name: my-prod, kind: sentry, base_url: https://sentry.io}]",
        environment: [
            "FORGE_WORKERS": "two", "FORGE_WORKRES": "2", "FORGE_SOMETHING_ELSE": "2", "FORGE_TRACKERS_MY_PROD_KIND": "glitchtop",
            "FORGE_TRACKERS_MYPROD_CLIENT_SECRET": "0123456789abcdef",
        ],
        """
        FORGE_TRACKERS_MY_PROD_KIND: trackers.my-prod.kind is not sentry or glitchtip: did you mean glitchtip?
        FORGE_WORKERS: workers is not a whole number: give one from 0 to 256
        FORGE_SOMETHING_ELSE: is not a known setting: unset it; 'forge schema' lists the settings
        FORGE_TRACKERS_MYPROD_CLIENT_SECRET: is not a known setting: did you mean FORGE_TRACKERS_MY_PROD_CLIENT_SECRET?
        FORGE_WORKRES: is not a known setting: did you mean FORGE_WORKERS?
        """)
}

@Test func `what Kubernetes sets for a service called forge is no mistake`() throws {
    _ = try settings(
        "",
        environment: [
            "FORGE_SERVICE_HOST": "10.0.0.1", "FORGE_SERVICE_PORT": "8080", "FORGE_SERVICE_PORT_HTTP": "8080",
            "FORGE_PORT": "tcp://10.0.0.1:8080", "FORGE_PORT_8080_TCP": "tcp://10.0.0.1:8080", "FORGE_PORT_8080_TCP_ADDR": "10.0.0.1",
            "FORGE_WEB_SERVICE_HOST": "10.0.0.2", "FORGE_WEB_PORT": "tcp://10.0.0.2:80",
        ])
    checkProblems(
        "", environment: ["FORGE_PORT": "8080", "FORGE_PORT_NUMBER": "8080"],
        """
        FORGE_PORT: is not a known setting: unset it; 'forge schema' lists the settings
        FORGE_PORT_NUMBER: is not a known setting: unset it; 'forge schema' lists the settings
        """)
}

@Test func `a tracker and a role are reached by their names`() throws {
    let settings = try settings(
        "trackers: [{name: my-prod, kind: sentry, base_url: https://sentry.io}]\nmodel: {roles: {lead: {}}}",
        environment: ["FORGE_TRACKERS_MY_PROD_CLIENT_SECRET": "0123456789abcdef", "FORGE_MODEL_ROLES_LEAD_NAME": "gpt"])
    #expect(settings.trackers[0].clientSecrets.count == 1)
    #expect(settings.model.roles["lead"]?.name == "gpt")
}

@Test func `a role that nobody has is named with its line, and with the one that was probably meant`() {
    checkProblems(
        """
        model:
          roles:
            reveiwer: {name: a}
            skeptic: {name: b}
            boss: {name: c}
        """,
        """
        line 3: model.roles.reveiwer is no role: did you mean 'reviewer'?
        line 5: model.roles.boss is no role: there are \(ModelRole.all.joined(separator: ", "))
        """)
    #expect(Set(ModelRole.all).count == 3 + 5 + 15)
}

@Test func `exchanges are kept unless the operator does not want it`() throws {
    #expect(try settings("").model.record)
    #expect(try !settings("model: {record: false}").model.record)
}

@Test func `no two keys have the same variable`() {
    let names = ServerSettings.table.map { key in key.path.joined(separator: "_").uppercased() }
    #expect(Set(names).count == names.count)
}

func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
