// Addresses taken apart and joined by libcurl's own parser, the one that will connect: two parsers that disagree are how a check is passed
// by.

import CCurl

struct URLParts: Hashable {
    let scheme: String
    let host: String
    let port: String
    /// The whole, as libcurl writes it.
    let text: String

    init?(_ text: String) { self.init(text, relativeTo: nil) }

    /// As a browser would read `Location: text` on a page at `base`.
    init?(_ text: String, relativeTo base: String?) {
        guard let url = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(url) }
        if let base, unsafe curl_url_set(url, CURLUPART_URL, base, 0) != CURLUE_OK { return nil }
        guard unsafe curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else { return nil }
        func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var found: UnsafeMutablePointer<CChar>?
            guard unsafe curl_url_get(url, part, &found, UInt32(flags)) == CURLUE_OK, let found = unsafe found else { return nil }
            defer { unsafe curl_free(found) }
            return unsafe String(cString: found)
        }
        guard let scheme = part(CURLUPART_SCHEME), scheme == "http" || scheme == "https", let host = part(CURLUPART_HOST),
            let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT), let whole = part(CURLUPART_URL)
        else { return nil }
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
        self.text = whole
    }

    /// Scheme, host and port: what may see the same credential.
    func hasSameOrigin(as other: URLParts) -> Bool { scheme == other.scheme && host == other.host && port == other.port }
}
