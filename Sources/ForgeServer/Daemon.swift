// The one owner of a libmicrohttpd daemon and the place where its callbacks come in. A callback turns pointers into values and calls one
// method; it keeps no pointer but what Exchange.swift and EventStream.swift say.

import CMicroHTTPD
import ForgeCore
import Glibc
import Synchronization

/// Owns one `MHD_Daemon`; stops it exactly once, which ends its threads. Before that nothing may be suspended.
@safe struct Daemon: ~Copyable {
    private let raw: OpaquePointer
    /// The callbacks' context; released after the last of them.
    private let context: Unmanaged<ServerCore>
    private let messages: UnsafeMutablePointer<forge_messages>

    init(_ core: ServerCore, tls: TLSFiles?) throws(ServerError) {
        unsafe context = Unmanaged.passRetained(core)
        unsafe messages = .allocate(capacity: 1)
        unsafe messages.initialize(to: forge_messages(context: context.toOpaque(), take: messageCallback))
        let started = unsafe Self.start(core, tls, context.toOpaque(), messages)
        let said = core.startMessages.withLock { messages in
            defer { messages = nil }
            return messages ?? []
        }
        guard let started = unsafe started else {
            unsafe messages.deallocate()
            unsafe context.release()
            throw Self.error(said, isEncrypted: tls != nil)
        }
        unsafe raw = started
    }

    deinit {
        unsafe MHD_stop_daemon(raw)
        unsafe messages.deallocate()
        unsafe context.release()
    }

    /// Gives the daemon an accepted socket, to close it in any case. False if it is closed already.
    func add(_ socket: Int32, from address: inout sockaddr_storage, _ addressSize: socklen_t) -> Bool {
        unsafe withUnsafePointer(to: &address) { storage in
            unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe MHD_add_connection(raw, socket, $0, addressSize) == .YES
            }
        }
    }

    private static func start(
        _ core: ServerCore, _ tls: TLSFiles?, _ context: UnsafeMutableRawPointer, _ messages: UnsafeMutablePointer<forge_messages>
    ) -> OpaquePointer? {
        var flags = MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_USE_ITC.rawValue
        flags |= MHD_USE_NO_LISTEN_SOCKET.rawValue | MHD_USE_ERROR_LOG.rawValue
        guard let tls else { return unsafe start(core, flags, context, messages, key: nil, certificate: nil) }
        flags |= MHD_USE_TLS.rawValue
        return unsafe withText(tls.privateKey.reveal()) { key in
            unsafe withText(tls.certificate) { unsafe start(core, flags, context, messages, key: key, certificate: $0) }
        }
    }

    private static func start(
        _ core: ServerCore, _ flags: UInt32, _ context: UnsafeMutableRawPointer, _ messages: UnsafeMutablePointer<forge_messages>,
        key: UnsafePointer<CChar>?, certificate: UnsafePointer<CChar>?
    ) -> OpaquePointer? {
        let limits = core.limits
        let idleSeconds = UInt32(clamping: (limits.idleTimeout.milliseconds + 999) / 1000)
        // Twice the headers' bound: one half holds them, the other takes the body's bytes and the response's headers. A connection count of
        // our own is kept, so each thread may have them all.
        return unsafe "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2".withCString { priorities in
            var settings = unsafe forge_daemon_settings(
                flags: flags, threads: UInt32(limits.threads), connections: UInt32(limits.connections * limits.threads + limits.threads),
                idle_seconds: max(1, idleSeconds), memory: max(32 * 1024, 2 * limits.headerBytes), key: key, certificate: certificate,
                priorities: priorities, context: context, handle: handleCallback, target: targetCallback, completed: completedCallback,
                connection: connectionCallback, unescape: unescapeCallback, messages: messages)
            return unsafe forge_start_daemon(&settings)
        }
    }

    private static func withText<Value>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Value) -> Value {
        unsafe (bytes + [0]).withUnsafeBytes { unsafe body($0.assumingMemoryBound(to: CChar.self).baseAddress!) }
    }

    private static func error(_ messages: [String], isEncrypted: Bool) -> ServerError {
        let detail = messages.isEmpty ? "no detail" : messages.joined(separator: " ")
        if isEncrypted {
            let text = "The TLS certificate and private key cannot be used: they must be PEM and belong together (\(detail))"
            return ServerError(code: .badCertificate, message: text)
        }
        return ServerError(code: .cannotStart, message: "The HTTP server cannot start: \(detail)")
    }
}

// MARK: - Callbacks

extension ServerCore {
    fileprivate static func from(_ context: UnsafeMutableRawPointer?) -> ServerCore? {
        unsafe context.map { unsafe Unmanaged<ServerCore>.fromOpaque($0).takeUnretainedValue() }
    }
}

/// A connection starts, or is about to be closed. `Unmanaged` keeps the `Connection` from the one to the other.
private let connectionCallback: MHD_NotifyConnectionCallback = { context, raw, slot, code in
    guard let core = unsafe ServerCore.from(context), let raw = unsafe raw, let slot = unsafe slot else { return }
    if code == .CONNECTION_NOTIFY_STARTED {
        if let connection = unsafe core.connectionStarted(forge_connection_descriptor(raw)) {
            unsafe slot.pointee = Unmanaged.passRetained(connection).toOpaque()
        }
    } else if let kept = unsafe slot.pointee {
        unsafe slot.pointee = nil
        unsafe core.connectionClosed(Unmanaged<Connection>.fromOpaque(kept).takeRetainedValue())
    }
}

/// A request line is complete; its target is as it came. What is returned is the request's context, released in `completedCallback`.
private let targetCallback: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
    context, target, raw in
    guard let core = unsafe ServerCore.from(context), let target = unsafe target, let raw = unsafe raw,
        let kept = unsafe forge_connection_context(raw)
    else { return nil }
    let connection = unsafe Unmanaged<Connection>.fromOpaque(kept).takeUnretainedValue()
    let bytes = unsafe Array(UnsafeRawBufferPointer(start: target, count: strlen(target)))
    let exchange = unsafe Exchange(core, connection, target: bytes, targetAddress: UInt(bitPattern: target), raw: raw)
    connection.begin(exchange, deadline: exchange.startedAt &+ core.limits.headerTimeout.nanoseconds)
    return unsafe Unmanaged.passRetained(exchange).toOpaque()
}

/// Headers complete, a piece of the body, the body's end, or a connection resumed.
private let handleCallback: MHD_AccessHandlerCallback = { _, raw, _, method, version, bytes, count, slot in
    guard let raw = unsafe raw, let method = unsafe method, let version = unsafe version, let count = unsafe count,
        let kept = unsafe slot?.pointee
    else { return .NO }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(kept).takeUnretainedValue()
    if case .headers = exchange.step { return unsafe exchange.begin(RequestHead(raw, method: method, version: version)) }
    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count.pointee)
    if unsafe piece.isEmpty { return exchange.proceed() }
    unsafe count.pointee = 0
    return unsafe exchange.take(piece)
}

/// The library's last word about a request: the release point of its context.
private let completedCallback: MHD_RequestCompletedCallback = { _, raw, slot, _ in
    guard let raw = unsafe raw, let slot = unsafe slot, let kept = unsafe slot.pointee else { return }
    unsafe slot.pointee = nil
    let status = unsafe Int(forge_response_status(raw))
    unsafe Unmanaged<Exchange>.fromOpaque(kept).takeRetainedValue().completed(sentStatus: status)
}

/// Leaves escapes alone: RequestTarget.swift decodes them, strictly.
private let unescapeCallback: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?) -> Int = {
    _, _, text in unsafe text.map { unsafe strlen($0) } ?? 0
}

/// The library's own messages. While it starts they say what is wrong; later they may hold a path, so only one of their kinds is counted.
private let messageCallback: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Void = { context, text in
    guard let core = unsafe ServerCore.from(context), let text = unsafe text else { return }
    if unsafe strncmp(text, "Error processing request", 24) == 0 { core.instruments.reject(.malformed) }
    core.startMessages.withLock { messages in
        guard messages != nil else { return }
        let message = unsafe String(cString: text)
        messages?.append(message.split(separator: "\n").joined(separator: " "))
    }
}
