// The library's own start and end, as a value, and the few questions that concern all of it.

import CCurl

final class CurlRuntime: Sendable {
    init() {
        let status = curl_global_init(Int(CURL_GLOBAL_ALL))
        precondition(status == CURLE_OK, "libcurl starts")
    }

    deinit { curl_global_cleanup() }
}

/// Owns a list of header lines as libcurl wants it.
@safe final class HeaderList {
    private(set) var raw: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [[UInt8]]) {
        for line in lines {
            let text = line.map { CChar(bitPattern: $0) } + [0]
            if let longer = unsafe curl_slist_append(raw, text) { unsafe raw = longer }
        }
    }

    deinit { unsafe curl_slist_free_all(raw) }
}
