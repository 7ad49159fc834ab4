// Which route answers, and what the caller is told when none does.

import ForgeCore
import Testing

private func router(_ routes: (HTTPMethod, String)...) -> HTTPRouter {
    HTTPRouter(routes.map { HTTPRoute($0.0, $0.1) { _ in HTTPResponse(status: 200) } })
}

/// `GET /a/{b} b=1`, `405 GET,POST` or `404`.
private func told(_ match: HTTPRouter.Match) -> String {
    switch match {
    case .found(let route, let parameters):
        let shown = parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return "\(route.method.rawValue) \(route.template)\(shown)"
    case .wrongMethod(let allowed): return "405 " + allowed.map(\.rawValue).sorted().joined(separator: ",")
    case .notFound: return "404"
    }
}

private let table = router(
    (.get, "/"), (.get, "/api/v1/tickets"), (.post, "/api/v1/tickets"), (.get, "/api/v1/tickets/{id}"), (.get, "/api/v1/tickets/new"),
    (.post, "/api/v1/deliveries/{id}/replay"), (.post, "/webhooks/glitchtip/{tracker}/{token}"))

@Test(arguments: [
    ("GET", "/", "GET /"), ("GET", "/api/v1/tickets", "GET /api/v1/tickets"), ("POST", "/api/v1/tickets", "POST /api/v1/tickets"),
    ("GET", "/api/v1/tickets/12", "GET /api/v1/tickets/{id} id=12"), ("GET", "/api/v1/tickets/new", "GET /api/v1/tickets/new"),
    ("HEAD", "/api/v1/tickets/12", "GET /api/v1/tickets/{id} id=12"),
    ("POST", "/api/v1/deliveries/7/replay", "POST /api/v1/deliveries/{id}/replay id=7"),
    ("POST", "/webhooks/glitchtip/prod/s3cret", "POST /webhooks/glitchtip/{tracker}/{token} token=s3cret tracker=prod"),
    ("DELETE", "/api/v1/tickets", "405 GET,POST"), ("BREW", "/api/v1/tickets/12", "405 GET"),
    ("GET", "/api/v1/deliveries/7/replay", "405 POST"),
    ("HEAD", "/api/v1/deliveries/7/replay", "405 POST"), ("GET", "/api/v1/tickets/", "404"), ("GET", "/api/v1/tickets/12/", "404"),
    ("GET", "//api/v1/tickets", "404"), ("GET", "", "404"), ("GET", "/API/v1/tickets", "404"), ("GET", "/api/v1/tickets/12/frames", "404"),
    ("POST", "/webhooks/glitchtip//s3cret", "404"),
])
func `the route is the one of its method whose path fits best`(method: String, path: String, expected: String) {
    #expect(told(table.match(HTTPMethod(rawValue: method), path: path)) == expected)
}

@Test func `literal segments win wherever the routes stand in the table`() {
    let turned = router((.get, "/{a}/{b}"), (.get, "/x/{b}"), (.get, "/x/y"))
    #expect(told(turned.match(.get, path: "/x/y")) == "GET /x/y")
    #expect(told(turned.match(.get, path: "/x/z")) == "GET /x/{b} b=z")
    #expect(told(turned.match(.get, path: "/w/y")) == "GET /{a}/{b} a=w b=y")
}
