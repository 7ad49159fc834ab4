// Many packs to few. Every fetch leaves a pack, and every object that is looked for is looked for in each of them. Written before anything
// is removed, so an end in between leaves objects twice and none missing. docs/decisions/ says why it is done this way.

import CGit2

extension BareRepository {
    /// What an interrupted fetch left behind. Call it under the write lock.
    static func sweepHalfWritten(_ place: MirrorPlace) {
        let names = Set(Disk.names(in: place.packs))
        for name in names {
            let isTemporary = name.contains("_git2_")
            let hasNoIndex = name.hasSuffix(".pack") && !names.contains(name.dropLast(5) + ".idx")
            if isTemporary || hasNoIndex { Disk.removeFile("\(place.packs)/\(name)") }
        }
    }

    /// Puts the small packs together, so that each of the rest is more than twice all smaller ones. True when something was done.
    func rollUpPacks(_ place: MirrorPlace) throws(GitError) -> Bool {
        let packs = place.packNames.map { ($0, Disk.size(of: "\(place.packs)/\($0).pack")) }
        let small = Self.smallPacks(packs)
        guard small.count > 1 else { return false }
        let builder = try unsafe GitHandle("git_packbuilder_new", git_packbuilder_free) { unsafe git_packbuilder_new($0, raw) }
        for id in try objects(in: small, place) {
            var id = id
            try check("git_packbuilder_insert", unsafe git_packbuilder_insert(builder.raw, &id, nil))
        }
        try write(builder, replacing: small, place)
        return true
    }

    /// One pack of all that refs lead to; the rest is gone afterwards.
    func dropUnreachable(_ place: MirrorPlace) throws(GitError) {
        let old = place.packNames
        let walk = try unsafe GitHandle("git_revwalk_new", git_revwalk_free) { unsafe git_revwalk_new($0, raw) }
        try check("git_revwalk_push_glob", unsafe git_revwalk_push_glob(walk.raw, "refs/*"))
        let builder = try unsafe GitHandle("git_packbuilder_new", git_packbuilder_free) { unsafe git_packbuilder_new($0, raw) }
        try check("git_packbuilder_insert_walk", unsafe git_packbuilder_insert_walk(builder.raw, walk.raw))
        guard unsafe git_packbuilder_object_count(builder.raw) > 0 else { return }
        try write(builder, replacing: old, place)
        // Of the steps of runs: what is still wanted is in the pack by now.
        for file in place.looseObjects { Disk.removeFile(file) }
    }

    /// The smallest ones, as far as each is no larger than twice all before it.
    static func smallPacks(_ packs: [(name: String, byteCount: Int)]) -> [String] {
        var sum = 0
        var taken: [String] = []
        for pack in packs.sorted(by: { ($0.byteCount, $0.name) < ($1.byteCount, $1.name) }) {
            if taken.count > 1, pack.byteCount > 2 * sum { break }
            sum += pack.byteCount
            taken.append(pack.name)
        }
        return taken
    }

    private func write(_ builder: GitHandle, replacing old: [String], _ place: MirrorPlace) throws(GitError) {
        try check("git_packbuilder_write", unsafe git_packbuilder_write(builder.raw, nil, 0, nil, nil))
        let made = unsafe git_packbuilder_name(builder.raw).map { unsafe "pack-" + String(cString: $0) }
        for name in old where name != made {
            // Without its index a pack is nothing to a reader.
            Disk.removeFile("\(place.packs)/\(name).idx")
            Disk.removeFile("\(place.packs)/\(name).pack")
        }
    }

    private func objects(in packs: [String], _ place: MirrorPlace) throws(GitError) -> [git_oid] {
        let database = try unsafe GitHandle("git_odb_new", git_odb_free) { unsafe git_odb_new($0) }
        for pack in packs {
            var backend: UnsafeMutablePointer<git_odb_backend>?
            try check("git_odb_backend_one_pack", unsafe git_odb_backend_one_pack(&backend, "\(place.packs)/\(pack).idx"))
            try check("git_odb_add_backend", unsafe git_odb_add_backend(database.raw, backend, 1))
        }
        var found: [git_oid] = []
        let status = unsafe withUnsafeMutablePointer(to: &found) { found in
            unsafe git_odb_foreach(
                database.raw,
                { id, payload in
                    guard let id = unsafe id, let payload = unsafe payload else { return 0 }
                    unsafe payload.assumingMemoryBound(to: [git_oid].self).pointee.append(id.pointee)
                    return 0
                }, found)
        }
        try check("git_odb_foreach", status)
        return found
    }

    /// Forgets the host's refs with the oldest commits; kept ones are never touched.
    func forgetOldRefs(above refsMax: Int) throws(GitError) {
        var found: [(name: String, time: git_time_t)] = []
        for ref in try ownRefs() {
            var id = git_oid()
            var commit: OpaquePointer?
            let isCommit = unsafe git_reference_name_to_id(&id, raw, ref) == 0 && git_commit_lookup(&commit, raw, &id) == 0
            found.append((ref, isCommit ? unsafe git_commit_time(commit) : .max))
            unsafe git_commit_free(commit)
        }
        guard found.count > refsMax else { return }
        for ref in found.sorted(by: { $0.time > $1.time }).dropFirst(refsMax) {
            try check("git_reference_remove", unsafe git_reference_remove(raw, ref.name))
        }
    }
}
