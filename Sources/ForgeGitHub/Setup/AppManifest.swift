// What GitHub is asked to make: the App's name, where its webhooks go, and what it may do. Its addresses are the operator's own words; none is
// ever taken from a request, or whoever comes first would decide where the webhooks go.

package import ForgeCore

package struct AppManifest: Hashable, Sendable {
    /// GitHub refuses longer ones.
    package static let nameLengthMax = 34

    package var name: String
    /// How others reach the service, without a slash at its end.
    package var publicURL: String
    /// Where the browser comes back to with the code.
    package var redirectURL: String
    /// Whether others than its owner may install it.
    package var isPublic: Bool
    /// For whoever would rather have threads stay open than grant the permission to push.
    package var onlyReadsCode: Bool

    package init(name: String, publicURL: String, redirectURL: String, isPublic: Bool = false, onlyReadsCode: Bool = false) {
        self.name = name
        self.publicURL = publicURL
        self.redirectURL = redirectURL
        self.isPublic = isPublic
        self.onlyReadsCode = onlyReadsCode
    }

    /// Where deliveries of an App go that belongs to a service at this address.
    package static func webhookURL(of publicURL: String) -> String { publicURL + "/webhooks/github" }

    package var permissions: [AppPermission] {
        AppPermissions.all.map { permission in
            var permission = permission
            if onlyReadsCode, permission.name == "contents" { permission.level = .read }
            return permission
        }
    }

    package var json: JSON {
        .object([
            .init("name", .string(name)), .init("url", .string(publicURL)),
            .init("description", "Reviews pull requests and answers commands. Runs on its owner's own machine."),
            .init("hook_attributes", ["url": .string(Self.webhookURL(of: publicURL)), "active": true]),
            .init("redirect_url", .string(redirectURL)), .init("public", .bool(isPublic)),
            .init("default_permissions", .object(permissions.map { .init($0.name, .string($0.level.rawValue)) })),
            .init("default_events", .array(AppPermissions.events.map { .string($0.name) })),
        ])
    }
}
