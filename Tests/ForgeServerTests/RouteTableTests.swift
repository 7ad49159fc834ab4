// What the log may show of a path that reached no route.

import ForgeCore
import Testing

@testable import ForgeServer

private let routes = RouteTable(
    [
        HTTPRoute(.post, "/webhooks/glitchtip/{tracker}/{token}", bodyBytesMax: 1, hidesPath: true) { _ in HTTPResponse(status: 202) },
        HTTPRoute(.post, "/webhooks/github", bodyBytesMax: 1) { _ in HTTPResponse(status: 202) },
    ], Metrics())

@Test(
    arguments: [
        ("/webhooks/glitchtip/errors/sesame/", "/webhooks/glitchtip/…"), ("/webhooks//glitchtip/errors/sesame", "/webhooks//glitchtip/…"),
        ("//webhooks/glitchtip/errors/sesame", "//webhooks/glitchtip/…"),
        ("/forge/webhooks/glitchtip/x/sesame", "/forge/webhooks/glitchtip/…"),
        ("/WEBHOOKS/GlitchTip/errors/sesame", "/WEBHOOKS/GlitchTip/…"), ("/webhook/glitchtip/errors/sesame", "/webhook/glitchtip/…"),
        ("/webhooks/github/sesame0123456789", "/webhooks/github/…"), ("/sesame0123456789", "/…"),
    ])
func `a near miss of a path that holds a credential shows nothing of it`(_ path: String, _ expected: String) {
    #expect(routes.shown(path) == expected)
}

@Test(arguments: ["/", "", "/favicon.ico", "/webhooks/github/", "/wp-admin/x.php", "/glitchtips"])
func `a path that holds none is shown as it came`(_ path: String) { #expect(routes.shown(path) == path) }
