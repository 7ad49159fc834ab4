// What simple programs print, when all they read is known: enough to follow text that is encoded, turned round or put together before a
// shell runs it. It must never guess: what is not certain is unknown.

extension CommandWalk {
    func output(of invocation: Invocation, _ origin: Origin) -> ShellStream {
        var stream = ShellStream(text: text(of: invocation), origin: origin)
        // Remote text stays remote through a filter, but not through a program that only mentions it.
        if let text = stream.text, text.utf8.count > ShellStream.textBytesMax { stream.text = nil }
        return stream
    }

    private func text(of invocation: Invocation) -> String? {
        let words = invocation.words
        let input = invocation.stdin.text
        let isPiped = invocation.operands.isEmpty || invocation.operands.count == 1 && invocation.operands[0].text == "-"
        switch invocation.name {
        case "echo": return Self.echo(words)
        case "printf": return words.isEmpty ? nil : Self.known(Self.format(words).text)
        case "cat", "tac": return isPiped ? input : content(of: invocation.operands)
        case "head", "tail", "sort", "uniq", "tee", "fold", "fmt", "sponge", "stdbuf", "pv", "nl":
            return isPiped ? input : content(of: invocation.operands)
        case "rev":
            return (isPiped ? input : content(of: invocation.operands)).map {
                $0.split(separator: "\n", omittingEmptySubsequences: false).map { String($0.reversed()) }.joined(separator: "\n")
            }
        case "pwd": return (state.folder ?? "").isEmpty ? nil : state.folder.map { $0 + "\n" }
        case "base64": return decoded(invocation, input, isPiped, Self.decodeBase64)
        case "base32": return nil
        case "xxd": return invocation.has("-r") ? (isPiped ? input : content(of: invocation.operands)).flatMap(Self.decodeHex) : nil
        case "openssl":
            guard invocation.words.contains(where: { $0.text == "-d" }),
                invocation.words.contains(where: { $0.text == "base64" || $0.text == "-base64" || $0.text == "-a" })
            else { return nil }
            return input.flatMap(Self.decodeBase64)
        case "tr": return Self.translate(invocation.operands, input, deletes: invocation.has("-d"))
        case "sed": return Self.substitute(invocation, input)
        case "basename":
            return words.first.flatMap { Self.known($0.text) }.map { ($0.split(separator: "/").last.map(String.init) ?? "") + "\n" }
        case "dirname": return words.first.flatMap { Self.known($0.text) }.map(Self.folder(of:))
        case "realpath", "readlink":
            return invocation.operands.last.flatMap { PlaceReader.absolute($0.text, in: state.folder) }.flatMap { Self.known($0 + "\n") }
        case "mktemp": return "/tmp/tmp.made\n"
        case "which": return invocation.operands.first.map { "/usr/bin/" + $0.text + "\n" }
        case "whoami": return "agent\n"
        case "seq", "date", "nproc", "id", "hostname": return nil
        case "mkdir", "touch", "rm", "chmod", "test", "[", "sleep", "cp", "mv": return ""
        default: return nil
        }
    }

    private static func folder(of path: String) -> String { (path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".") + "\n" }

    private static func known(_ text: String) -> String? { text.contains(Argument.unknownPiece) ? nil : text }

    private func content(of files: [Argument]) -> String? {
        var whole = ""
        for file in files {
            let stream =
                file.stream
                ?? PlaceReader.absolute(file.text, in: state.folder).flatMap { $0 == "/dev/null" ? ShellStream.nothing : state.files[$0] }
            guard let text = stream?.text else { return nil }
            whole += text
        }
        return whole
    }

    private func decoded(_ invocation: Invocation, _ input: String?, _ isPiped: Bool, _ decode: (String) -> String?) -> String? {
        guard invocation.hasAny(["-d", "-D", "--decode"] as [String]) else { return nil }
        return (isPiped ? input : content(of: invocation.operands)).flatMap(decode)
    }

    private static func echo(_ words: [Argument]) -> String? {
        var rest = words[...]
        var interprets = false
        var endsLine = true
        while let first = rest.first, first.isOption, first.text.dropFirst().allSatisfy({ "neE".contains($0) }) {
            if first.text.contains("e") { interprets = true }
            if first.text.contains("n") { endsLine = false }
            rest = rest.dropFirst()
        }
        // A piece that is not known stays one: what is around it still counts.
        var text = rest.map(\.text).joined(separator: " ")
        if text.count == 1, text.first == Argument.unknownPiece { return nil }
        if interprets { text = ANSIQuoting.decode(ArraySlice(text.utf8), zeroPrefixedOctal: true) }
        return endsLine ? text + "\n" : text
    }

    /// `printf`: the format's escapes, `%s`, `%b`, `%d`, repeated while arguments are left.
    static func format(_ words: [Argument]) -> Argument {
        guard let format = words.first.map({ $0.text == "--" && words.count > 1 ? words[1] : $0 }) else { return Argument(text: "") }
        var left = words.dropFirst(words[0].text == "--" ? 2 : 1)
        var origin = format.origin
        var out = ""
        var rounds = 0
        repeat {
            let before = left.count
            let decoded = ANSIQuoting.decode(ArraySlice(format.text.utf8))
            var isPercent = false
            for character in decoded {
                guard isPercent else {
                    if character == "%" { isPercent = true } else { out.append(character) }
                    continue
                }
                if character.isNumber || "-+ #.".contains(character) { continue }
                isPercent = false
                if character == "%" {
                    out.append("%")
                    continue
                }
                let argument = left.popFirst() ?? Argument(text: "")
                origin.formUnion(argument.origin)
                out += character == "b" ? ANSIQuoting.decode(ArraySlice(argument.text.utf8), zeroPrefixedOctal: true) : argument.text
            }
            rounds += 1
            if left.count == before { break }
        } while !left.isEmpty && rounds < 256
        return Argument(text: out, origin: origin)
    }

    // MARK: - Codes

    /// As `base64 -d` does with what is whole; padding in the middle is what joined texts have.
    static func decodeBase64(_ text: String) -> String? {
        var whole: [UInt8] = []
        for byte in text.utf8 where byte != Byte.equals {
            guard Byte.isSpace(byte) || Base64.isDigit(byte) else { return nil }
            whole.append(byte)
        }
        return String(decoding: Base64.beginning(of: whole), as: UTF8.self)
    }

    static func decodeHex(_ text: String) -> String? {
        var out: [UInt8] = []
        var high: UInt8?
        for byte in text.utf8 where !Byte.isSpace(byte) {
            guard Byte.isHexDigit(byte) else { return nil }
            let value = UInt8(Byte.hexValue(byte))
            if let before = high {
                out.append(before << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func translate(_ operands: [Argument], _ input: String?, deletes: Bool) -> String? {
        guard let input, let from = operands.first.map({ spread($0.text) }) else { return nil }
        if deletes { return input.filter { !from.contains($0) } }
        guard operands.count > 1 else { return nil }
        let to = spread(operands[1].text)
        guard let last = to.last else { return nil }
        return String(input.map { character in from.lastIndex(of: character).map { $0 < to.count ? to[$0] : last } ?? character })
    }

    /// `a-z` spelled out.
    private static func spread(_ set: String) -> [Character] {
        var out: [Character] = []
        let text = Array(ANSIQuoting.decode(ArraySlice(set.utf8)).unicodeScalars)
        var at = 0
        while at < text.count {
            if at + 2 < text.count, text[at + 1] == "-", text[at].value <= text[at + 2].value, text[at + 2].value < 128 {
                for value in text[at].value...text[at + 2].value { if let scalar = UnicodeScalar(value) { out.append(Character(scalar)) } }
                at += 3
            } else {
                out.append(Character(text[at]))
                at += 1
            }
        }
        return out
    }

    /// `sed s/a/b/g` with plain text on both sides.
    private static func substitute(_ invocation: Invocation, _ input: String?) -> String? {
        guard let input, invocation.operands.count == 1, let script = invocation.operands.first?.text, script.hasPrefix("s"),
            let mark = script.dropFirst().first
        else { return nil }
        let parts = script.dropFirst(2).split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, !parts[0].contains(where: { ".*[]^$\\+?(){}|".contains($0) }),
            !parts[1].contains(where: { "\\&".contains($0) })
        else { return nil }
        return input.replacing(String(parts[0]), with: String(parts[1]))
    }
}
