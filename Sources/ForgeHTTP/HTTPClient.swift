// Requests to other machines: one answer, or the reason why there is none. Redirects are followed here and not by libcurl, so that what is
// sent to the next host is decided in one place: a credential only goes to where it was meant for.

package import ForgeCore

package struct HTTPClientSettings: Sendable {
    package var exceptions: [IPNetwork] = []
    /// A file of certificates to trust instead of the system's.
    package var certificates: String?
    /// The way out for addresses that the operator wrote. One from outside never takes it.
    package var proxies = ProxySettings.none
    /// Every exchange is recorded there.
    package var recorder: HARRecorder?
    package var connectionsMax = 64
    /// A request waits until the connection of one before it is known to carry several at once, or not. Where answers stay open for minutes
    /// that must be off: libcurl lets only one go each time a connection ends.
    package var waitsToShare = true
    /// Sent with every request that brings none of its own.
    package var userAgent = "forge"

    package init() {}
}

package final class HTTPClient: Sendable {
    private let loop: CurlLoop
    private let settings: HTTPClientSettings

    package init(_ settings: HTTPClientSettings = HTTPClientSettings()) {
        self.settings = settings
        loop = CurlLoop(settings)
    }

    deinit { loop.stop() }

    /// The whole answer, whatever its status.
    package func send(_ request: OutgoingRequest) async throws(HTTPClientError) -> OutgoingResponse {
        let (head, body) = try await open(request)
        var bytes: [UInt8] = []
        while let chunk = try await body.next() { bytes += chunk }
        return OutgoingResponse(head: head, body: bytes)
    }

    /// The head, and the body as it comes. Letting go of the body closes the connection it comes by.
    package func open(_ request: OutgoingRequest) async throws(HTTPClientError) -> (ResponseHead, ResponseBody) {
        var request = try checked(request)
        var redirectsLeft = if case .follow(let max) = request.redirects { max } else { 0 }
        while true {
            let transfer = Transfer(request)
            let head = try await start(transfer)
            let body = ResponseBody(transfer, loop)
            guard request.redirects != .none, let next = try redirected(request, by: head) else { return (head, body) }
            guard redirectsLeft > 0 else {
                throw HTTPClientError(
                    .tooManyRedirects, "\(URLParts(request.url)?.host ?? "the address") points elsewhere too often", mayBeDone: true)
            }
            redirectsLeft -= 1
            request = next
        }
    }

    private func start(_ transfer: Transfer) async throws(HTTPClientError) -> ResponseHead {
        guard !Task.isCancelled else { throw HTTPClientError(.cancelled, "nobody waits for the answer any longer", mayBeDone: false) }
        let answer = await withTaskCancellationHandler {
            loop.start(transfer)
            // Cancelled before it began: the other message came first then, and found nothing.
            if Task.isCancelled { loop.cancel(transfer) }
            return await head(of: transfer)
        } onCancel: {
            loop.cancel(transfer)
        }
        return try answer.get()
    }

    /// Sends the body beside, when it is made meanwhile.
    private func head(of transfer: Transfer) async -> Result<ResponseHead, HTTPClientError> {
        guard let stream = transfer.request.stream, let slot = transfer.upload else { return await transfer.head() }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { [loop] in await Self.send(stream, through: slot) { loop.resume(transfer) } }
            let head = await transfer.head()
            let isRefused = if case .success(let head) = head { head.status >= 300 } else { true }
            if isRefused { group.cancelAll() }
            await group.waitForAll()
            return head
        }
    }

    private static func send(_ stream: OutgoingStream, through slot: UploadSlot, wake: @Sendable () -> Void) async {
        defer { wake() }
        await withTaskCancellationHandler {
            do {
                while let bytes = try await stream.next() {
                    if !bytes.isEmpty, await !slot.give(bytes, wake: wake) { return }
                }
                slot.finish(.end)
            } catch {
                slot.finish(.failed("\(error)"))
            }
        } onCancel: {
            slot.close()
        }
    }

    private func checked(_ request: OutgoingRequest) throws(HTTPClientError) -> OutgoingRequest {
        guard URLParts(request.url) != nil else {
            throw HTTPClientError(.invalidURL, "the address is no http or https URL", mayBeDone: false)
        }
        for field in request.headers where (field.name + field.value).utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) {
            throw HTTPClientError(.invalidURL, "the header '\(field.name.prefix(40))' holds a line end", mayBeDone: false)
        }
        var request = request
        if !request.headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
            request.headers.append(HeaderField("user-agent", settings.userAgent))
        }
        return request
    }

    /// The request that an answer points to; nil when it points nowhere.
    private func redirected(_ request: OutgoingRequest, by head: ResponseHead) throws(HTTPClientError) -> OutgoingRequest? {
        guard [301, 302, 303, 307, 308].contains(head.status), let location = head.header("location") else { return nil }
        guard let here = URLParts(request.url), let there = URLParts(location, relativeTo: request.url),
            !(here.scheme == "https" && there.scheme == "http")
        else {
            throw HTTPClientError(
                .malformed, "\(URLParts(request.url)?.host ?? "the address") points to where it must not be followed", mayBeDone: true)
        }
        var next = request
        next.url = there.text
        // What is not to be shown of one address may stand in the other.
        if request.shownURL != nil { next.shownURL = "\(there.scheme)://\(there.host)/•••" }
        if !here.hasSameOrigin(as: there) {
            next.authorization = nil
            next.headers.removeAll { Self.isCredential($0.name) }
            // Whoever it pointed to, the operator did not write that address.
            next.trust = .outside
        }
        if head.status == 303 || head.status <= 302 && request.method == .post {
            next.method = request.method == .head ? .head : .get
            next.body = []
            next.stream = nil
            next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
        }
        guard next.stream == nil else {
            throw HTTPClientError(.malformed, "\(here.host) points elsewhere, and the body cannot be sent a second time", mayBeDone: true)
        }
        return next
    }

    /// Headers that prove who somebody is.
    static func isCredential(_ name: String) -> Bool { CredentialMask.isCredential(name) }
}

/// An answer's body while it comes. One reader, one call at a time.
package final class ResponseBody: Sendable {
    private let transfer: Transfer
    private let loop: CurlLoop

    init(_ transfer: Transfer, _ loop: CurlLoop) {
        self.transfer = transfer
        self.loop = loop
    }

    /// A body that nobody reads to its end would hold its connection for ever.
    deinit { loop.cancel(transfer) }

    /// Nobody waits for the rest: whoever reads is told that it was cancelled.
    package func stop() { loop.cancel(transfer) }

    /// The next bytes, or nil at the end.
    package func next() async throws(HTTPClientError) -> [UInt8]? {
        let answer = await withTaskCancellationHandler {
            await transfer.chunk { loop.resume(transfer) }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try answer.get()
    }
}
