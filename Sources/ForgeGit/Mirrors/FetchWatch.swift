// What watches over one fetch: how long it may take, how much it may bring, to whom it may speak, and who we are. The library's callbacks
// capture nothing, so they find it through the task they run in.

import CGit2
import ForgeCore
import Synchronization

final class FetchWatch: Sendable {
    /// Why a fetch was ended by us.
    enum Stop: Hashable, Sendable {
        case cancelled, late, idle, tooManyObjects(Int), tooManyBytes(Int), diskFull
        /// The host sent us to another address, and a credential goes to nobody but the one it is for.
        case elsewhere(String)
    }

    private struct State {
        var stop: Stop?
        var endpoint: String?
        var isCredentialGiven = false
        var isCredentialRefused = false
        var bytesAtLastLook = 0
    }

    /// Read by the stream of whatever task is fetching.
    @TaskLocal static var current: FetchWatch?

    let options: MirrorOptions
    let deadline: ContinuousClock.Instant
    private let user: String
    private let password: Secret?
    private let state = Mutex(State())

    init(_ options: MirrorOptions, remote: GitRemote, deadline: ContinuousClock.Instant) {
        self.options = options
        self.deadline = deadline
        user = remote.user
        password = remote.password
    }

    var stop: Stop? { state.withLock { $0.stop } }
    var isCredentialRefused: Bool { state.withLock { $0.isCredentialRefused } }

    /// Whether to go on; the first reason to stop stays.
    func mayGoOn() -> Bool {
        if Task.isCancelled { return end(.cancelled) }
        if ContinuousClock.now >= deadline { return end(.late) }
        return stop == nil
    }

    @discardableResult
    func end(_ reason: Stop) -> Bool {
        state.withLock { if $0.stop == nil { $0.stop = reason } }
        return false
    }

    /// One fetch speaks to one address, be it the host's or a proxy's: the first it connected to.
    func mayConnect(to endpoint: String) -> Bool {
        let isSame = state.withLock { state in
            if state.endpoint == nil { state.endpoint = endpoint }
            return state.endpoint == endpoint
        }
        return isSame || end(.elsewhere(endpoint))
    }

    func mayReceive(_ progress: git_indexer_progress) -> Bool {
        let (objects, bytes) = (Int(progress.total_objects), progress.received_bytes)
        if objects > options.fetchObjectsMax { return end(.tooManyObjects(objects)) }
        if bytes > options.fetchBytesMax { return end(.tooManyBytes(bytes)) }
        let isTimeToLook = state.withLock { state in
            guard bytes - state.bytesAtLastLook >= 16 << 20 else { return false }
            state.bytesAtLastLook = bytes
            return true
        }
        if isTimeToLook, Disk.freeBytes(options.folder) < options.freeBytesMin { return end(.diskFull) }
        return mayGoOn()
    }

    /// The password, once: whoever is asked again was refused.
    func credential() -> (user: String, password: [UInt8])? {
        let isFirst = state.withLock { state in
            defer { state.isCredentialGiven = true }
            if state.isCredentialGiven || password == nil { state.isCredentialRefused = true }
            return !state.isCredentialGiven
        }
        guard isFirst, let password else { return nil }
        return (user, password.reveal())
    }

    /// To the library's question who we are.
    func answer(_ made: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?, _ allowed: UInt32) -> Int32 {
        guard allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0, let credential = credential() else { return GIT_EAUTH.rawValue }
        let password = credential.password.map { CChar(bitPattern: $0) } + [0]
        return unsafe git_credential_userpass_plaintext_new(made, credential.user, password)
    }
}

// MARK: Callbacks: the payload is a `FetchWatch` that outlives the call.

private func watch(_ payload: UnsafeMutableRawPointer?) -> FetchWatch? {
    unsafe payload.map { unsafe Unmanaged<FetchWatch>.fromOpaque($0).takeUnretainedValue() }
}

let credentialCallback: git_credential_acquire_cb = { made, _, _, allowed, payload in
    unsafe watch(payload)?.answer(made, allowed) ?? GIT_EAUTH.rawValue
}

let transferCallback: git_indexer_progress_cb = { progress, payload in
    guard let watch = unsafe watch(payload), let progress = unsafe progress else { return 0 }
    return unsafe watch.mayReceive(progress.pointee) ? 0 : GIT_EUSER.rawValue
}

let sidebandCallback: git_transport_message_cb = { _, _, payload in
    guard let watch = unsafe watch(payload) else { return 0 }
    return watch.mayGoOn() ? 0 : GIT_EUSER.rawValue
}
