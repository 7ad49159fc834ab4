// The commands about findings: what one means, that it shall not come back, that its thread is done with.

import ForgeCore

extension Answering {
    private static let listMax = 20
    /// So many are explained at once; more are listed.
    private static let explainedMax = 3

    private func choice(_ words: String) -> FindingChoice {
        FindingChoice(words, in: state, thread: threadFindings)
    }

    private var open: [LedgerEntry] { state.ledger.values.filter { $0.state == .open }.sorted(by: isGraver) }

    // MARK: Explaining

    mutating func explain(_ words: String) {
        switch choice(words) {
        case .some(let entries, let rest): explain(entries, question: rest)
        case .ambiguous(let word, let entries): sayAmbiguous(word, entries)
        case .unknown(let word): sayNoSuchFinding(word)
        case .missing:
            let open = self.open
            reaction = .thumbsUp
            if open.isEmpty { return say("Nothing is open here that could be explained.") }
            // A button has nobody to ask which one.
            if open.count <= Self.explainedMax || request.place == .check { return explain(open, question: "") }
            say("Which one? `/forge explain` with the first six characters of its id.\n\n\(list(open))")
        }
    }

    func explanation(of entry: LedgerEntry) -> String {
        RuleExplanation(entry, rule: scene.rules[entry.rule], isInThread: isOwnThread(entry)).text
    }

    private func isOwnThread(_ entry: LedgerEntry) -> Bool { threadIDs.contains(entry.id) }

    private mutating func explain(_ entries: [LedgerEntry], question: String) {
        reaction = scene.hasModel ? .eyes : .thumbsUp
        for entry in entries.prefix(Self.explainedMax) {
            let text = explanation(of: entry)
            guard scene.hasModel else {
                say(text)
                continue
            }
            ask(ModelQuestion(kind: .explain, words: question, finding: entry, rule: scene.rules[entry.rule], fallback: text))
        }
    }

    mutating func ask(_ words: String) {
        guard !words.isEmpty else { return notUnderstood("Ask what? For example: `/forge ask is this safe with two workers?`") }
        let entry = threadFindings.first
        guard scene.hasModel else {
            let none = "There is no model set up here, so nobody can answer questions."
            guard let entry else { return notUnderstood("\(none) `/forge explain <id>` tells what is known about a finding.") }
            let known = explanation(of: entry)
            return notUnderstood("\(none) What is known about this finding:\n\n\(known)")
        }
        reaction = .eyes
        let rule = entry.flatMap { scene.rules[$0.rule] }
        ask(
            ModelQuestion(
                kind: .ask, words: words, finding: entry, rule: rule, fallback: "The model gave no answer; asking again later may help."))
    }

    // MARK: Dismissing

    mutating func dismiss(_ words: String, as name: CommandName) {
        switch choice(words) {
        case .some(let entries, let rest):
            let reason = visible(rest, charactersMax: 300)
            guard !reason.isEmpty || name == .dismiss else { return sayReasonIsMissing(entries) }
            dismiss(entries, because: reason.isEmpty ? "no reason given" : reason)
        case .ambiguous(let word, let entries): sayAmbiguous(word, entries)
        case .unknown(let word): sayNoSuchFinding(word)
        case .missing:
            if request.place == .check { return dismiss(open, because: "with the button of the check") }
            let open = self.open
            guard !open.isEmpty else { return notUnderstood("Nothing is open here that could be dismissed.") }
            notUnderstood("Which one? `/forge \(name.usage.form)`\n\n\(list(open))")
        }
    }

    mutating func dismiss(_ entries: [LedgerEntry], because reason: String) {
        guard !entries.isEmpty else {
            reaction = .thumbsUp
            return say("Nothing is open here that could be dismissed.")
        }
        reaction = .thumbsUp
        let dismissed = entries.filter { $0.state == .open }
        let dismissedIDs = Set(dismissed.map(\.id))
        for entry in dismissed { change(.dismiss(id: entry.id, by: asker, why: reason, at: scene.now)) }
        if !dismissed.isEmpty { follow(.refresh(because: "\(counted(dismissed.count, "finding")) dismissed")) }
        resolveThreads(of: entries)
        note("dismissed \(dismissed.map(\.id).joined(separator: ", "))")
        let sentences = entries.prefix(Self.listMax).map { dismissedIDs.contains($0.id) ? sentence($0, because: reason) : standing($0) }
        let more = entries.count > Self.listMax ? ["And \(entries.count - Self.listMax) more."] : []
        say((sentences + more + proposals(for: dismissed)).joined(separator: "\n"))
    }

    private func sentence(_ entry: LedgerEntry, because reason: String) -> String {
        let place = isOwnThread(entry) ? "Dismissed by \(who(asker))" : "Dismissed: \(entry.shown)"
        return "\(place). It does not come back in this pull request. Reason: \(MarkdownFormat.prose(reason))"
    }

    /// Why a finding that is not open cannot be dismissed.
    private func standing(_ entry: LedgerEntry) -> String {
        switch entry.state {
        case .open: "\(entry.shown) is open."
        case .fixed(let commit): "\(entry.shown) was fixed in \(commit.short); there is nothing to dismiss."
        case .dismissed(let by, let why, _): "\(entry.shown) was dismissed already, by \(who(by)): \(MarkdownFormat.prose(why))"
        case .outdated: "\(entry.shown) is about code that is gone; there is nothing to dismiss."
        }
    }

    /// A rule that people keep dismissing does not fit the repository.
    private func proposals(for dismissed: [LedgerEntry]) -> [String] {
        Set(dismissed.filter { $0.source == "rules" }.map(\.rule)).sorted().compactMap { rule in
            let count = scene.dismissals[rule, default: 0] + dismissed.count { $0.rule == rule }
            guard count >= 2 else { return nil }
            let shown = MarkdownFormat.code(visible("rules: {disable: [\(rule)]}", charactersMax: 200))
            return "\nThat makes \(count) dismissals of this rule in this repository; \(shown) in `.forge.yml` switches it off."
        }
    }

    private mutating func sayReasonIsMissing(_ entries: [LedgerEntry]) {
        let form = entries.allSatisfy(isOwnThread) ? "/forge ignore <reason>" : "/forge ignore \(entries.first?.id ?? "<id>") <reason>"
        notUnderstood(
            "Please say why, in a few words: `\(form)`. The reason is kept with the finding, for whoever wonders later. "
                + "(`/forge dismiss` takes none.)")
    }

    // MARK: Closing threads

    mutating func resolve(_ words: String) {
        switch choice(words) {
        case .some(let entries, _): resolve(entries)
        case .ambiguous(let word, let entries): sayAmbiguous(word, entries)
        case .unknown(let word): sayNoSuchFinding(word)
        case .missing: resolve(state.ledger.values.sorted(by: isGraver))
        }
    }

    private mutating func resolve(_ entries: [LedgerEntry]) {
        let threads = entries.compactMap(thread(of:))
        guard !threads.isEmpty else { return notUnderstood("There is no thread of Forge's to close.") }
        reaction = .thumbsUp
        close(threads)
        let open = entries.count { $0.state == .open && thread(of: $0) != nil }
        guard open > 0 else { return }
        say(
            "Closed. \(open == 1 ? "The finding still counts" : "\(open) findings still count") in the check until the code changes; "
                + "`/forge ignore` with a reason takes \(open == 1 ? "it" : "them") out.")
    }

    /// A thread about several findings is closed with the last of them.
    private mutating func resolveThreads(of entries: [LedgerEntry]) {
        let stillOpen = Set(state.ledger.values.filter { $0.state == .open }.compactMap(thread(of:)))
        close(entries.compactMap(thread(of:)).filter { !stillOpen.contains($0) })
    }

    private func thread(of entry: LedgerEntry) -> Int64? { entry.thread ?? (isOwnThread(entry) ? request.thread : nil) }

    private mutating func close(_ threads: [Int64]) {
        for thread in threads where !outcome.resolvedThreads.contains(thread) { outcome.resolvedThreads.append(thread) }
    }

    // MARK: Not knowing which

    private mutating func sayAmbiguous(_ word: String, _ entries: [LedgerEntry]) {
        notUnderstood("\(counted(entries.count, "finding")) begin with `\(word)`:\n\n\(list(entries))")
    }

    private mutating func sayNoSuchFinding(_ word: String) {
        let open = self.open
        let rest = open.isEmpty ? " Nothing is open here." : " Open here:\n\n\(list(open))"
        notUnderstood("No finding of this pull request begins with `\(word)`.\(rest)")
    }

    private func list(_ entries: [LedgerEntry]) -> String {
        let shown = entries.prefix(Self.listMax).map { "- \($0.shown): \(MarkdownFormat.prose(visible($0.message, charactersMax: 150)))" }
        let more = entries.count > Self.listMax ? ["- and \(entries.count - Self.listMax) more"] : []
        return (shown + more).joined(separator: "\n")
    }
}

extension LedgerEntry {
    /// `1f2e…` (`sql-from-text`, `a.py` line 3)
    var shown: String {
        var parts = [MarkdownFormat.code(visible(rule, charactersMax: 100))]
        if let path { parts.append(MarkdownFormat.code(String(path.visible.prefix(200))) + (line.map { " line \($0)" } ?? "")) }
        return "\(MarkdownFormat.code(id)) (\(parts.joined(separator: ", ")))"
    }
}
