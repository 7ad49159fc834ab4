// What libcurl calls while the loop runs: each copies bytes, asks the handle, and returns. The context is an `EasyHandle` that the loop holds
// while the transfer is in it.

import CCurl
import ForgeCore

private func handle(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
    unsafe context.map { unsafe Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
}

let headerCallback: forge_curl_data = { bytes, size, count, context in
    let line = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return unsafe handle(context)?.headerLine(line) == true ? size * count : 0
}

let writeCallback: forge_curl_data = { bytes, size, count, context in
    let piece = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
    switch unsafe handle(context)?.body(piece) {
    case .all?: return size * count
    case .later?: return Int(CURL_WRITEFUNC_PAUSE)
    case .stop?, nil: return size * count == 0 ? 1 : 0
    }
}

let readCallback: forge_curl_data = { bytes, size, count, context in
    guard let handle = unsafe handle(context), let bytes = unsafe bytes else { return Int(CURL_READFUNC_ABORT) }
    switch handle.upload(size * count) {
    case .bytes(let piece):
        unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count).copyBytes(from: piece)
        return piece.count
    case .later: return Int(CURL_READFUNC_PAUSE)
    case .stop: return Int(CURL_READFUNC_ABORT)
    }
}

let beforeRequestCallback: curl_prereq_callback = { context, _, _, _, _ in
    unsafe handle(context)?.maySend() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

let openSocketCallback: curl_opensocket_callback = { context, _, address in
    guard let address = unsafe address, let handle = unsafe handle(context) else { return CURL_SOCKET_BAD }
    var bytes = [UInt8](repeating: 0, count: 16)
    guard unsafe forge_address_bytes(address, &bytes) == 1 else { return CURL_SOCKET_BAD }
    func number(_ half: ArraySlice<UInt8>) -> UInt64 { half.reduce(0) { $0 << 8 | UInt64($1) } }
    let target = IPAddress(high: number(bytes[..<8]), low: number(bytes[8...]))
    return handle.mayConnect(to: target) ? unsafe forge_open_socket(address) : CURL_SOCKET_BAD
}
