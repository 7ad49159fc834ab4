// One bare repository of the stand-in: real git over a folder. A file name may be anything that git can store, however hostile.

import Foundation

/// What stands at a path.
package enum StandInFile: Hashable, Sendable {
    case text(String)
    case bytes([UInt8])
    case program(String)
    case link(to: String)
    /// A submodule at this commit.
    case module(String)
    case gone

    fileprivate var mode: String {
        switch self {
        case .text, .bytes, .gone: "100644"
        case .program: "100755"
        case .link: "120000"
        case .module: "160000"
        }
    }

    fileprivate var content: [UInt8] {
        switch self {
        case .text(let text), .program(let text), .link(let text), .module(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        case .gone: []
        }
    }
}

extension StandInFile: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self = .text(text) }
}

struct BareRepository: Sendable {
    let folder: String
    private var git: GitProgram { GitProgram(in: folder) }

    func create() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try git.run(["init", "-q", "--bare", "-b", "main"])
        for setting in ["http.receivepack=false", "uploadpack.allowAnySHA1InWant=true", "uploadpack.allowFilter=true", "gc.auto=0"] {
            let sides = setting.split(separator: "=").map(String.init)
            try git.run(["config", sides[0], sides[1]])
        }
    }

    func has(_ sha: String) -> Bool {
        guard sha.utf8.count == 40, sha.allSatisfy(\.isHexDigit) else { return false }
        return succeeds(["cat-file", "-e", "\(sha)^{commit}"])
    }

    func isAncestor(_ first: String, of second: String) -> Bool { succeeds(["merge-base", "--is-ancestor", first, second]) }

    /// Git's no is an answer here; that there is no git shows elsewhere.
    private func succeeds(_ arguments: [String]) -> Bool { (try? git.run(arguments)) != nil }

    func tip(of ref: String) -> String? { try? git.text(["rev-parse", "--verify", "-q", "\(ref)^{commit}"]) }

    func set(_ ref: String, to sha: String) throws { try git.run(["update-ref", ref, sha]) }
    func delete(_ ref: String) throws { try git.run(["update-ref", "-d", ref]) }

    /// Brings a commit of another repository here under a ref.
    func fetch(_ sha: String, from other: BareRepository, as ref: String) throws {
        try git.run(["fetch", "-q", "--no-tags", other.folder, "+\(sha):\(ref)"])
    }

    func mergeBase(_ first: String, _ second: String) -> String? { try? git.text(["merge-base", first, second]) }

    /// Those that a pull request brings.
    func commits(of pull: StandInPull) -> [String] {
        guard let text = try? git.text(["rev-list", pull.head, "^\(pull.base)"]) else { return [] }
        return text.split(separator: "\n").map(String.init)
    }

    func changes(of pull: StandInPull, at commit: String) -> CommentableLines {
        let from = mergeBase(pull.base, commit) ?? Self.emptyTree
        return CommentableLines(try? differences(from, commit, context: 3))
    }

    static let emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

    func differences(_ from: String, _ to: String, context: Int) throws -> PatchLines {
        let arguments = ["diff-tree", "-r", "--no-color", "--no-ext-diff", "-M", from, to]
        let names = try git.run(arguments + ["--raw", "-z"])
        let patch = try git.run(arguments + ["-p", "-U\(context)"])
        return PatchLines(names: names, patch: patch)
    }

    /// A commit with these changes on a parent, without a work tree.
    func commit(
        _ files: [(path: String, file: StandInFile)], on parent: String?, message: String, by author: String, at moment: Int64
    ) throws -> String {
        let ref = "refs/stand-in/\(UUID().uuidString)"
        var stream: [UInt8] = []
        func say(_ text: String) { stream += Array(text.utf8) }
        say("commit \(ref)\nauthor \(author) <\(author)@example.com> \(moment) +0000\n")
        say("committer \(author) <\(author)@example.com> \(moment) +0000\ndata \(message.utf8.count)\n\(message)\n")
        if let parent { say("from \(parent)\n") }
        for (path, file) in files {
            if file == .gone {
                say("D \(Self.quoted(path))\n")
            } else if case .module(let commit) = file {
                say("M 160000 \(commit) \(Self.quoted(path))\n")
            } else {
                say("M \(file.mode) inline \(Self.quoted(path))\ndata \(file.content.count)\n")
                stream += file.content
                say("\n")
            }
        }
        say("\ndone\n")
        try git.run(["fast-import", "--quiet", "--done", "--force"], input: stream)
        let sha = try git.text(["rev-parse", ref])
        try git.run(["update-ref", "-d", ref])
        return sha
    }

    /// The other branch brought in, with no conflict that a test would make.
    func merge(_ other: String, into head: String, by author: String, at moment: Int64) throws -> String {
        let tree = try git.text(["merge-tree", "--write-tree", head, other])
        return try git.text([
            "commit-tree", tree.split(separator: "\n").first.map(String.init) ?? "", "-p", head, "-p", other, "-m", "Merge",
        ])
    }

    func read(_ path: String, at commit: String) -> String? {
        guard let bytes = try? git.run(["show", "\(commit):\(path)"]) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// As fast-import reads names: in C's quotes.
    private static func quoted(_ path: String) -> String {
        var text = "\""
        for byte in path.utf8 {
            switch byte {
            case 0x22, 0x5C: text += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: text += String(UnicodeScalar(byte))
            default:
                let octal = String(byte, radix: 8)
                text += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
            }
        }
        return text + "\""
    }
}
