// What libcurl measured of a transfer, for the recording.

import CCurl

extension EasyHandle {
    var facts: TransferFacts {
        TransferFacts(
            nameFound: large(CURLINFO_NAMELOOKUP_TIME_T), connected: large(CURLINFO_CONNECT_TIME_T),
            secured: large(CURLINFO_APPCONNECT_TIME_T),
            sending: large(CURLINFO_PRETRANSFER_TIME_T), firstByte: large(CURLINFO_STARTTRANSFER_TIME_T),
            total: large(CURLINFO_TOTAL_TIME_T), receivedBytes: large(CURLINFO_SIZE_DOWNLOAD_T), version: version,
            address: unsafe forge_curl_text(raw, CURLINFO_PRIMARY_IP).map { unsafe String(cString: $0) } ?? "",
            port: unsafe forge_curl_long(raw, CURLINFO_LOCAL_PORT))
    }

    private func large(_ fact: CURLINFO) -> Int64 { unsafe Int64(forge_curl_large(raw, fact)) }

    /// Empty before there was a connection.
    private var version: String {
        switch unsafe forge_curl_long(raw, CURLINFO_HTTP_VERSION) {
        case CURL_HTTP_VERSION_1_0: "HTTP/1.0"
        case CURL_HTTP_VERSION_1_1: "HTTP/1.1"
        case CURL_HTTP_VERSION_2_0: "HTTP/2"
        default: ""
        }
    }
}
