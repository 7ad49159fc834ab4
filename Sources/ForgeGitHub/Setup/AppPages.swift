// What the person who makes an App sees in the browser. No script, nothing from another server, and never a credential.

package import ForgeCore

package enum AppPages {
    /// The form that takes the manifest to GitHub.
    package static func form(_ manifest: AppManifest, to address: String) -> HTTPResponse {
        let rows = manifest.permissions.map { "<tr><td>\(escaped($0.name)): \($0.level.rawValue)</td><td>\(escaped($0.reason))</td></tr>" }
        let events = AppPermissions.events.map { "<tr><td>\(escaped($0.name))</td><td>\(escaped($0.reason))</td></tr>" }
        return page(
            200, "Make the GitHub App of this Forge",
            """
            <p>GitHub will ask you to confirm the App's name. It then belongs to you, or to your organization, and so do its keys: they go from
            GitHub to the machine where this runs, and to nobody else.</p>
            <p>Webhooks go to <code>\(escaped(AppManifest.webhookURL(of: manifest.publicURL)))</code>.</p>
            <form method="post" action="\(escaped(address))">
            <input type="hidden" name="manifest" value="\(escaped(manifest.json.text))">
            <button type="submit">Go to GitHub</button>
            </form>
            <h2>What it may do, and why</h2>
            <table>\(rows.joined(separator: "\n"))</table>
            <h2>What it is told of</h2>
            <table>\(events.joined(separator: "\n"))</table>
            """)
    }

    package static func made(_ app: NewApp) -> HTTPResponse {
        page(
            200, "\(app.name) is made",
            """
            <p>Its keys are on the machine where this runs, and the terminal says how to use them.</p>
            <p><a href="\(escaped(app.installURL))">Install it</a> where Forge is to review, then close this page.</p>
            """)
    }

    package static func problem(_ status: Int, _ why: String) -> HTTPResponse {
        page(status, "That did not work", "<p>\(escaped(why))</p>")
    }

    private static func page(_ status: Int, _ title: String, _ content: String) -> HTTPResponse {
        let text = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title>
            <style>body{font:16px/1.5 sans-serif;max-width:46em;margin:3em auto;padding:0 1em}
            td{padding:.2em 1em .2em 0;vertical-align:top}button{font-size:1.1em;padding:.4em 1em}</style>
            </head><body><h1>\(escaped(title))</h1>
            \(content)
            </body></html>

            """
        let headers = [
            HeaderField(
                "content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"),
            HeaderField("cache-control", "no-store"),
            // The path is a credential: GitHub is told the origin only.
            HeaderField("referrer-policy", "origin"), HeaderField("x-content-type-options", "nosniff"),
        ]
        return HTTPResponse(status: status, text: text, type: "text/html; charset=utf-8", headers: headers)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            .replacing("'", with: "&#39;")
    }
}
