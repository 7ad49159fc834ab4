// Git's ways to run other programs: `-c`, configuration, aliases, hooks by address, commands of subcommands. It must never pass a
// configuration value that git would run.

extension CommandWalk {
    mutating func git(_ invocation: Invocation, _ origin: Origin) -> ShellStream? {
        for flag in invocation.flags where flag.name == "-c" || flag.name == "--config-env" {
            if let value = flag.value { judgeConfiguration(value, isLasting: false) }
        }
        for word in invocation.operands where word.text.hasPrefix("ext::") {
            let command = word.text.dropFirst(5).replacing("% ", with: "\\ ").replacing("%S", with: "git-upload-pack")
            judgeHook(Argument(text: String(command), origin: word.origin), "git")
        }
        switch invocation.subcommand {
        case "config": configure(invocation)
        case "bisect":
            if invocation.operands.first?.text == "run" { _ = dispatch(Self.words(after: "run", in: invocation), stdin: .unknown) }
        case "submodule":
            if invocation.operands.first?.text == "foreach" {
                let command = Self.words(after: "foreach", in: invocation).filter { $0.text != "--recursive" && $0.text != "--quiet" }
                    .map(\.text).joined(separator: " ")
                _ = evaluateText(Argument(text: command), .unknown)
            }
        case "clone": cloned(invocation)
        case "rev-parse": if invocation.has("--show-toplevel") { return ShellStream(text: PlaceReader.worktree + "\n") }
        case "show", "cat-file":
            for word in invocation.operands {
                guard let colon = word.text.firstIndex(of: ":") else { continue }
                let path = Argument(text: String(word.text[word.text.index(after: colon)...]))
                if places.place(of: path.text, isPattern: false, in: state.folder).contains(.credential) { effect(.read, path) }
            }
        case "push": judgePush(invocation, origin)
        default: break
        }
        return ShellStream(text: nil, origin: origin)
    }

    private static func words(after name: String, in invocation: Invocation) -> [Argument] {
        guard let index = invocation.words.firstIndex(where: { $0.text == name }) else { return [] }
        return Array(invocation.words[(index + 1)...])
    }

    private mutating func configure(_ invocation: Invocation) {
        let reads = [
            "--get", "--get-all", "--get-regexp", "--list", "-l", "--get-urlmatch", "--show-origin", "--unset", "--unset-all",
            "--remove-section",
        ]
        var operands = invocation.operands[...]
        if let first = operands.first, ["get", "list", "unset"].contains(first.text) { return }
        if operands.first?.text == "set" { operands = operands.dropFirst() }
        guard !invocation.hasAny(reads), operands.count >= 2, let key = operands.first else { return }
        let value = operands[operands.startIndex + 1]
        judgeConfiguration(Argument(text: key.text + "=" + value.text, origin: value.origin), isLasting: true)
    }

    /// `key=value`, for this command or for good.
    private mutating func judgeConfiguration(_ setting: Argument, isLasting: Bool) {
        let equals = setting.text.firstIndex(of: "=")
        let key = setting.text[..<(equals ?? setting.text.endIndex)].lowercased()
        let value = equals.map { String(setting.text[setting.text.index(after: $0)...]) } ?? "true"
        guard pack.runConfigurations.contains(where: { Wildcard.matches(key, $0) }) else { return }
        if key.hasPrefix("alias."), !value.hasPrefix("!") || !isLasting {
            _ = inSubshell { walk in walk.runText(value.hasPrefix("!") ? String(value.dropFirst()) : "git " + value) }
            return
        }
        if key == "core.hookspath" {
            if value == "/dev/null" { return }
            let place = places.place(of: value, isPattern: false, in: state.folder)
            let isOutside = place.isDisjoint(with: [.source, .build, .generated])
            judgement.raise(
                isOutside ? .catastrophic : .destructive, rule: "git-hooks-path", why: "git would run the hooks in '\(Self.shown(value))'")
            return
        }
        if key == "protocol.ext.allow" {
            judgement.raise(.destructive, rule: "git-hooks-path", why: "this lets an address run programs")
            return
        }
        judgeHook(Argument(text: value, origin: setting.origin), "git")
        if isLasting {
            judgement.raise(.destructive, rule: "git-configuration", why: "git would run '\(Self.shown(value))' from now on")
        }
    }

    /// What is fetched and run in the same text runs unread.
    private mutating func cloned(_ invocation: Invocation) {
        guard let address = invocation.operands.first else { return }
        let isRemote = address.text.contains("://") && !address.text.hasPrefix("file://") || address.text.contains("@")
        let name =
            invocation.operands.dropFirst().first?.text ?? String(address.text.split(separator: "/").last ?? "").replacing(".git", with: "")
        guard isRemote, !name.isEmpty, let folder = PlaceReader.absolute(name, in: state.folder) else { return }
        state.fetchedFolders.insert(folder)
    }

    private mutating func judgePush(_ invocation: Invocation, _ origin: Origin) {
        guard let target = invocation.operands.first?.text, target.contains("://") || target.contains("@") && target.contains(":") else {
            return
        }
        judgement.raise(.catastrophic, rule: "git-push-elsewhere", why: "this sends the repository to an address that is no remote of it")
    }
}
