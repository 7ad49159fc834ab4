// `find`, `xargs`, `parallel`: commands run over a list of names. It must never judge the command without the names where they can be
// known: `find / -delete` names the machine, `find build -delete` does not.

extension CommandWalk {
    mutating func xargs(_ invocation: Invocation) -> ShellStream {
        let command = Array(invocation.rest)
        let items = names(in: invocation.stdin, byZero: invocation.hasAny(["-0", "--null"] as [String]))
        guard let first = command.first else { return ShellStream(text: nil, origin: invocation.stdin.origin) }
        let replaced = invocation.value("-I") ?? invocation.value("-J") ?? (invocation.has("-i") ? Argument(text: "{}") : nil)
        return runOver(
            items, [first] + command.dropFirst(), placeholder: replaced?.text, ShellStream(text: "", origin: invocation.stdin.origin))
    }

    private func names(in stream: ShellStream, byZero: Bool) -> [Argument] {
        guard let text = stream.text else { return [Argument(text: String(Argument.unknownPiece), origin: stream.origin)] }
        return text.split { byZero ? $0 == "\0" || $0 == "\n" : $0.isWhitespace }.prefix(64).map { name in
            let plain = name.filter { $0 != "\"" && $0 != "'" }
            return Argument(text: plain, origin: stream.origin, isPattern: Wildcard.hasPattern(plain))
        }
    }

    /// Runs the command with the names at the placeholder, or at its end.
    private mutating func runOver(_ items: [Argument], _ command: [Argument], placeholder: String?, _ stdin: ShellStream) -> ShellStream {
        guard let placeholder, command.contains(where: { $0.text.contains(placeholder) }) else {
            return dispatch(command + (placeholder == nil ? items : []), stdin: stdin)
        }
        var output = ShellStream.nothing
        for item in items { output = output.followed(by: dispatch(command.map { Self.put(item, at: placeholder, in: $0) }, stdin: stdin)) }
        return output
    }

    private static func put(_ item: Argument, at placeholder: String, in word: Argument) -> Argument {
        guard word.text.contains(placeholder) else { return word }
        return Argument(
            text: word.text.replacing(placeholder, with: item.text), origin: word.origin.union(item.origin),
            isPattern: word.isPattern || item.isPattern)
    }

    mutating func parallel(_ invocation: Invocation) -> ShellStream {
        let rest = Array(invocation.rest)
        let colon = rest.firstIndex { $0.text.hasPrefix(":::") } ?? rest.endIndex
        let command = rest[..<colon]
        let items = colon < rest.endIndex ? Array(rest[(colon + 1)...]) : names(in: invocation.stdin, byZero: false)
        var output = ShellStream.nothing
        for item in items.prefix(64) {
            var text = command.map(\.text).joined(separator: " ")
            if text.contains("{}") {
                text = text.replacing("{}", with: item.text)
            } else {
                text += text.isEmpty ? item.text : " " + item.text
            }
            output = output.followed(by: evaluateText(Argument(text: text, origin: item.origin), .unknown))
        }
        return output
    }

    // MARK: - find

    private struct FoundFiles {
        var roots: [Argument] = []
        var names: [String] = []
        var isNegated = false
        var predicates: ArraySlice<Argument> = []
    }

    mutating func find(_ invocation: Invocation) -> ShellStream {
        let search = Self.search(invocation)
        let found = Self.found(search)
        var index = search.predicates.startIndex
        let predicates = search.predicates
        while index < predicates.endIndex {
            let predicate = predicates[index].text
            index += 1
            switch predicate {
            case "-delete": for path in found { effect(.delete, path, isRecursive: true) }
            case "-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch":
                let end = predicates[index...].firstIndex { $0.text == ";" || $0.text == "+" } ?? predicates.endIndex
                let command = Array(predicates[index..<end])
                index = min(end + 1, predicates.endIndex)
                if !command.isEmpty { _ = runOver(found, command, placeholder: "{}", .unknown) }
            case "-fprint", "-fprint0", "-fls", "-fprintf":
                if index < predicates.endIndex { effect(.write, predicates[index]) }
            default: break
            }
        }
        return ShellStream(text: found.map(\.text).joined(separator: "\n") + "\n")
    }

    private static func search(_ invocation: Invocation) -> FoundFiles {
        var search = FoundFiles()
        var index = invocation.words.startIndex
        let words = invocation.words
        while index < words.endIndex, ["-H", "-L", "-P"].contains(words[index].text) || words[index].text.hasPrefix("-O") { index += 1 }
        while index < words.endIndex, !words[index].text.hasPrefix("-"), words[index].text != "(", words[index].text != "!" {
            search.roots.append(words[index])
            index += 1
        }
        if search.roots.isEmpty { search.roots = [Argument(text: ".")] }
        search.predicates = words[index...]
        for at in search.predicates.indices.dropLast() {
            switch search.predicates[at].text {
            case "-name", "-iname", "-path", "-ipath", "-wholename", "-e", "-g":
                let isNegated = at > search.predicates.startIndex && ["!", "-not"].contains(search.predicates[at - 1].text)
                // What is pruned is not visited, unless that is what is acted on.
                if isNegated { search.isNegated = true } else { search.names.append(search.predicates[at + 1].text) }
            default: break
            }
        }
        return search
    }

    /// Paths that stand for what would be found.
    private static func found(_ search: FoundFiles) -> [Argument] {
        search.roots.flatMap { root -> [Argument] in
            let names = search.names.isEmpty ? ["*"] : search.names
            return names.map { name in
                let base = root.text.hasSuffix("/") ? root.text : root.text + "/"
                let path =
                    name.hasPrefix("./") || name.hasPrefix("/") || name.hasPrefix("*/")
                    ? (name.hasPrefix("/") ? name : base + name.drop { $0 == "." || $0 == "/" }) : base + name
                return Argument(text: path, origin: root.origin, isPattern: true)
            }
        }
    }
}
