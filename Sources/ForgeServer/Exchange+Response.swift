// Handing a response to the library: its own headers, then ours. A response that the library refuses is a fault of a handler: the
// connection ends, and the log says which request it was.

import CMicroHTTPD
import ForgeCore
import Synchronization

extension Exchange {
    /// Queues the response; the library takes it now, at the first call or after the body.
    func send(_ response: HTTPResponse) -> MHD_Result {
        step = .answered
        if response.isTrusted { core.allowance.giveBack(remote.counted) }
        let handle: ResponseHandle
        switch response.body {
        case .bytes(let bytes):
            bytesOut = method == .head ? 0 : bytes.count
            handle = ResponseHandle(bytes)
            connection.enter(.responding, deadline: core.deadline(core.limits.responseTimeout))
        case .eventStream(let body): handle = begin(unsafe EventStream(body, core, raw, hasHeartbeat: true))
        case .stream(let body): handle = begin(unsafe EventStream(body, core, raw, hasHeartbeat: false))
        }
        addHeaders(of: response, to: handle)
        guard unsafe handle.queue(on: raw, status: response.status) else {
            core.log.error("response refused", [.init("request_id", .string(id)), .init("status", JSON(response.status))])
            return .NO
        }
        return .YES
    }

    private func begin(_ stream: EventStream) -> ResponseHandle {
        waiting.withLock { $0.stream = stream }
        connection.enter(.streaming, deadline: .max)
        return ResponseHandle(stream)
    }

    private func addHeaders(of response: HTTPResponse, to handle: borrowing ResponseHandle) {
        var isProblem = false
        var saysCaching = false
        for header in response.headers {
            if header.name == "content-type", header.value == "application/problem+json" { isProblem = true }
            if header.name == "cache-control" { saysCaching = true }
            if !handle.add(header.name, header.value) {
                core.log.error("response header refused", [.init("request_id", .string(id)), .init("name", .string(header.name))])
            }
        }
        if isProblem && !saysCaching { _ = handle.add("cache-control", "no-store") }
        if case .eventStream = response.body, !saysCaching { _ = handle.add("cache-control", "no-cache") }
        if core.stage != .serving { _ = handle.add("connection", "close") }
        _ = handle.add("x-request-id", id)
    }
}

/// Owns our reference to one `MHD_Response`; gives it up exactly once. The library keeps its own while it sends.
@safe struct ResponseHandle: ~Copyable {
    private let raw: OpaquePointer

    init(_ bytes: [UInt8]) {
        // The library copies the bytes and does not write to them, whatever its signature says.
        let made = unsafe bytes.withUnsafeBytes {
            unsafe MHD_create_response_from_buffer($0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let made = unsafe made else { preconditionFailure("no memory for a response") }
        unsafe raw = made
    }

    /// The stream's reference is released when the library frees the response.
    init(_ stream: EventStream) {
        let context = unsafe Unmanaged.passRetained(stream).toOpaque()
        let made = unsafe MHD_create_response_from_callback(
            forge_size_unknown, 32 * 1024,
            { context, _, buffer, bytesMax in
                guard let context = unsafe context, let buffer = unsafe buffer else { return forge_end_with_error }
                let stream = unsafe Unmanaged<EventStream>.fromOpaque(context).takeUnretainedValue()
                return unsafe stream.fill(UnsafeMutableRawBufferPointer(start: buffer, count: bytesMax))
            }, context, { context in if let context = unsafe context { unsafe Unmanaged<EventStream>.fromOpaque(context).release() } })
        guard let made = unsafe made else { preconditionFailure("no memory for a response") }
        unsafe raw = made
    }

    deinit { unsafe MHD_destroy_response(raw) }

    /// False if the library will not have it: a line break or a tab in the name or the value.
    func add(_ name: String, _ value: String) -> Bool { unsafe MHD_add_response_header(raw, name, value) == .YES }

    func queue(on connection: OpaquePointer, status: Int) -> Bool {
        unsafe MHD_queue_response(connection, UInt32(clamping: status), raw) == .YES
    }
}
