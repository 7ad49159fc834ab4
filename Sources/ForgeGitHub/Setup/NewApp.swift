// An App that GitHub has just made, with its credentials, which GitHub tells once. They leave this value into files and nowhere else.

package import ForgeCore

package struct AppSetupError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    /// Whether the same code may be taken to GitHub again.
    package let isPassing: Bool

    package init(_ message: String, isPassing: Bool = false) {
        self.message = message
        self.isPassing = isPassing
    }

    package var description: String { message }
}

package struct NewApp: Sendable {
    package let id: Int64
    package let slug: String
    package let name: String
    package let clientID: String
    /// The App's page.
    package let htmlURL: String
    package let privateKey: Secret
    package let webhookSecret: Secret?
    package let clientSecret: Secret?

    /// From GitHub's answer to the conversion of a code. `web` is where its pages must be.
    package init(conversion: JSON, web: String) throws(AppSetupError) {
        func secret(_ name: String) -> Secret? { conversion[name]?.string.flatMap { $0.isEmpty ? nil : Secret(Array($0.utf8)) } }
        guard let id = conversion["id"]?.integer, id > 0, let slug = conversion["slug"]?.string, let key = secret("pem") else {
            throw AppSetupError("GitHub made the App, but its answer lacks its number, its name or its key; delete the App and begin again")
        }
        self.id = id
        self.slug = slug
        name = conversion["name"]?.string ?? slug
        clientID = conversion["client_id"]?.string ?? ""
        let page = conversion["html_url"]?.string ?? ""
        // It becomes a link.
        htmlURL = page.hasPrefix(web + "/") ? page : "\(web)/apps/\(slug.percentEncoded)"
        privateKey = key
        webhookSecret = secret("webhook_secret")
        clientSecret = secret("client_secret")
    }

    package var installURL: String { htmlURL + "/installations/new" }

    /// What takes a code to GitHub.
    package static func conversionPath(of code: String) -> String { "/app-manifests/\(code.percentEncoded)/conversions" }

    /// How recordings and errors show that.
    package static let shownConversionPath = "/app-manifests/•••/conversions"
}
