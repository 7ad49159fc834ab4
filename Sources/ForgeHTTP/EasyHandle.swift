// One libcurl handle with everything it points to, set up for one request. It lives on the loop's thread and nowhere else; libcurl calls
// back into it while the loop runs. It must never follow a redirect, read a .netrc, keep a cookie or speak anything but HTTP.

import CCurl
import ForgeCore

@safe final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    let transfer: Transfer
    private let guarding: AddressGuard
    private let headerLines: HeaderList
    private var unsent: ArraySlice<UInt8>
    private var head: HeadReader
    private var bodyBytes = 0
    private var isHeadDelivered = false
    /// What was noticed in a callback, of which libcurl only learns that it has to stop.
    private var reason: HTTPClientError.Kind?
    private(set) var startedAt = ContinuousClock.now
    /// When something last came or went.
    private var movedAt = ContinuousClock.now
    private var isAnswering = false
    /// Its reader is behind: what does not come then is not the far side's fault.
    private var isPaused = false

    init(_ transfer: Transfer, guarding: AddressGuard, certificates: String?) {
        guard let made = unsafe curl_easy_init() else { preconditionFailure("libcurl has memory for a handle") }
        unsafe raw = made
        self.transfer = transfer
        self.guarding = guarding
        unsent = transfer.request.body[...]
        head = HeadReader(bytesMax: transfer.request.limits.headerBytesMax)
        headerLines = HeaderList(Self.lines(of: transfer.request))
        setUp(certificates)
    }

    deinit { unsafe curl_easy_cleanup(raw) }

    private static func lines(of request: OutgoingRequest) -> [[UInt8]] {
        var lines = request.headers.map { Array("\($0.name): \($0.value)".utf8) }
        if let authorization = request.authorization { lines.append(Array("Authorization: ".utf8) + authorization.reveal()) }
        // Without this libcurl waits a second for "100 Continue" before it sends a large body.
        lines.append(Array("Expect:".utf8))
        return lines
    }

    // MARK: Set up

    private func setUp(_ certificates: String?) {
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
        set(CURLOPT_PIPEWAIT, 1)
        set(CURLOPT_ACCEPT_ENCODING, "")
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.limits.connect))
        set(CURLOPT_TIMEOUT_MS, milliseconds(request.limits.total))
        if let certificates { set(CURLOPT_CAINFO, certificates) }
        // A proxy would resolve the name itself, and nobody could look at the address.
        if request.trust == .outside { set(CURLOPT_NOPROXY, "*") }
        setMethod(request)
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
    }

    private func setMethod(_ request: OutgoingRequest) {
        if request.body.isEmpty, request.method == .get || request.method == .head {
            set(request.method == .head ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1)
            return
        }
        set(CURLOPT_UPLOAD, 1)
        unsafe forge_curl_set_large(raw, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.count))
        set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    private func set(_ option: CURLoption, _ value: Int) { unsafe forge_curl_set_long(raw, option, value) }

    private func set(_ option: CURLoption, _ value: String) { unsafe forge_curl_set_text(raw, option, value) }

    // MARK: Time

    /// Which limit has passed, of those libcurl does not keep itself.
    func overdue(at now: ContinuousClock.Instant) -> HTTPClientError.Phase? {
        guard isUnderWay, !isPaused else { return nil }
        let limits = transfer.request.limits
        if !isAnswering { return unsent.isEmpty && now - movedAt > limits.firstByte ? .firstByte : nil }
        return now - movedAt > limits.idle ? .idle : nil
    }

    /// Connected: until then the connect limit counts.
    private var isUnderWay: Bool { unsafe forge_curl_large(raw, CURLINFO_PRETRANSFER_TIME_T) > 0 }

    /// Whether the far side may have seen the request.
    var mayBeDone: Bool { isUnderWay }

    func pauseEnds() {
        isPaused = false
        movedAt = .now
    }

    // MARK: What libcurl calls

    func headerLine(_ line: [UInt8]) -> Bool {
        moved()
        switch head.read(line) {
        case .more: return true
        case .whole(let status, let headers):
            transfer.deliver(ResponseHead(status: status, headers: headers, url: transfer.request.url))
            isHeadDelivered = true
            return true
        case .tooLarge:
            reason = .tooLarge(bytesMax: transfer.request.limits.headerBytesMax)
            return false
        }
    }

    enum Taken { case all, later, stop }

    func body(_ bytes: [UInt8]) -> Taken {
        moved()
        guard bodyBytes + bytes.count <= transfer.request.limits.bodyBytesMax else {
            reason = .tooLarge(bytesMax: transfer.request.limits.bodyBytesMax)
            return .stop
        }
        guard transfer.deliver(bytes) else {
            isPaused = true
            return .later
        }
        bodyBytes += bytes.count
        return .all
    }

    func upload(_ countMax: Int) -> ArraySlice<UInt8> {
        movedAt = .now
        let piece = unsent.prefix(countMax)
        unsent = unsent.dropFirst(countMax)
        return piece
    }

    func mayConnect(to address: IPAddress) -> Bool {
        guard transfer.request.trust == .outside, !guarding.allows(address) else { return true }
        reason = .addressRefused
        return false
    }

    private func moved() {
        isAnswering = true
        movedAt = .now
    }

    // MARK: The end

    /// A callback that stopped is what counts: libcurl 7.88 calls a packed answer complete when its reader refuses the rest.
    func end(_ code: CURLcode) {
        if reason == nil, code == CURLE_OK, isHeadDelivered { return transfer.end(.success(())) }
        transfer.end(.failure(code == CURLE_OK && reason == nil ? error(.malformed) : failure(code)))
    }

    func end(_ kind: HTTPClientError.Kind) { transfer.end(.failure(error(kind))) }

    private func failure(_ code: CURLcode) -> HTTPClientError {
        if let reason { return error(reason) }
        let kind: HTTPClientError.Kind =
            switch code {
            // "HTTP/0.9", when something else than a status line came.
            case CURLE_UNSUPPORTED_PROTOCOL where isUnderWay: .malformed
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_LOGIN_DENIED: .invalidURL
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotFound
            case CURLE_COULDNT_CONNECT: .connectFailed
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM: .tlsFailed
            case CURLE_OPERATION_TIMEDOUT: .timedOut(isUnderWay ? .total : .connect)
            case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .malformed
            default: .connectionLost
            }
        return error(kind, unsafe String(cString: curl_easy_strerror(code)))
    }

    private func error(_ kind: HTTPClientError.Kind, _ detail: String? = nil) -> HTTPClientError {
        HTTPClientError(kind, sentence(kind, host: URLParts(transfer.request.url)?.host ?? "the address", detail), mayBeDone: mayBeDone)
    }
}

private func milliseconds(_ duration: Duration) -> Int {
    max(1, Int(duration.components.seconds) * 1_000 + Int(duration.components.attoseconds / 1_000_000_000_000_000))
}

private func sentence(_ kind: HTTPClientError.Kind, host: String, _ detail: String?) -> String {
    let what =
        switch kind {
        case .invalidURL: "is no address that can be asked"
        case .nameNotFound: "is a name nobody knows"
        case .connectFailed: "does not answer"
        case .tlsFailed: "does not prove who it is"
        case .timedOut(let phase): "took too long (\(phase.rawValue))"
        case .connectionLost: "broke the connection"
        case .tooLarge(let bytesMax): "answered with more than \(bytesMax) bytes"
        case .tooManyRedirects: "points elsewhere too often"
        case .addressRefused: "leads into a private network, and its address came from outside"
        case .cancelled: "was not waited for any longer"
        case .malformed: "answered with something that is no HTTP"
        }
    return "\(host) \(what)\(detail.map { ": \($0)" } ?? "")"
}

// MARK: Callbacks: the context is an `EasyHandle` that the loop holds while the transfer is in it.

private func handle(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
    unsafe context.map { unsafe Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
}

private let headerCallback: forge_curl_data = { bytes, size, count, context in
    let line = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return unsafe handle(context)?.headerLine(line) == true ? size * count : 0
}

private let writeCallback: forge_curl_data = { bytes, size, count, context in
    let piece = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
    switch unsafe handle(context)?.body(piece) {
    case .all?: return size * count
    case .later?: return Int(CURL_WRITEFUNC_PAUSE)
    case .stop?, nil: return size * count == 0 ? 1 : 0
    }
}

private let readCallback: forge_curl_data = { bytes, size, count, context in
    guard let piece = unsafe handle(context)?.upload(size * count), let bytes = unsafe bytes else { return 0 }
    unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count).copyBytes(from: piece)
    return piece.count
}

private let openSocketCallback: curl_opensocket_callback = { context, _, address in
    guard let address = unsafe address, let handle = unsafe handle(context) else { return CURL_SOCKET_BAD }
    var bytes = [UInt8](repeating: 0, count: 16)
    guard unsafe forge_address_bytes(address, &bytes) == 1 else { return CURL_SOCKET_BAD }
    func number(_ half: ArraySlice<UInt8>) -> UInt64 { half.reduce(0) { $0 << 8 | UInt64($1) } }
    let target = IPAddress(high: number(bytes[..<8]), low: number(bytes[8...]))
    return handle.mayConnect(to: target) ? unsafe forge_open_socket(address) : CURL_SOCKET_BAD
}
