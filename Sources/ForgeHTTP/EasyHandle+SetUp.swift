// What libcurl is told before a request: everything it would else decide by itself, ask the environment for, or leave without a bound.

import CCurl
import ForgeCore

extension EasyHandle {
    static func lines(of request: OutgoingRequest) -> [[UInt8]] {
        var lines = request.headers.map { Array("\($0.name): \($0.value)".utf8) }
        if let authorization = request.authorization {
            lines.append(Array("\(request.authorizationHeader): ".utf8) + authorization.reveal())
        }
        // Without this libcurl waits a second for "100 Continue" before it sends a large body.
        lines.append(Array("Expect:".utf8))
        return lines
    }

    func setUp() {
        let request = transfer.request
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_NOSIGNAL, 1)
        // Else the loop would stand still until a name server that does not answer is given up on.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        set(CURLOPT_PIPEWAIT, settings.waitsToShare ? 1 : 0)
        set(CURLOPT_ACCEPT_ENCODING, "")
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.limits.connect))
        set(CURLOPT_TIMEOUT_MS, milliseconds(request.limits.total))
        // A connection that waited longer than servers usually let it is not worth the try.
        set(CURLOPT_MAXAGE_CONN, 50)
        setTrust(request)
        setMethod(request)
        setCallbacks()
    }

    private func setTrust(_ request: OutgoingRequest) {
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let certificates = settings.certificates {
            for option in [CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO] { set(option, certificates) }
            // Else the system's folder would count beside the file.
            for option in [CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH] { unsafe forge_curl_set_text(raw, option, nil) }
        }
        // A proxy would resolve the name itself, and nobody could look at the address. Without a word libcurl asks the environment.
        let proxy = request.trust == .outside ? nil : URLParts(request.url).flatMap(settings.proxies.proxy(for:))
        set(CURLOPT_PROXY, proxy.map { String(decoding: $0.reveal(), as: UTF8.self) } ?? "")
        set(CURLOPT_NOPROXY, "")
    }

    private func setCallbacks() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe forge_curl_set_pointer(raw, CURLOPT_HTTPHEADER, headerLines.raw)
        unsafe forge_curl_set_pointer(raw, CURLOPT_PRIVATE, context)
        unsafe forge_curl_set_pointer(raw, CURLOPT_HEADERDATA, context)
        unsafe forge_curl_set_pointer(raw, CURLOPT_WRITEDATA, context)
        unsafe forge_curl_set_pointer(raw, CURLOPT_READDATA, context)
        unsafe forge_curl_set_pointer(raw, CURLOPT_OPENSOCKETDATA, context)
        unsafe forge_curl_set_data_function(raw, CURLOPT_HEADERFUNCTION, headerCallback)
        unsafe forge_curl_set_data_function(raw, CURLOPT_WRITEFUNCTION, writeCallback)
        unsafe forge_curl_set_data_function(raw, CURLOPT_READFUNCTION, readCallback)
        unsafe forge_curl_set_open_socket(raw, openSocketCallback)
        unsafe forge_curl_set_pointer(raw, CURLOPT_PREREQDATA, context)
        unsafe forge_curl_set_before_request(raw, beforeRequestCallback)
    }

    private func setMethod(_ request: OutgoingRequest) {
        if request.isRepeatable {
            set(request.method == .head ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1)
            return
        }
        set(CURLOPT_UPLOAD, 1)
        let length = request.stream.map { $0.length ?? -1 } ?? request.body.count
        unsafe forge_curl_set_large(raw, CURLOPT_INFILESIZE_LARGE, curl_off_t(length))
        set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    private func set(_ option: CURLoption, _ value: Int) { unsafe forge_curl_set_long(raw, option, value) }

    private func set(_ option: CURLoption, _ value: String) { unsafe forge_curl_set_text(raw, option, value) }
}

private func milliseconds(_ duration: Duration) -> Int {
    max(1, Int(duration.components.seconds) * 1_000 + Int(duration.components.attoseconds / 1_000_000_000_000_000))
}
