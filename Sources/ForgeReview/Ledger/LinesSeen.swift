// What a review looked at, as small as it can be kept: for each file the digests of the lines that the change adds and removes. It says
// nothing about where a line stood or which commit brought it, so a rebase, a merge of the base branch, a force-push or a new base leave it
// true. What cannot be read counts as not seen: then the ledger alone keeps a comment from coming twice.

import ForgeCore
import ForgeCrypto

struct LinesSeen: Hashable, Sendable {
    enum Digests: Hashable, Sendable {
        case each([UInt64])
        /// Of a file too long to be kept line by line: whether anything is new can be told, but not what.
        case whole(UInt64)
    }

    struct File: Hashable, Sendable {
        /// Its path when it was first looked at, if another: its findings keep the ids they got then.
        var origin: RepositoryPath?
        var digests: Digests
        /// A model read all of it.
        var wasReadByModel = false
    }

    static let version: Int64 = 1
    /// In all files of a pull request together, about 400 KB of text; the longest files are the first to be kept as one number.
    static let linesMax = 50_000

    var files: [RepositoryPath: File] = [:]

    /// Keeps within `linesMax`.
    mutating func compact() {
        var left = Self.linesMax
        let sizes = files.compactMap { path, file -> (path: RepositoryPath, count: Int)? in
            if case .each(let digests) = file.digests { (path, digests.count) } else { nil }
        }
        guard sizes.reduce(0, { $0 + $1.count }) > left else { return }
        for (path, count) in sizes.sorted(by: { ($0.count, $0.path) < ($1.count, $1.path) }) {
            if count <= left {
                left -= count
            } else if case .each(let digests)? = files[path]?.digests {
                left = 0
                files[path]?.digests = .whole(LineDigest.of(digests))
            }
        }
    }

    // MARK: As JSON

    init() {}

    init(json: JSON) {
        guard json["version"]?.integer == Self.version, let items = json["files"]?.array else { return }
        for item in items {
            guard let path = Self.path(item, "path"), let digests = Self.digests(item) else { continue }
            files[path] = File(origin: Self.path(item, "from"), digests: digests, wasReadByModel: item["model"]?.bool == true)
        }
    }

    var json: JSON {
        let items = files.sorted { $0.key < $1.key }.map { path, file in
            var members = [Self.member("path", path)]
            if let origin = file.origin { members.append(Self.member("from", origin)) }
            switch file.digests {
            case .each(let digests): members.append(.init("lines", .string(Self.text(digests))))
            case .whole(let digest): members.append(.init("all", .string(Self.text([digest]))))
            }
            if file.wasReadByModel { members.append(.init("model", true)) }
            return JSON.object(members)
        }
        return .object([.init("version", .integer(Self.version)), .init("files", .array(items))])
    }

    /// A path that is no UTF-8 comes as its bytes.
    private static func member(_ name: String, _ path: RepositoryPath) -> JSON.Member {
        if let text = String(validating: path.bytes, as: UTF8.self) { return .init(name, .string(text)) }
        return .init("\(name)_base64", .string(Base64.encode(path.bytes)))
    }

    private static func path(_ item: JSON, _ name: String) -> RepositoryPath? {
        if let text = item[name]?.string { return RepositoryPath(text) }
        return item["\(name)_base64"]?.string.flatMap(bytes).map { RepositoryPath(bytes: $0) }
    }

    private static func digests(_ item: JSON) -> Digests? {
        if let text = item["all"]?.string { return numbers(text)?.first.map(Digests.whole) }
        return item["lines"]?.string.flatMap(numbers).map(Digests.each)
    }

    private static func text(_ digests: [UInt64]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digests.count * LineDigest.byteCount)
        for digest in digests {
            for shift in stride(from: UInt64(40), through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: digest >> shift)) }
        }
        return Base64.encode(bytes, as: .url)
    }

    private static func numbers(_ text: String) -> [UInt64]? {
        guard let bytes = bytes(text, as: .url), bytes.count.isMultiple(of: LineDigest.byteCount) else { return nil }
        return stride(from: 0, to: bytes.count, by: LineDigest.byteCount).map { start in
            bytes[start..<start + LineDigest.byteCount].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func bytes(_ text: String) -> [UInt8]? { bytes(text, as: .standard) }

    private static func bytes(_ text: String, as alphabet: Base64.Alphabet) -> [UInt8]? {
        do throws(CryptoError) {
            return try Base64.decode(text, as: alphabet)
        } catch {
            return nil
        }
    }
}
