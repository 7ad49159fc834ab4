// Pushes from a mirror. No hook is run on our side; on the other side its own are.

import CGit2
import ForgeCore
import Synchronization

extension BareRepository {
    /// To a host. It gets the place that the branch was told to be at together with where it goes, and moves it only from there.
    func push(
        _ request: PushRequest, from source: String, to ref: String, _ watch: FetchWatch
    ) throws(GitError) -> PushAnswer {
        let remote = try remote(request.remote.url)
        let pushing = PushWatch(watch, expected: request.expected)
        var options = unsafe git_push_options()
        try unsafe check("git_push_options_init", git_push_options_init(&options, UInt32(GIT_PUSH_OPTIONS_VERSION)))
        unsafe options.callbacks.credentials = pushCredentialCallback
        unsafe options.callbacks.push_negotiation = negotiationCallback
        unsafe options.callbacks.push_update_reference = updateCallback
        unsafe options.callbacks.sideband_progress = wordsCallback
        unsafe options.callbacks.push_transfer_progress = uploadCallback
        unsafe options.callbacks.payload = Unmanaged.passUnretained(pushing).toOpaque()
        unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        unsafe options.proxy_opts.type = GIT_PROXY_AUTO
        let texts = TextList(["+\(source):\(ref)".utf8.map { CChar(bitPattern: $0) }])
        var list = unsafe texts.raw
        git_error_clear()
        let status = FetchWatch.$current.withValue(watch) {
            withExtendedLifetime((texts, pushing)) { unsafe git_remote_push(remote.raw, &list, &options) }
        }
        if pushing.isElsewhere { return .elsewhere }
        try check("git_remote_push", status)
        return pushing.refusal.map { .refused($0) } ?? .pushed
    }

    // MARK: On the same disk

    /// To a bare repository here: the library's own way to do it moves a branch from wherever it is.
    func pushOnDisk(_ request: PushRequest, _ ref: String) throws(GitError) -> PushAnswer {
        let path = Self.path(of: request.remote.url)
        let isBare = !Disk.exists("\(path)/.git") && !path.hasSuffix("/.git")
        guard isBare else { return .refused("\(path) has files of a branch beside it; only bare repositories are pushed to") }
        let target = try GitHandle.openBare(path)
        try sendObjects(request.commit, to: target, at: path)
        var id = try request.commit.objectID()
        var moved: OpaquePointer?
        defer { unsafe git_reference_free(moved) }
        let status: Int32
        if let expected = request.expected {
            var before = try expected.objectID()
            status = unsafe git_reference_create_matching(&moved, target.raw, ref, &id, 1, &before, nil)
        } else {
            status = unsafe git_reference_create(&moved, target.raw, ref, &id, 0, nil)
        }
        switch git_error_code(status) {
        case GIT_EMODIFIED, GIT_EEXISTS, GIT_ENOTFOUND, GIT_ELOCKED: return .elsewhere
        default:
            try check("git_reference_create", status)
            return .pushed
        }
    }

    /// What it does not have, as one pack.
    private func sendObjects(_ commit: CommitSHA, to target: GitHandle, at path: String) throws(GitError) {
        let walk = try unsafe GitHandle("git_revwalk_new", git_revwalk_free) { unsafe git_revwalk_new($0, raw) }
        var id = try commit.objectID()
        try check("git_revwalk_push", unsafe git_revwalk_push(walk.raw, &id))
        for var known in try commits(of: target) where try has(CommitSHA(known)) {
            try check("git_revwalk_hide", unsafe git_revwalk_hide(walk.raw, &known))
        }
        let builder = try unsafe GitHandle("git_packbuilder_new", git_packbuilder_free) { unsafe git_packbuilder_new($0, raw) }
        try check("git_packbuilder_insert_walk", unsafe git_packbuilder_insert_walk(builder.raw, walk.raw))
        guard unsafe git_packbuilder_object_count(builder.raw) > 0 else { return }
        try check("git_packbuilder_write", unsafe git_packbuilder_write(builder.raw, "\(path)/objects/pack", 0, nil, nil))
    }

    /// What its branches lead to.
    private func commits(of target: GitHandle) throws(GitError) -> [git_oid] {
        var iterator: OpaquePointer?
        try check("git_reference_iterator_glob_new", unsafe git_reference_iterator_glob_new(&iterator, target.raw, "refs/heads/*"))
        defer { unsafe git_reference_iterator_free(iterator) }
        var found: [git_oid] = []
        var name: UnsafePointer<CChar>?
        while unsafe git_reference_next_name(&name, iterator) == 0, let text = unsafe name {
            var id = git_oid()
            if unsafe git_reference_name_to_id(&id, target.raw, text) == 0 { found.append(id) }
        }
        return found
    }

    /// As the library reads an address: a percent sign without two digits is itself.
    private static func path(of url: String) -> String {
        guard url.hasPrefix("file://") else { return url }
        var rest = url.utf8.dropFirst("file://".utf8.count)
        if rest.starts(with: "localhost/".utf8) { rest = rest.dropFirst("localhost".utf8.count) }
        var path: [UInt8] = []
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap(\.hexadecimalValue)
            guard byte == UInt8(ascii: "%"), digits.count == 2 else {
                path.append(byte)
                continue
            }
            path.append(digits[0] << 4 | digits[1])
            rest = rest.dropFirst(2)
        }
        return String(decoding: path, as: UTF8.self)
    }
}

/// One push: where the branch has to be, and what the host said.
final class PushWatch: Sendable {
    private struct State {
        var isElsewhere = false
        var refusal: String?
        var words: [UInt8] = []
    }

    let watch: FetchWatch
    private let expected: CommitSHA?
    private let state = Mutex(State())

    init(_ watch: FetchWatch, expected: CommitSHA?) {
        self.watch = watch
        self.expected = expected
    }

    var isElsewhere: Bool { state.withLock { $0.isElsewhere } }

    /// The host's reason, and what it said beside.
    var refusal: String? {
        state.withLock { state in
            guard let refusal = state.refusal else { return nil }
            let words = String(decoding: state.words, as: UTF8.self).split(whereSeparator: \.isNewline)
                .map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }.joined(separator: " ")
            return RepositoryPath(words.isEmpty ? refusal : "\(refusal): \(words)").shown
        }
    }

    /// Told before anything is sent; the host compares once more when it moves the branch.
    func mayMove(from place: git_oid) -> Bool {
        var place = place
        let isNone = unsafe git_oid_is_zero(&place) == 1
        let isExpected = isNone ? expected == nil : CommitSHA(place) == expected
        if !isExpected { state.withLock { $0.isElsewhere = true } }
        return isExpected
    }

    func refuse(_ reason: String) { state.withLock { $0.refusal = reason } }

    func hear(_ words: UnsafeRawBufferPointer) {
        state.withLock { state in
            let room = max(0, 4_096 - state.words.count)
            unsafe state.words.append(contentsOf: words.prefix(room))
        }
    }
}

// MARK: Callbacks: the payload is a `PushWatch` that outlives the call.

private func pushing(_ payload: UnsafeMutableRawPointer?) -> PushWatch? {
    unsafe payload.map { unsafe Unmanaged<PushWatch>.fromOpaque($0).takeUnretainedValue() }
}

private let pushCredentialCallback: git_credential_acquire_cb = { made, _, _, allowed, payload in
    unsafe pushing(payload)?.watch.answer(made, allowed) ?? GIT_EAUTH.rawValue
}

private let negotiationCallback: git_push_negotiation = { updates, count, payload in
    guard let pushing = unsafe pushing(payload), let updates = unsafe updates, count == 1, let update = unsafe updates[0] else {
        return GIT_EUSER.rawValue
    }
    return pushing.mayMove(from: unsafe update.pointee.src) ? 0 : GIT_EUSER.rawValue
}

private let updateCallback: git_push_update_reference_cb = { _, reason, payload in
    if let reason = unsafe reason { unsafe pushing(payload)?.refuse(String(cString: reason)) }
    return 0
}

private let wordsCallback: git_transport_message_cb = { words, count, payload in
    guard let pushing = unsafe pushing(payload) else { return 0 }
    unsafe pushing.hear(UnsafeRawBufferPointer(start: words, count: Int(max(0, count))))
    return pushing.watch.mayGoOn() ? 0 : GIT_EUSER.rawValue
}

private let uploadCallback: git_push_transfer_progress_cb = { _, _, _, payload in
    guard let pushing = unsafe pushing(payload) else { return 0 }
    return pushing.watch.mayGoOn() ? 0 : GIT_EUSER.rawValue
}
