// One libcurl handle with everything it points to, set up for one request. It lives on the loop's thread and nowhere else; libcurl calls
// back into it while the loop runs. It must never follow a redirect, read a .netrc or the environment, keep a cookie, send a write twice,
// or speak anything but HTTP.

import CCurl
import ForgeCore

@safe final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    let transfer: Transfer
    let settings: HTTPClientSettings
    let headerLines: HeaderList
    private var unsent: ArraySlice<UInt8>
    /// The last piece of the body was handed to libcurl.
    private var isUploaded: Bool
    private var streamedBytes = 0
    /// What is sent is made too slowly: not the far side's fault either.
    private var isStarved = false
    /// How often libcurl was about to send the request. More than once when a kept connection was dead.
    private var sendings = 0
    private var head: HeadReader
    private var bodyBytes = 0
    private var isHeadDelivered = false
    /// What was noticed in a callback, of which libcurl only learns that it has to stop.
    private var reason: HTTPClientError.Kind?
    private var reasonDetail: String?
    private let record: RecordBuilder?
    /// When something last came or went.
    private var movedAt = ContinuousClock.now
    private var isAnswering = false
    /// Its reader is behind: what does not come then is not the far side's fault.
    private var isPaused = false

    init(_ transfer: Transfer, _ settings: HTTPClientSettings) {
        guard let made = unsafe curl_easy_init() else { preconditionFailure("libcurl has memory for a handle") }
        unsafe raw = made
        self.transfer = transfer
        self.settings = settings
        unsent = transfer.request.body[...]
        isUploaded = unsent.isEmpty && transfer.upload == nil
        record = settings.recorder.map { RecordBuilder(transfer.request, $0) }
        head = HeadReader(bytesMax: transfer.request.limits.headerBytesMax)
        headerLines = HeaderList(Self.lines(of: transfer.request))
        setUp()
    }

    deinit { unsafe curl_easy_cleanup(raw) }

    // MARK: Time

    /// Which limit has passed, of those libcurl does not keep itself.
    func overdue(at now: ContinuousClock.Instant) -> HTTPClientError.Phase? {
        guard isUnderWay, !isPaused, !isStarved else { return nil }
        let limits = transfer.request.limits
        let still = now - movedAt
        if isUploaded, !isAnswering { return still > limits.firstByte ? .firstByte : nil }
        return still > limits.idle ? .idle : nil
    }

    /// Connected: until then the connect limit counts. From then on the far side may have seen the request.
    private var isUnderWay: Bool { sendings > 0 }

    func pauseEnds() {
        isPaused = false
        isStarved = false
        movedAt = .now
    }

    // MARK: What libcurl calls

    func headerLine(_ line: [UInt8]) -> Bool {
        moved()
        switch head.read(line) {
        case .more: return true
        case .whole(let status, let headers):
            let head = ResponseHead(status: status, headers: headers, url: transfer.request.url)
            record?.came(head)
            transfer.deliver(head)
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
        record?.received(bytes)
        return .all
    }

    enum Upload { case bytes(ArraySlice<UInt8>), later, stop }

    /// Nothing more to send is `bytes` without any.
    func upload(_ countMax: Int) -> Upload {
        movedAt = .now
        if unsent.isEmpty, let slot = transfer.upload, !isUploaded {
            switch slot.take() {
            case .bytes(let bytes): unsent = bytes[...]
            case .later:
                isStarved = true
                return .later
            case .end: isUploaded = true
            case .failed(let why): return stopUpload("its body could not be made: \(why)")
            }
            streamedBytes += unsent.count
            if let length = transfer.request.stream?.length, isUploaded ? streamedBytes < length : streamedBytes > length {
                return stopUpload("its body has another length than the \(length) bytes that were said")
            }
        }
        let piece = unsent.prefix(countMax)
        unsent = unsent.dropFirst(countMax)
        if unsent.isEmpty, transfer.upload == nil { isUploaded = true }
        record?.sent(piece)
        return .bytes(piece)
    }

    private func stopUpload(_ why: String) -> Upload {
        reason = .cancelled
        reasonDetail = why
        return .stop
    }

    /// When a kept connection dies before the first byte of the answer, libcurl sends the request again, whatever its method.
    func maySend() -> Bool {
        sendings += 1
        movedAt = .now
        if sendings == 1 || transfer.request.isRepeatable { return true }
        reason = .connectionLost
        return false
    }

    func mayConnect(to address: IPAddress) -> Bool {
        guard transfer.request.trust == .outside, !AddressGuard(exceptions: settings.exceptions).allows(address) else { return true }
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
        if reason == nil, code == CURLE_OK, isHeadDelivered { return end(.success(())) }
        end(.failure(code == CURLE_OK && reason == nil ? error(.malformed) : failure(code)))
    }

    func end(_ kind: HTTPClientError.Kind) { end(.failure(error(kind))) }

    private func end(_ ending: Result<Void, HTTPClientError>) {
        let failure: HTTPClientError? = if case .failure(let error) = ending { error } else { nil }
        record?.end(facts, failure: failure)
        transfer.end(ending)
    }

    private func failure(_ code: CURLcode) -> HTTPClientError {
        if let reason { return error(reason, reasonDetail) }
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
            // A single line that libcurl would not keep.
            case CURLE_OUT_OF_MEMORY: .tooLarge(bytesMax: transfer.request.limits.headerBytesMax)
            // A proxy that lets nothing through.
            case CURLE_RECV_ERROR where !isUnderWay, CURLE_PROXY where !isUnderWay: .connectFailed
            default: .connectionLost
            }
        return error(kind, unsafe String(cString: curl_easy_strerror(code)))
    }

    private func error(_ kind: HTTPClientError.Kind, _ detail: String? = nil) -> HTTPClientError {
        HTTPClientError(kind, sentence(kind, host: URLParts(transfer.request.url)?.host ?? "the address", detail), mayBeDone: isUnderWay)
    }
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
