// Times, sizes and addresses: what they mean, and what is refused. One `check` for each.

import ForgeConfig
import ForgeCore
import Testing

private func check(_ text: String, milliseconds: Int64?) {
    #expect(DurationText.parse(text) == milliseconds.map { .milliseconds($0) }, "\(text)")
}

private func check(_ text: String, bytes: Int?) {
    #expect(SizeText.parse(text) == bytes, "\(text)")
}

private func check(_ text: String, url: String?, host: String? = nil) {
    #expect(HTTPURL(text)?.text == url, "\(text)")
    if let host { #expect(HTTPURL(text)?.host == host) }
}

private func check(_ text: String, address: String?) {
    #expect(IPAddress(text)?.description == address, "\(text)")
}

private func check(_ network: String, contains inside: [String], not outside: [String]) throws {
    let network = try #require(IPNetwork(network))
    for text in inside { #expect(network.contains(try #require(IPAddress(text))), "\(text)") }
    for text in outside { #expect(!network.contains(try #require(IPAddress(text))), "\(text)") }
}

@Test func `times have units, from the largest down, each once`() {
    check("60s", milliseconds: 60_000)
    check("0s", milliseconds: 0)
    check("1h30m", milliseconds: 5_400_000)
    check("14d", milliseconds: 14 * 86_400_000)
    check("1d1h1m1s1ms", milliseconds: 90_061_001)
    check("250ms", milliseconds: 250)
    for text in ["", "60", "s", "1", "-1s", "1.5h", "1s1h", "1m1m", "1 s", "1S", "60sec", "1h30", "999999999999999999d", "１s", "1w"] {
        check(text, milliseconds: nil)
    }
}

@Test(arguments: ["0s", "1ms", "1s", "90s", "1h30m", "14d", "1d1h1m1s1ms", "36h"])
func `a time is written as it is read`(text: String) throws {
    let duration = try #require(DurationText.parse(text))
    #expect(DurationText.parse(DurationText.format(duration)) == duration)
}

@Test func `a time is written in its largest units`() {
    let texts = [.zero, .milliseconds(1), .seconds(90), .seconds(3600), .seconds(36 * 3600), .milliseconds(61_500)].map(DurationText.format)
    #expect(texts == ["0s", "1ms", "1m30s", "1h", "1d12h", "1m1s500ms"])
}

@Test func `sizes in steps of 1024 and of 1000`() {
    check("1024", bytes: 1024)
    check("0", bytes: 0)
    check("25MiB", bytes: 25 << 20)
    check("2MB", bytes: 2_000_000)
    check("1kB", bytes: 1000)
    check("4GiB", bytes: 4 << 30)
    check("7B", bytes: 7)
    for text in ["", "B", "MiB", "-1", "1.5MiB", "1 MiB", "1mib", "1M", "99999999999TiB", "1e3", "0x10"] { check(text, bytes: nil) }
    #expect([0, 1, 1023, 1024, 25 << 20, 1_000_000].map(SizeText.format) == ["0", "1", "1023", "1KiB", "25MiB", "1MB"])
}

@Test func `addresses of servers`() {
    check("https://github.com", url: "https://github.com", host: "github.com")
    check("HTTPS://GHE.Example.com:8443/api/v3//", url: "https://ghe.example.com:8443/api/v3", host: "ghe.example.com")
    check("http://localhost:9000/", url: "http://localhost:9000", host: "localhost")
    check("http://[::1]:9000/x", url: "http://[::1]:9000/x", host: "[::1]")
    check("http://glitchtip_web:8000", url: "http://glitchtip_web:8000", host: "glitchtip_web")
    for text in [
        "", "github.com", "ftp://x", "https://", "https:///x", "https://a b", "https://u:p@h", "https://h?x", "https://h#x", "https://h:0",
        "https://h:65536", "https://h:", "https://-h", "https://h..x", "https://ü", "https://[::1", "https://[127.0.0.1]", "javascript://x",
        "https://h/\\x", "https://h/\u{0}",
    ] { check(text, url: nil) }
}

@Test func `addresses of machines have one spelling`() {
    check("127.0.0.1", address: "127.0.0.1")
    check("::1", address: "::1")
    check("::", address: "::")
    check("fd00::1:2", address: "fd00::1:2")
    check("1:2:3:4:5:6:7:8", address: "1:2:3:4:5:6:7:8")
    check("1:2:3:4:5:6:7::", address: "1:2:3:4:5:6:7:0")
    check("::ffff:10.0.0.1", address: "10.0.0.1")
    check("::FFFF:0A00:0001", address: "10.0.0.1")
    check("64:ff9b::1.2.3.4", address: "64:ff9b::102:304")
    for text in [
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..3.4", "+1.2.3.4", ":", ":::", "1:2", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::", "::1::2", "12345::", "g::", "::1.2.3.4:5", "1.2.3.4::", "fe80::1%eth0", "[::1]", "１.2.3.4",
    ] { check(text, address: nil) }
}

@Test func `networks contain what shares their first bits`() throws {
    try check("10.0.0.0/8", contains: ["10.255.0.1", "::ffff:10.1.2.3"], not: ["11.0.0.1", "::a00:1"])
    try check("192.168.4.0/22", contains: ["192.168.7.255"], not: ["192.168.8.0", "192.168.3.255"])
    try check("10.1.2.3", contains: ["10.1.2.3"], not: ["10.1.2.4"])
    try check("0.0.0.0/0", contains: ["1.2.3.4"], not: ["::1"])
    try check("fd00::/9", contains: ["fd7f::1"], not: ["fd80::1", "fc00::1"])
    for text in ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "::/129", "/8", "x/8"] {
        #expect(IPNetwork(text) == nil, "\(text)")
    }
}

@Test func `listening needs an address and a port`() {
    #expect(ListenAddress("localhost:80")?.description == "127.0.0.1:80")
    #expect(ListenAddress("[::]:0")?.description == "[::]:0")
    for text in [
        "", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "[127.0.0.1]:80", "example.com:80", "127.0.0.1:+1",
    ] {
        #expect(ListenAddress(text) == nil, "\(text)")
    }
}
