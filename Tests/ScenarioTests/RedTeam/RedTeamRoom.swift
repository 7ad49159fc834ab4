// Where attacks are carried out: a real repository with something to protect, the program's own rules, and its answers about commands.

import ForgeCore
import ForgeResources
import ForgeRules
import ForgeTestSupport
import Foundation

/// An entry of a tree, by its path in bytes; a path may be one that git's index would refuse.
struct RedTeamEntry: Sendable {
    var mode: FileMode
    var content: [UInt8]

    init(_ content: String, mode: FileMode = .regular) {
        self.mode = mode
        self.content = Array(content.utf8)
    }
}

struct RedTeamRoom: Sendable {
    let git: GitProgram
    let policy: ScopePolicy
    let base: [TreeEntry]
    private let baseTree: String
    private let tiers: AnswerSheet
    /// Answers of `forge rules scrub`, without and with the lines around a text.
    let scrubbed: AnswerSheet
    let wrapped: AnswerSheet
    let redacted: AnswerSheet
    let scanned: AnswerSheet

    static let files: [String: RedTeamEntry] = [
        "src/main.py": RedTeamEntry("print('hello')\n"), "src/util.py": RedTeamEntry("def f():\n    return 1\n"),
        "docs/readme.md": RedTeamEntry("# Read me\n"), ".github/workflows/ci.yml": RedTeamEntry("on: push\njobs: {}\n"),
        ".forge.yml": RedTeamEntry("version: 1\n"), "CODEOWNERS": RedTeamEntry("* @acme/all\n"), ".env": RedTeamEntry("A=1\n"),
        "package.json": RedTeamEntry("{}\n"), "link": RedTeamEntry("src", mode: .symlink), "café.txt": RedTeamEntry("x\n"),
        "src/deep/up": RedTeamEntry("../workflows", mode: .symlink),
        "lib": RedTeamEntry(String(repeating: "1", count: 40), mode: .submodule),
    ]

    init(folder: String) throws {
        git = GitProgram(in: folder)
        try git.run(["init", "-q", "--bare"])
        guard let bytes = Resource.bytes(of: "Rules/scope.yml") else {
            throw TestFailure(description: "the scope pack is not in the binary")
        }
        policy = ScopePolicy(pack: try ScopePack(yaml: bytes, name: "Rules/scope.yml"))
        base = Self.files.map { path, entry in
            TreeEntry(path: RepositoryPath(path), mode: entry.mode, target: entry.mode == .symlink ? entry.content : nil)
        }
        baseTree = try Self.makeTree(Self.files.map { (Array($0.key.utf8), $0.value) }, git)
        tiers = try AnswerSheet("classify", "command", CommandAttacks.commands.map(\.command))
        scrubbed = try AnswerSheet("scrub", "text", ScrubAttacks.evasions.map(\.text), options: ["--bare"])
        wrapped = try AnswerSheet("scrub", "text", ScrubAttacks.endings.map(\.text))
        redacted = try AnswerSheet(
            "redact", "text", RedactionAttacks.disguises.map(\.text), options: ["--known", try RedactionAttacks.writeKnown(in: folder)])
        scanned = try AnswerSheet("scan", "text", SecretAttacks.hidden.map(\.text) + SecretAttacks.lookAlikes.map(\.text))
    }

    // MARK: Scope

    /// Changes the base tree with git's plumbing, and judges what git then shows as the diff. A nil entry takes a file away.
    func verdict(_ changes: [String: RedTeamEntry?], options: [String] = ["-M"]) throws -> ScopeVerdict {
        var tree = Dictionary(uniqueKeysWithValues: Self.files.map { (Array($0.key.utf8), $0.value) })
        for (path, entry) in changes { tree[Array(path.utf8)] = entry }
        let made = try Self.makeTree(tree.map { ($0.key, $0.value) }, git)
        let patch = try git.run(["diff", "--no-ext-diff", "--full-index"] + options + [baseTree, made])
        return policy.verdict(.diff(try PatchText.parse(patch)), base: base)
    }

    private static func makeTree(_ entries: [(path: [UInt8], entry: RedTeamEntry)], _ git: GitProgram) throws -> String {
        var lines: [UInt8] = []
        var folders: [[UInt8]: [(path: [UInt8], entry: RedTeamEntry)]] = [:]
        for (path, entry) in entries {
            guard let slash = path.firstIndex(of: 0x2F) else {
                let object =
                    entry.mode == .submodule
                    ? String(decoding: entry.content, as: UTF8.self) : try git.text(["hash-object", "-w", "--stdin"], input: entry.content)
                let kind = entry.mode == .submodule ? "commit" : "blob"
                lines += Array("\(String(entry.mode.rawValue, radix: 8)) \(kind) \(object)\t".utf8) + path + [0]
                continue
            }
            folders[Array(path[..<slash]), default: []].append((Array(path[(slash + 1)...]), entry))
        }
        for (name, inside) in folders { lines += Array("040000 tree \(try makeTree(inside, git))\t".utf8) + name + [0] }
        return try git.text(["mktree", "-z", "--missing"], input: lines)
    }

    // MARK: Commands

    /// The tier that the program gives to one of the table's commands.
    func tier(of command: String) throws -> String {
        guard let tier = try tiers.answer(to: command)["tier"]?.string else { throw TestFailure(description: "the answer has no tier") }
        return tier
    }
}
