// Layers put together: denials add up, allowances meet, the lowest limit holds; and no layer ever takes back what another denies.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeRules

struct ScopePolicyTests {
    private static func origin(_ layer: RuleLayer, _ line: Int) -> RuleOrigin {
        RuleOrigin(layer: layer, file: "\(layer.rawValue).yml", line: line)
    }

    private static func layer(
        _ layer: RuleLayer = .repository, allow: [String]? = nil, deny: [String] = [], ask: [String] = [], files: Int? = nil
    ) -> ScopeLayer {
        func entries(_ patterns: [String], _ line: Int) -> [ScopeEntry] {
            patterns.enumerated().map { ScopeEntry($1, origin: origin(layer, line + $0)) }
        }
        return ScopeLayer(
            origin: origin(layer, 1), allow: allow.map { entries($0, 10) }, deny: entries(deny, 20), ask: entries(ask, 30),
            limits: ScopeLimits(filesMax: files.map { ScopeLimit($0, origin: origin(layer, 40)) }))
    }

    private static func verdict(_ layers: [ScopeLayer], _ paths: String...) -> ScopeVerdict {
        let files = paths.map { path in
            FileChange(kind: .modified, old: FileSide(path: RepositoryPath(path)), new: FileSide(path: RepositoryPath(path)))
        }
        return ScopePolicy(pack: ShippedScope.pack, layers: layers).verdict(.diff(Diff(files: files)))
    }

    @Test func `without layers only the pack speaks`() {
        #expect(Self.verdict([], "src/a.py").decision == .allow)
        #expect(Self.verdict([], "src/a.py", "package.json").decision == .ask)
        let verdict = Self.verdict([], "src/a.py", "package.json", "CODEOWNERS")
        #expect(verdict.decision == .deny)
        #expect(verdict.rules == ["scope-codeowners", "scope-dependencies"])
        #expect(verdict.paths.map(\.text) == ["CODEOWNERS", "package.json"])
    }

    @Test func `a path is allowed by every layer that speaks`() {
        let layers = [Self.layer(.organisation, allow: ["src/**", "docs/**"]), Self.layer(allow: ["src/**", "*.md"])]
        #expect(Self.verdict(layers, "src/a").decision == .allow)
        #expect(Self.verdict(layers, "docs/a.md").decision == .allow)
        #expect(Self.verdict(layers, "docs/a.txt").decision == .deny)
        #expect(Self.verdict(layers, "x.md").decision == .deny)
        #expect(Self.verdict([Self.layer(allow: [])], "src/a").judgements[0].verdict.why == "nothing may be changed here")
        #expect(Self.verdict([Self.layer(allow: ["!x"])], "y").decision == .deny)
    }

    @Test func `an allowance takes a path as it is, a denial as it may be read`() {
        #expect(Self.verdict([Self.layer(allow: ["src/**"])], "SRC/a").decision == .deny)
        #expect(Self.verdict([Self.layer(deny: ["src/private/**"])], "SRC/Private/a").decision == .deny)
        #expect(Self.verdict([Self.layer(deny: ["Äpfel/**"])], "a\u{308}pfel/x").decision == .deny, "letters in another form")
        #expect(Self.verdict([Self.layer(deny: ["док/**"])], "ДОК/x").decision == .deny)
    }

    @Test func `a verdict names the layer, the file and the line`() {
        let verdict = Self.verdict([Self.layer(.organisation, deny: ["x", "y"]), Self.layer(ask: ["z"])], "y", "z")
        #expect(verdict.judgements.map(\.verdict.origin) == [Self.origin(.organisation, 21), Self.origin(.repository, 30)])
        #expect(verdict.judgements.map(\.pattern) == ["y", "z"])
        #expect(verdict.rules == [ScopePolicy.denyRule, ScopePolicy.askRule])
    }

    @Test func `an exception is one from its own list alone`() {
        let organisation = Self.layer(.organisation, deny: ["keys/*", "!keys/public"])
        #expect(Self.verdict([organisation], "keys/public").decision == .allow)
        #expect(Self.verdict([organisation, Self.layer(deny: ["!keys/private", "!CODEOWNERS"])], "keys/private").decision == .deny)
        #expect(Self.verdict([Self.layer(deny: ["!CODEOWNERS"], ask: ["!CODEOWNERS"])], "CODEOWNERS").decision == .deny)
    }

    @Test func `the lowest limit holds, and says whose it is`() {
        let layers = [Self.layer(.operator, files: 5), Self.layer(.organisation, files: 2), Self.layer(files: 50)]
        #expect(Self.verdict(layers, "a", "b").decision == .allow)
        let verdict = Self.verdict(layers, "a", "b", "c")
        #expect(verdict.rules == ["scope-too-many-files"])
        #expect(verdict.judgements[0].verdict.origin == Self.origin(.organisation, 40))
        #expect(verdict.judgements[0].verdict.why.contains("3 files, and 2 are allowed"))
    }

    @Test func `one rule is told once for all its paths`() {
        let verdict = Self.verdict([], "a/.env", "b/.env", "c/.env")
        #expect(verdict.judgements.count == 1)
        #expect(verdict.judgements[0].paths.count == 3)
    }

    @Test func `patterns that match nothing are told of before the layer is used`() {
        let problems = Self.layer(allow: ["["], deny: ["ok", "#x"], ask: ["a//b"]).problems
        #expect(problems.map(\.entry.pattern) == ["[", "#x", "a//b"])
        #expect(problems[0].message == "matches nothing: it has a '[' without its ']'")
    }

    @Test func `explaining a path tells what holds for it`() {
        let policy = ScopePolicy(pack: ShippedScope.pack, layers: [Self.layer(deny: ["src/gen/**"])])
        #expect(policy.explain(RepositoryPath("src/a.py")).isEmpty)
        #expect(policy.explain(RepositoryPath("src/gen/a.py")).map(\.verdict.origin.line) == [20])
        #expect(policy.explain(RepositoryPath(".env")).map(\.verdict.rule) == ["scope-env"])
    }

    // MARK: A call, a diff and a tree are judged alike

    @Test func `a tool call, the diff of it and the tree after it get the same verdict`() {
        let policy = ScopePolicy(pack: ShippedScope.pack, layers: [])
        let base = [
            TreeEntry(path: RepositoryPath("a"), identifier: "1"),
            TreeEntry(path: RepositoryPath("link"), mode: .symlink, target: Array("b".utf8)),
        ]
        for (path, mode) in [
            (".env", FileMode.regular), ("link/x", .regular), ("A", .regular), ("t", .executable), ("s", .submodule), ("x", .regular),
        ] {
            let path = RepositoryPath(path)
            let change = FileChange(kind: .added, old: nil, new: FileSide(path: path, mode: mode))
            let diff = policy.verdict(.diff(Diff(files: [change])), base: base)
            let tree = policy.verdict(.tree(base + [TreeEntry(path: path, mode: mode, identifier: "2")]), base: base)
            // A tree's symlinks without identifiers count as changed, which is about another path.
            #expect(Set(tree.rules).isSuperset(of: diff.rules), "\(path.shown): \(tree.rules), \(diff.rules)")
            #expect(diff.decision == (path.text == "x" ? .allow : mode == .executable ? .ask : .deny), "\(path.shown): \(diff.rules)")
            if mode == .regular {
                #expect(policy.verdict(.call(.write(path, content: [])), base: base).decision == diff.decision, "\(path.shown)")
            }
        }
    }

    @Test func `calls are judged by both ends, by mode and by target`() {
        let policy = ScopePolicy(pack: ShippedScope.pack, layers: [])
        let (a, workflow) = (RepositoryPath("a"), RepositoryPath(".github/workflows/x.yml"))
        #expect(policy.verdict(.call(.delete(workflow))).decision == .deny)
        #expect(policy.verdict(.call(.move(workflow, to: a))).decision == .deny)
        #expect(policy.verdict(.call(.move(a, to: workflow))).decision == .deny)
        #expect(policy.verdict(.call(.setExecutable(a, true))).decision == .ask)
        #expect(policy.verdict(.call(.setExecutable(a, false))).decision == .allow)
        #expect(policy.verdict(.call(.symlink(a, target: Array("src/b".utf8)))).decision == .allow)
        #expect(policy.verdict(.call(.symlink(a, target: Array("/etc/passwd".utf8)))).decision == .deny)
        let link = TreeEntry(path: a, mode: .symlink, target: Array("src/b".utf8))
        #expect(policy.verdict(.call(.write(a, content: [])), base: [link]).rules == ["scope-through-symlink"])
        #expect(policy.verdict(.call(.write(RepositoryPath(".gitattributes"), content: Array("* filter=x\n".utf8)))).decision == .deny)
        #expect(policy.verdict(.call(.write(a, content: [0]))).rules == ["scope-binary"])
    }

    @Test func `an unchanged entry of a tree is not judged`() {
        let policy = ScopePolicy(pack: ShippedScope.pack, layers: [])
        let entries = [TreeEntry(path: RepositoryPath(".env"), identifier: "1"), TreeEntry(path: RepositoryPath("a"), identifier: "2")]
        #expect(policy.verdict(.tree(entries), base: entries).decision == .allow)
        #expect(policy.verdict(.tree([entries[1]]), base: entries).rules == ["scope-env"])
        #expect(policy.verdict(.tree(entries)).rules == ["scope-env"])
    }

    // MARK: Properties

    private static let names = ["src", "docs", "a", "b.py", "x.md", "CODEOWNERS", "SRC", "keys", "package.json"]

    private static func path(_ random: inout SeededRandom) -> String {
        (0...random.below(3)).map { _ in random.element(of: names) }.joined(separator: "/")
    }

    private static func pattern(_ random: inout SeededRandom, canNegate: Bool = true) -> String {
        let shapes = [
            "*", "**", "\(random.element(of: names))/", "/\(path(&random))", "\(path(&random))/**", "*.py",
            "**/\(random.element(of: names))", path(&random),
        ]
        return (canNegate && random.below(5) == 0 ? "!" : "") + random.element(of: shapes)
    }

    private static func layer(_ random: inout SeededRandom, _ layer: RuleLayer) -> ScopeLayer {
        func patterns(_ countMax: Int) -> [String] { (0..<random.below(countMax)).map { _ in pattern(&random) } }
        return Self.layer(
            layer, allow: random.below(4) == 0 ? ["src", "docs", "*.py"] + patterns(3) : nil, deny: patterns(2), ask: patterns(2),
            files: random.below(3) == 0 ? 1 + random.below(6) : nil)
    }

    private static func change(_ random: inout SeededRandom) -> FileChange {
        let side = FileSide(path: RepositoryPath(path(&random)), mode: random.element(of: [.regular, .regular, .executable, .symlink]))
        let other = FileSide(path: RepositoryPath(path(&random)))
        return random.below(4) == 0 ? FileChange(kind: .renamed, old: other, new: side) : FileChange(kind: .modified, old: side, new: side)
    }

    @Test(arguments: UInt64(0)..<20)
    func `a layer more never loosens, and a denial or a question more in a layer that is there neither`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var changed = 0
        for _ in 0..<40 {
            let layers = [RuleLayer.operator, .organisation, .repository].prefix(1 + random.below(3)).map { Self.layer(&random, $0) }
            let more = layers + [Self.layer(&random, .repository)]
            var widened = layers
            let index = random.below(layers.count)
            let entry = ScopeEntry(Self.pattern(&random, canNegate: false), origin: Self.origin(.repository, 99))
            if random.below(2) == 0 { widened[index].deny.append(entry) } else { widened[index].ask.append(entry) }
            let diff = Diff(files: (0...random.below(2)).map { _ in Self.change(&random) })
            let before = ScopePolicy(pack: ShippedScope.pack, layers: Array(layers)).verdict(.diff(diff))
            for other in [more, widened] {
                let after = ScopePolicy(pack: ShippedScope.pack, layers: Array(other)).verdict(.diff(diff))
                #expect(after.decision >= before.decision, "\(layers) with \(other)")
                #expect(Set(after.paths).isSuperset(of: before.paths) && Set(after.rules).isSuperset(of: before.rules))
                changed += after.decision > before.decision ? 1 : 0
            }
        }
        #expect(changed > 0, "a layer that never says anything tests nothing")
    }
}
