// Where the mirror of one repository lies. The readable part of a name is for people; the digest tells apart what a file system may not:
// names that differ in case only, names that are too long, tenants.

import CGit2
import ForgeCore

struct MirrorPlace: Hashable, Sendable {
    /// What it mirrors, for people; nil when only the folder is known.
    private let host: HostPlace?
    /// The name of the folder, without its ending.
    let name: String
    private let root: String

    init(_ host: HostPlace, in root: String) {
        self.host = host
        self.root = root
        let readable = host.repository.description.lowercased().map { $0 == "/" ? "-" : $0 }.prefix(60)
        name = "\(String(readable))-\(Self.digest("\(host.tenant)\n\(host.repository)").prefix(20))"
    }

    /// One that was found on the disk.
    init(named name: String, in root: String) {
        host = nil
        self.root = root
        self.name = name
    }

    var repositoryName: String { host?.repository.description ?? name }
    var tenant: String { host?.tenant.description ?? "" }

    static func == (left: Self, right: Self) -> Bool { left.name == right.name && left.root == right.root }

    func hash(into hasher: inout Hasher) { hasher.combine(name) }

    var repository: String { "\(Self.folder(in: root))/\(name).git" }
    /// Held while the repository is written to.
    var writeLock: String { "\(Self.locks(in: root))/\(name).write" }
    /// Shared by all who read; its time is that of the last use.
    var useLock: String { "\(Self.locks(in: root))/\(name).use" }
    /// There when a reader met damage.
    var damageMark: String { "\(repository)/forge-damaged" }
    var packs: String { "\(repository)/objects/pack" }

    static func folder(in root: String) -> String { "\(root)/repositories" }
    static func locks(in root: String) -> String { "\(root)/locks" }
    static func worktrees(in root: String) -> String { "\(root)/worktrees" }
    /// What is about to be removed, or was not finished.
    static func trash(in root: String) -> String { "\(root)/trash" }

    /// Of the packs, which is nearly all there is.
    var byteCount: Int { Disk.names(in: packs).reduce(0) { $0 + Disk.size(of: "\(packs)/\($1)") } }

    /// Objects in files of their own, which the steps of runs leave.
    var looseObjects: [String] {
        let objects = "\(repository)/objects"
        return Disk.names(in: objects).filter { $0.utf8.count == 2 }.flatMap { folder in
            Disk.names(in: "\(objects)/\(folder)").map { "\(objects)/\(folder)/\($0)" }
        }
    }

    var packNames: [String] { Disk.names(in: packs).filter { $0.hasSuffix(".pack") }.map { String($0.dropLast(5)) } }

    /// What git would call a file of this content: forty hex digits.
    static func digest(_ text: String) -> String {
        var id = git_oid()
        let bytes = Array(text.utf8)
        let status = unsafe git_odb_hash(&id, bytes, bytes.count, GIT_OBJECT_BLOB)
        precondition(status == 0, "a text in memory has a digest")
        var digits = [CChar](repeating: 0, count: 40)
        unsafe git_oid_fmt(&digits, &id)
        return String(decoding: digits.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
