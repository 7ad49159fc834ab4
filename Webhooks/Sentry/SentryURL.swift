// What Sentry's URLs say that its bodies do not: the organization and the project's slug.

import ForgeCore

enum SentryURL {
    /// `/api/0/projects/{org}/{project}/…`, `/organizations/{org}/issues/…`, or `https://{org}.sentry.io/issues/…`.
    static func organization(_ url: TrackerURL) -> String? {
        if let name = url.segment(after: "projects") ?? url.segment(after: "organizations") { return slug(name) }
        let host = url.host.lowercased()
        guard host.hasSuffix(".sentry.io") else { return nil }
        let name = host.dropLast(".sentry.io".count)
        // `us.sentry.io` and its like are regions, not organizations.
        return name == "us" || name == "de" || name == "www" || name.contains(".") ? nil : slug(name)
    }

    /// `/api/0/projects/{org}/{project}/…`
    static func project(_ url: TrackerURL) -> String? {
        let segments = url.segments
        guard let index = segments.firstIndex(of: "projects"), index + 2 < segments.count else { return nil }
        return slug(segments[index + 2])
    }

    private static func slug(_ text: Substring) -> String? { JSON.string(String(text)).identifier }
}
