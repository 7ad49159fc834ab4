// Reads a text as a code host would and says what in it is more than text: names, links, pictures, tags and blocks that are not ours, and folds,
// fences and tables that do not end as they began.

struct MarkdownChecker {
    /// Where our own links lead.
    let linkPrefix: String
    private let tags = ["<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>"]

    func problems(in text: String) -> [String] {
        var problems: [String] = []
        var fence: Int?
        var folds = 0
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in lines.enumerated() {
            let ticks = line.prefix { $0 == "`" }.count
            if let open = fence {
                if ticks >= open, line.dropFirst(ticks).allSatisfy({ $0 == " " }) { fence = nil }
                continue
            }
            if ticks >= 3, !line.dropFirst(ticks).contains("`") {
                fence = ticks
                if !["", "suggestion", "yaml"].contains(line.dropFirst(ticks)) { problems.append("a fence called \(line)") }
                continue
            }
            if line.hasPrefix("<!-- forge:") && index == lines.count - 1 { continue }
            let bare = Self.withoutCode(line)
            folds += count("<details>", in: bare) - count("</details>", in: bare)
            if folds < 0 { problems.append("a fold ends that did not begin") }
            problems += self.problems(inLine: line, bare: bare)
        }
        if fence != nil { problems.append("a fence does not end") }
        if folds != 0 { problems.append("\(folds) folds do not end") }
        return problems
    }

    private func problems(inLine line: String, bare: String) -> [String] {
        var problems: [String] = []
        var rest = bare
        if rest.utf8.contains(UInt8(ascii: "<")) { for tag in tags { rest = rest.replacing(tag, with: "") } }
        if rest.contains("](") { rest = withoutOwnLinks(rest) }
        if rest.utf8.contains(UInt8(ascii: "*")) { rest = withoutOwnStress(rest) }
        if rest.utf8.contains(UInt8(ascii: "$")) { rest = rest.replacing(/, (under )?\$\d+\.\d\d/, with: "") }
        for (sign, what) in [
            ("@", "a person"), ("<", "a tag"), ("](", "a link"), ("![", "a picture"), ("://", "an address"), ("www.", "an address"),
            ("&", "an entity"), ("[", "a bracket"), ("$", "a formula"), ("*", "stress"), ("~", "a line through"),
        ] where hasUnescaped(sign, in: rest) {
            problems.append("\(what) in: \(line)")
        }
        if rest.utf8.contains(UInt8(ascii: "#")), rest.contains(/(^|[^\\\x60])#\d/) { problems.append("an issue in: \(line)") }
        let opening = line.utf8.first ?? 0x20
        if "#>=~+0123456789".utf8.contains(opening), line.contains(/^(#|>|=|~~~|\+ |\d+[.)] )/), !line.hasPrefix("### Forge") {
            problems.append("a block: \(line)")
        }
        if line.hasPrefix("| "), bars(in: line) != 5 { problems.append("\(bars(in: line)) bars in: \(line)") }
        return problems
    }

    /// `[…](prefix…)`; brackets around code are all that is left of the text in them.
    private func withoutOwnLinks(_ line: String) -> String {
        line.replacing(/\[\s*(more)?\]\((https:\/\/[^()\s]*)\)/) { match in
            let isOurs = match.output.2.hasPrefix(linkPrefix) || match.output.1 != nil
            return isOurs ? "" : String(match.output.0)
        }
    }

    private func withoutOwnStress(_ line: String) -> String {
        line.replacing("**Fix:**", with: "").replacing(/^\*\*(Note|Low|Medium|High|Critical)(, and back again)?:\*\*/, with: "")
            .replacing(/^\*\*\d+ (more )?findings?( at or above [a-z]+| not shown here: the text would be too long\.)\*\*/, with: "")
    }

    /// The line without its code spans: a run of marks is closed by the next run of the same length.
    private static func withoutCode(_ line: String) -> String {
        guard line.utf8.contains(UInt8(ascii: "`")) else { return line }
        var out = ""
        var rest = Substring(line)
        while let mark = rest.firstIndex(of: "`") {
            let before = rest[..<mark]
            out += before
            let run = rest[mark...].prefix { $0 == "`" }
            // `\`` is no code.
            if before.reversed().prefix(while: { $0 == "\\" }).count % 2 == 1 {
                out += "`"
                rest = rest[mark...].dropFirst()
                continue
            }
            rest = rest[mark...].dropFirst(run.count)
            var search = rest
            var end: Substring.Index?
            while let next = search.firstIndex(of: "`") {
                let other = search[next...].prefix { $0 == "`" }
                if other.count == run.count {
                    end = next
                    break
                }
                search = search[next...].dropFirst(other.count)
            }
            if let end { rest = rest[end...].dropFirst(run.count) } else { out += run }
        }
        return out + rest
    }

    private func hasUnescaped(_ sign: String, in text: String) -> Bool {
        guard text.contains(sign) else { return false }
        let bytes = Array(text.utf8)
        let wanted = Array(sign.utf8)
        return bytes.indices.contains { at in
            bytes[at] == wanted[0] && bytes[at...].starts(with: wanted)
                && bytes[..<at].reversed().prefix { $0 == UInt8(ascii: "\\") }.count.isMultiple(of: 2)
        }
    }

    /// Those that part cells: a table does not ask whether they are in code.
    private func bars(in line: String) -> Int {
        var count = 0
        var isEscaped = false
        for byte in line.utf8 {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "|") {
                count += 1
            }
        }
        return count
    }

    private func count(_ word: String, in text: String) -> Int {
        text.utf8.contains(UInt8(ascii: "<")) ? text.split(separator: word, omittingEmptySubsequences: false).count - 1 : 0
    }
}
