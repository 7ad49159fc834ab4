// Which files may be changed: the pack's rules and what each layer says, put together. One function judges a tool call, a staged diff and a
// tree alike. It must never let a layer take back what another one denies: denials add up, a path must be allowed by all, the lowest
// limit holds.

package import ForgeCore

package struct ScopePolicy: Sendable {
    /// Rules of the layers' own lists, and of a path that a layer's list does not let in.
    package static let denyRule = "scope-deny"
    package static let askRule = "scope-ask"
    package static let allowRule = "scope-allow"

    /// One list of one layer, ready to match.
    struct EntryList: Sendable {
        let entries: [ScopeEntry]
        let exact: PathPatternList
        /// For denials alone.
        let forgiving: PathPatternList

        init(_ entries: [ScopeEntry]) {
            // A blank or broken pattern keeps its place and matches nothing.
            self.entries = entries
            exact = PathPatternList(entries.map { PathPattern($0.pattern) ?? .nothing })
            forgiving = PathPatternList(
                folded: entries.map { PathPattern(PathReading.folded($0.pattern), ignoresCase: true) ?? .nothing })
        }
    }

    struct LayerLists: Sendable {
        let origin: RuleOrigin
        let allow: EntryList?
        let deny: EntryList
        let ask: EntryList
    }

    package let pack: ScopePack
    package let limits: ScopeLimits
    let layers: [LayerLists]
    let protectedFolders: Set<RepositoryPath>
    /// Letters beyond ASCII as the patterns of the layers have them.
    private let spelling: Set<Character>

    package init(pack: ScopePack, layers: [ScopeLayer] = []) {
        self.pack = pack
        let lists = layers.map { layer in
            LayerLists(
                origin: layer.origin, allow: layer.allow.map(EntryList.init), deny: EntryList(layer.deny), ask: EntryList(layer.ask))
        }
        self.layers = lists
        spelling = Set(layers.flatMap { $0.deny + $0.ask }.flatMap { PathReading.folded($0.pattern).filter { !$0.isASCII } })
        protectedFolders = Self.protectedFolders(pack, lists)
        limits = layers.reduce(pack.limits) { $0.met(with: $1.limits) }
    }

    /// Judges what is about to be done. `base` is the tree it is done to, as far as it is known; without it nothing can be said about paths
    /// that meet one that is there, or lead through a symlink that is there.
    package func verdict(_ subject: ScopeSubject, base: [TreeEntry] = []) -> ScopeVerdict {
        let scene = ScopeScene(subject, base: base)
        var paths: [RepositoryPath] = []
        var seen: Set<RepositoryPath> = []
        for change in scene.changes {
            for path in change.paths where seen.insert(path).inserted { paths.append(path) }
        }
        var gathered = JudgementList()
        for path in paths { judge(path, &gathered) }
        for rule in pack.rules {
            guard let check = rule.check else { continue }
            for note in ScopeChecks(self, scene, paths).notes(check, rule) { gathered.add(rule, note) }
        }
        return ScopeVerdict(gathered.judgements)
    }

    /// Everything that is said about a path, whatever is done with it; empty when it may be changed freely.
    package func explain(_ path: RepositoryPath) -> [ScopeJudgement] {
        let side = FileSide(path: path)
        return verdict(.diff(Diff(files: [FileChange(kind: .modified, old: side, new: side)]))).judgements
    }

    private func judge(_ path: RepositoryPath, _ list: inout JudgementList) {
        let plain = PathReading.plain(path, spelling: spelling)
        for rule in pack.rules where rule.check == nil {
            if let hit = Self.hit(path, plain, rule.exact, rule.forgiving) {
                list.add(rule, ScopeNote(paths: [path], detail: hit.detail, pattern: rule.paths[hit.index]))
            }
        }
        for layer in layers {
            judge(path, plain, layer.deny, .deny, Self.denyRule, "may not be changed", &list)
            judge(path, plain, layer.ask, .ask, Self.askRule, "is changed only after an approval", &list)
            if let allow = layer.allow, !allow.exact.contains(path) {
                let origin = allow.entries.count == 1 ? allow.entries[0].origin : layer.origin
                let why = allow.entries.isEmpty ? "nothing may be changed here" : "the path is outside of what may be changed"
                list.add(Verdict(.deny, rule: Self.allowRule, why: why, origin: origin), ScopeNote(paths: [path]), fix: nil)
            }
        }
    }

    private func judge(
        _ path: RepositoryPath, _ plain: RepositoryPath, _ entries: EntryList, _ decision: Decision, _ rule: String, _ why: String,
        _ list: inout JudgementList
    ) {
        guard let hit = Self.hit(path, plain, entries.exact, entries.forgiving) else { return }
        let entry = entries.entries[hit.index]
        let verdict = Verdict(decision, rule: rule, why: "what matches '\(entry.pattern)' \(why)", origin: entry.origin)
        list.add(verdict, ScopeNote(paths: [path], detail: hit.detail, pattern: entry.pattern), fix: nil)
    }

    /// The pattern that denies a path, as it is written or as it may be read.
    static func hit(
        _ path: RepositoryPath, _ plain: RepositoryPath, _ exact: PathPatternList, _ forgiving: PathPatternList
    ) -> (index: Int, detail: String?)? {
        if let index = exact.decidingIndex(path), !exact.patterns[index].isNegated { return (index, nil) }
        guard let index = forgiving.decidingIndex(plain), !forgiving.patterns[index].isNegated else { return nil }
        return (index, "it may be read as '\(plain.shown)'")
    }

    /// Whether a path is denied by a pattern or let in by none; what else may be wrong with it is not asked.
    func isDenied(_ path: RepositoryPath) -> Bool {
        let plain = PathReading.plain(path, spelling: spelling)
        return pack.rules.contains { rule in
            rule.check == nil && rule.decision == .deny && Self.hit(path, plain, rule.exact, rule.forgiving) != nil
        }
            || layers.contains { layer in
                Self.hit(path, plain, layer.deny.exact, layer.deny.forgiving) != nil
                    || layer.allow.map { !$0.exact.contains(path) } ?? false
            }
    }
}

extension PathPattern {
    /// Stands where a pattern is needed that matches nothing.
    static let nothing: PathPattern = {
        guard let pattern = PathPattern("/") else { preconditionFailure("a slash is no comment") }
        return pattern
    }()
}

/// What a check found.
struct ScopeNote {
    var paths: [RepositoryPath]
    var detail: String?
    var pattern: String?
    /// Of a limit that a layer has set.
    var origin: RuleOrigin?
}

/// Judgements by what they say, so that a rule that holds for a thousand paths is told once.
struct JudgementList {
    private struct Key: Hashable {
        let verdict: Verdict
        let pattern: String?
    }

    private(set) var judgements: [ScopeJudgement] = []
    private var places: [Key: Int] = [:]

    mutating func add(_ rule: ScopeRule, _ note: ScopeNote) {
        let verdict = Verdict(rule.decision, rule: rule.id, why: rule.message, origin: note.origin ?? rule.origin)
        add(verdict, note, fix: rule.fix)
    }

    mutating func add(_ verdict: Verdict, _ note: ScopeNote, fix: String?) {
        var verdict = verdict
        if let detail = note.detail { verdict.why += ": \(detail)" }
        let key = Key(verdict: verdict, pattern: note.pattern)
        if let place = places[key] {
            judgements[place].paths += note.paths
        } else {
            places[key] = judgements.count
            judgements.append(ScopeJudgement(verdict: verdict, paths: note.paths, pattern: note.pattern, fix: fix))
        }
    }
}
