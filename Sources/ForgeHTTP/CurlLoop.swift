// The one thread on which libcurl works: requests come in by a mailbox, and the thread sleeps in libcurl until a socket or the mailbox
// stirs. It must never wait for anything else, and ends when its owner lets go of it.

import CCurl
import Dispatch
import Synchronization

/// `multi`, `active` and `queue`'s work are the thread's alone, but for `curl_multi_wakeup`, which libcurl allows from anywhere; `mail` is
/// behind a lock. That is the proof for `@unchecked Sendable`.
@safe final class CurlLoop: @unchecked Sendable {
    private enum Message {
        case start(Transfer)
        case cancel(Transfer)
        /// Its reader has room again.
        case resume(Transfer)
        case stop
    }

    private let runtime: CurlRuntime
    private let multi: UnsafeMutableRawPointer
    private let settings: HTTPClientSettings
    private let queue = DispatchQueue(label: "forge.http")
    private let mail = Mutex<[Message]>([])
    private var active: [ObjectIdentifier: EasyHandle] = [:]

    init(_ settings: HTTPClientSettings) {
        runtime = CurlRuntime()
        guard let made = unsafe curl_multi_init() else { preconditionFailure("libcurl has memory for a loop") }
        unsafe multi = made
        self.settings = settings
        unsafe forge_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, settings.connectionsMax)
        unsafe forge_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.connectionsMax)
        queue.async { self.run() }
    }

    deinit { unsafe curl_multi_cleanup(multi) }

    func start(_ transfer: Transfer) { post(.start(transfer)) }
    func cancel(_ transfer: Transfer) { post(.cancel(transfer)) }
    func resume(_ transfer: Transfer) { post(.resume(transfer)) }
    /// What is under way ends as cancelled.
    func stop() { post(.stop) }

    private func post(_ message: Message) {
        mail.withLock { $0.append(message) }
        unsafe curl_multi_wakeup(multi)
    }

    // MARK: The thread

    private func run() {
        while takeMail() {
            var running: Int32 = 0
            unsafe curl_multi_perform(multi, &running)
            endFinished()
            endOverdue()
            unsafe curl_multi_poll(multi, nil, 0, active.isEmpty ? 60_000 : 250, nil)
        }
        for handle in active.values { close(handle) { $0.end(.cancelled) } }
    }

    /// False when it is to stop.
    private func takeMail() -> Bool {
        let messages = mail.withLock { mail in
            defer { mail = [] }
            return mail
        }
        for message in messages {
            switch message {
            case .start(let transfer): begin(transfer)
            case .cancel(let transfer): active[ObjectIdentifier(transfer)].map { close($0) { $0.end(.cancelled) } }
            case .resume(let transfer):
                guard let handle = active[ObjectIdentifier(transfer)] else { continue }
                handle.pauseEnds()
                unsafe curl_easy_pause(handle.raw, CURLPAUSE_CONT)
            case .stop: return false
            }
        }
        return true
    }

    private func begin(_ transfer: Transfer) {
        let handle = EasyHandle(transfer, settings)
        active[ObjectIdentifier(transfer)] = handle
        unsafe curl_multi_add_handle(multi, handle.raw)
    }

    private func endFinished() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let code = unsafe forge_curlmsg_result(message)
            guard let context = unsafe forge_curl_private(message.pointee.easy_handle) else { continue }
            close(unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()) { $0.end(code) }
        }
    }

    private func endOverdue() {
        let now = ContinuousClock.now
        for handle in active.values {
            if let phase = handle.overdue(at: now) { close(handle) { $0.end(.timedOut(phase)) } }
        }
    }

    /// Out of the loop first: whoever is told may start the next one at once.
    private func close(_ handle: EasyHandle, _ end: (EasyHandle) -> Void) {
        active[ObjectIdentifier(handle.transfer)] = nil
        end(handle)
        unsafe curl_multi_remove_handle(multi, handle.raw)
    }
}
