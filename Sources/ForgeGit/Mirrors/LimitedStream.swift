// TCP connections for the library that end. Its own wait for ever: version 1.5 has no time limit for a host that says nothing, and no way
// to take a fetch back. TLS stays the library's, over these.

import CGit2

enum LimitedStream {
    private static let connectTimeout = Duration.seconds(15)
    private static let idleTimeout = Duration.seconds(60)

    /// From here on every connection of the process is one of these.
    static func register() throws(GitError) {
        var registration = git_stream_registration()
        registration.version = GIT_STREAM_VERSION
        unsafe registration.`init` = { made, host, port in
            guard let made = unsafe made, let host = unsafe host, let port = unsafe port else { return -1 }
            unsafe made.pointee = LimitedStream.make(host, port)
            return 0
        }
        try check("git_stream_register", unsafe git_stream_register(GIT_STREAM_STANDARD, &registration))
    }

    /// Freed by the library through the function it is given.
    private static func make(_ host: UnsafePointer<CChar>, _ port: UnsafePointer<CChar>) -> UnsafeMutablePointer<git_stream> {
        let made = UnsafeMutablePointer<forge_git_stream>.allocate(capacity: 1)
        unsafe made.initialize(to: forge_git_stream())
        unsafe made.pointee.parent.version = GIT_STREAM_VERSION
        unsafe made.pointee.host = strdup(host)
        unsafe made.pointee.port = strdup(port)
        unsafe made.pointee.descriptor = -1
        unsafe made.pointee.parent.connect = { stream in unsafe LimitedStream.connect(own(stream)) }
        unsafe made.pointee.parent.read = { stream, bytes, count in unsafe LimitedStream.read(own(stream), bytes, count) }
        unsafe made.pointee.parent.write = { stream, bytes, count, _ in unsafe LimitedStream.write(own(stream), bytes, count) }
        unsafe made.pointee.parent.close = { stream in unsafe LimitedStream.close(own(stream)) }
        unsafe made.pointee.parent.free = { stream in unsafe LimitedStream.free(own(stream)) }
        return unsafe UnsafeMutableRawPointer(made).assumingMemoryBound(to: git_stream.self)
    }

    // MARK: What the library calls

    private static func connect(_ stream: UnsafeMutablePointer<forge_git_stream>) -> Int32 {
        let endpoint = unsafe "\(String(cString: stream.pointee.host)):\(String(cString: stream.pointee.port))"
        if let watch = FetchWatch.current, !watch.mayConnect(to: endpoint) { return refuse("the host led to another address, \(endpoint)") }
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = unsafe forge_git_resolve(stream, &found)
        guard failure == 0 else { return refuse("\(endpoint) has no address: \(unsafe String(cString: gai_strerror(failure)))") }
        defer { unsafe freeaddrinfo(found) }
        var next = unsafe found
        var last = ECONNREFUSED
        while let address = unsafe next {
            last = unsafe connect(stream, address.pointee)
            if last == 0 { return 0 }
            unsafe next = address.pointee.ai_next
        }
        return refuse("\(endpoint) does not answer: \(unsafe String(cString: strerror(last)))")
    }

    /// The number of the error, 0 for none.
    private static func connect(_ stream: UnsafeMutablePointer<forge_git_stream>, _ address: addrinfo) -> Int32 {
        var address = unsafe address
        let descriptor = unsafe forge_git_socket(&address)
        guard descriptor >= 0 else { return forge_git_errno() }
        if unsafe CGit2.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
            let number = forge_git_errno()
            let limit = FetchWatch.current?.options.connectTimeout ?? connectTimeout
            guard number == EINPROGRESS else {
                CGit2.close(descriptor)
                return number
            }
            guard wait(descriptor, POLLOUT, limit) else {
                CGit2.close(descriptor)
                return ETIMEDOUT
            }
        }
        let number = forge_git_socket_error(descriptor)
        guard number == 0 else {
            CGit2.close(descriptor)
            return number
        }
        unsafe stream.pointee.descriptor = descriptor
        return 0
    }

    private static func read(
        _ stream: UnsafeMutablePointer<forge_git_stream>, _ bytes: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int {
        let descriptor = unsafe stream.pointee.descriptor
        while true {
            let got = unsafe recv(descriptor, bytes, count, 0)
            if got >= 0 { return got }
            switch forge_git_errno() {
            case EINTR: continue
            case EAGAIN: guard waitOrRefuse(descriptor, POLLIN) else { return -1 }
            default: return Int(refuse("the connection broke: \(unsafe String(cString: strerror(forge_git_errno())))"))
            }
        }
    }

    private static func write(_ stream: UnsafeMutablePointer<forge_git_stream>, _ bytes: UnsafePointer<CChar>?, _ count: Int) -> Int {
        let descriptor = unsafe stream.pointee.descriptor
        while true {
            let sent = unsafe forge_git_send(descriptor, bytes, count)
            if sent >= 0 { return sent }
            switch forge_git_errno() {
            case EINTR: continue
            case EAGAIN: guard waitOrRefuse(descriptor, POLLOUT) else { return -1 }
            default: return Int(refuse("the connection broke: \(unsafe String(cString: strerror(forge_git_errno())))"))
            }
        }
    }

    private static func close(_ stream: UnsafeMutablePointer<forge_git_stream>) -> Int32 {
        let descriptor = unsafe stream.pointee.descriptor
        guard descriptor >= 0 else { return 0 }
        unsafe stream.pointee.descriptor = -1
        return CGit2.close(descriptor)
    }

    private static func free(_ stream: UnsafeMutablePointer<forge_git_stream>) {
        _ = unsafe close(stream)
        unsafe CGit2.free(stream.pointee.host)
        unsafe CGit2.free(stream.pointee.port)
        unsafe stream.deallocate()
    }

    // MARK: Waiting

    private static func waitOrRefuse(_ descriptor: Int32, _ events: Int32) -> Bool {
        let limit = FetchWatch.current?.options.idleTimeout ?? idleTimeout
        if wait(descriptor, events, limit) { return true }
        FetchWatch.current?.end(.idle)
        _ = refuse("the host said nothing for too long")
        return false
    }

    /// Looks up every now and then: the task may be cancelled, or its time over.
    private static func wait(_ descriptor: Int32, _ events: Int32, _ limit: Duration) -> Bool {
        let end = ContinuousClock.now.advanced(by: limit)
        while true {
            if let watch = FetchWatch.current, !watch.mayGoOn() { return false }
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let ready = unsafe poll(&entry, 1, 50)
            if ready > 0 { return true }
            if ready < 0, forge_git_errno() != EINTR { return false }
            if ContinuousClock.now >= end { return false }
        }
    }

    private static func refuse(_ message: String) -> Int32 {
        _ = unsafe git_error_set_str(Int32(GIT_ERROR_NET.rawValue), message)
        return -1
    }
}

/// The library holds the first member of what we made.
private func own(_ stream: UnsafeMutablePointer<git_stream>?) -> UnsafeMutablePointer<forge_git_stream> {
    unsafe UnsafeMutableRawPointer(stream!).assumingMemoryBound(to: forge_git_stream.self)
}
