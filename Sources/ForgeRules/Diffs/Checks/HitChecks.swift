// What a pattern on one line cannot tell, told by the lines around it. A check must look at a few lines only, and say no where they do not
// show enough.

internal import ForgeCore

enum HitChecks {
    static let table: [String: @Sendable (RuleCheckInput) -> RuleCheckAnswer] = [
        "in-run-block": { answer(isInScript($0)) },
        "open-ingress": { answer(isIngress($0)) },
        "runs-as-user": { answer(runsAsUser($0)) },
        "with-credentials": { answer(allowsCredentials(around($0, 10, 10))) },
        "without-default": { answer(!statement($0).lowercased[...].hasAny(["default", "autoincrement", "identity", "serial"])) },
        "not-in-down": { answer(!isInDown($0)) },
        "locks-old-table": { answer(locksOldTable($0)) },
        "no-stage": { answer(!isStage($0)) },
        "unconditional": { answer(isUnconditional($0)) },
        "first-in-test": { answer(isFirstInTest($0)) },
        "public-address": { answer(isPublicAddress($0.captured)) },
        "entities-allowed": {
            answer(
                !$0.text[...].hasAny([
                    "setFeature", "FEATURE_SECURE_PROCESSING", "ACCESS_EXTERNAL", "setExpandEntityReferences(false", "SUPPORT_DTD",
                ]))
        },
    ]

    private static func answer(_ isFinding: Bool) -> RuleCheckAnswer { isFinding ? .isFinding : .isNone }

    // MARK: The lines around

    /// Lines above the hit, the nearest first.
    private static func above(_ input: RuleCheckInput, _ count: Int) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var end = input.line.lowerBound - 1
        while lines.count < count, end >= 0 {
            var start = end
            while start > 0, input.text[start - 1] != Byte.newline, end - start < 4_096 { start -= 1 }
            lines.append(input.text[start..<end])
            end = start - 1
        }
        return lines
    }

    private static func below(_ input: RuleCheckInput, _ count: Int) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = input.line.upperBound + 1
        while lines.count < count, start < input.text.count {
            let end = input.text[start...].prefix(4_096).firstIndex(of: Byte.newline) ?? min(input.text.count, start + 4_096)
            lines.append(input.text[start..<end])
            start = end + 1
        }
        return lines
    }

    private static func around(_ input: RuleCheckInput, _ before: Int, _ after: Int) -> ArraySlice<UInt8> {
        let lower = above(input, before).last?.startIndex ?? input.line.lowerBound
        let upper = below(input, after).last?.endIndex ?? input.line.upperBound
        return input.text[lower..<max(upper, input.line.upperBound)]
    }

    /// From the hit's line to the end of the statement: a semicolon, or the line that closes what the line opens; eight lines at most.
    private static func statement(_ input: RuleCheckInput) -> ArraySlice<UInt8> {
        let isSQL = input.path.map { Language(path: $0) } == .sql
        var depth = 0
        var end = input.line.upperBound
        for line in [input.lineText] + below(input, 8) {
            end = line.endIndex
            depth += line.count { $0 == Byte.openParenthesis } - line.count { $0 == Byte.closeParenthesis }
            if line.contains(Byte.semicolon) || depth <= 0 && !isSQL { break }
        }
        return input.text[input.line.lowerBound..<end]
    }

    // MARK: Workflows

    /// Whether the line is part of a script: of `run:` or of `script:` on it or above it, not of an environment or an input.
    private static func isInScript(_ input: RuleCheckInput) -> Bool {
        let line = input.lineText
        if let key = key(line) { return key == "run" || key == "script" }
        var indentation = line.indentation
        for upper in above(input, 60) where !upper.isBlank && upper.indentation < indentation {
            if let key = key(upper) { return key == "run" || key == "script" }
            indentation = upper.indentation
        }
        // The block's head is not in the hunk: what reads like a command is one.
        return line.trimmed.hasAny(["echo ", "$(", "git ", "if [", "gh ", "curl "])
    }

    /// The key that a line of YAML begins with.
    private static func key(_ line: ArraySlice<UInt8>) -> String? {
        var text = line.trimmed
        while text.first == Byte.minus { text = text.dropFirst().trimmed }
        let name = text.prefix { Byte.isName($0) || $0 == Byte.minus }
        guard !name.isEmpty, text[name.endIndex...].first == Byte.colon else { return nil }
        let rest = text[name.endIndex...].dropFirst()
        return rest.isEmpty || rest.first == Byte.space ? name.string : nil
    }

    // MARK: Machines

    /// The block around it is about what comes in, and it is no web port.
    private static func isIngress(_ input: RuleCheckInput) -> Bool {
        var block = [input.lineText]
        for line in above(input, 15) {
            block.append(line)
            if line.trimmed.last == Byte.openBrace { break }
        }
        for line in below(input, 15) {
            if line.trimmed.first == Byte.closeBrace { break }
            block.append(line)
        }
        guard !block.contains(where: { $0.has("egress") }), block.contains(where: { $0.hasAny(["ingress", "source_ranges"]) }) else {
            return false
        }
        let ports = block.filter { $0.hasAny(["from_port", "to_port", "port_range", "ports "]) }
        return !ports.contains { $0.hasAnyWord(["80", "443"]) }
    }

    /// What the image starts is in sight, and no other user is chosen before it.
    private static func runsAsUser(_ input: RuleCheckInput) -> Bool {
        for line in below(input, 60) {
            let text = line.trimmed
            if text.starts("USER ") || text.starts("FROM ") { return false }
            if text.starts("CMD") || text.starts("ENTRYPOINT") { return true }
        }
        return false
    }

    private static func isStage(_ input: RuleCheckInput) -> Bool {
        let name = input.captured.lowercased
        return above(input, 200).contains { line in
            let words = line.lowercased[...].split(separator: Byte.space)
            return words.first?.string == "from" && words.suffix(2).first?.string == "as" && words.last.map(Array.init) == name
        }
    }

    private static func allowsCredentials(_ text: ArraySlice<UInt8>) -> Bool {
        let small = text.lowercased[...]
        var from = small.startIndex
        while let at = small.first("credentials", from: from) {
            let value = small[(at + 11)...].drop { Byte.isSpace($0) || "\"':=,(".utf8.contains($0) }
            if value.starts("true") || small[..<at].hasSuffix("allow") && small[(at + 11)...].starts("()") { return true }
            from = at + 11
        }
        return false
    }

    private static func isPublicAddress(_ address: ArraySlice<UInt8>) -> Bool {
        let parts = address.split(separator: UInt8(ascii: ".")).compactMap { Int($0.string) }
        guard parts.count == 4, parts.allSatisfy({ $0 < 256 }) else { return false }
        switch (parts[0], parts[1], parts[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _), (224..., _, _):
            return false
        case (192, 0, 2), (198, 51, 100), (203, 0, 113), (198, 18...19, _), (192, 0, 0): return false  // kept for documents and measuring
        case (1, 1, 1), (1, 0, 0), (8, 8, 8), (8, 8, 4), (9, 9, 9): return false  // resolvers everyone knows
        // Made up.
        case (4, 3, 2), (11, 22, 33), (12, 34, 56), (1, 2, _), (2, 2, 2), (3, 3, 3), (4, 4, 4), (5, 5, 5): return false
        default: return true
        }
    }

    // MARK: Migrations

    private static let downs = [
        "def down", "def downgrade", "func revert", "exports.down", "function down", "+goose Down", "migrate:down", "async down", " down(",
        "down:", "down =",
    ]
    private static let ups = [
        "def up", "def change", "func prepare", "exports.up", "function up", "+goose Up", "migrate:up", "async up", " up(", "up:", "up =",
    ]

    private static func isInDown(_ input: RuleCheckInput) -> Bool {
        if let path = input.path?.text.lowercased(), path.has("down.sql") || path.has("rollback") || path.has("revert") {
            return true
        }
        if input.lineText.hasAny(["IF EXISTS", "if exists", "if_exists"]), input.lineText.lowercased[...].has("drop table") { return true }
        if input.text[input.line.lowerBound..<input.match.lowerBound].hasAny(downs) { return true }
        for line in above(input, 400) {
            if line.hasAny(downs) { return true }
            if line.hasAny(ups) { return false }
        }
        return false
    }

    /// PostgreSQL, and a table that this change does not make itself.
    private static func locksOldTable(_ input: RuleCheckInput) -> Bool {
        let text = input.text[...].prefix(64 << 10).lowercased[...]
        let path = input.path?.text.lowercased() ?? ""
        let isPostgres =
            path.has("postgres") || path.has("/pg")
            || text.hasAny([
                "jsonb", "timestamptz", "bigserial", "create extension", "plpgsql", "using gin", "using gist", "using brin", "using btree",
                "::text", "gen_random_uuid",
            ])
        guard isPostgres else { return false }
        let table = input.captured.lowercased.filter { $0 != Byte.doubleQuote }[...].string
        return !text.has("create table \(table)") && !text.has("create table if not exists \(table)")
            && !text.has("create table \"\(table)\"")
    }

    // MARK: Tests

    /// Not the body of a condition: what is skipped where something is missing is skipped for a reason.
    private static func isUnconditional(_ input: RuleCheckInput) -> Bool {
        let line = input.lineText.trimmed
        if line.starts("if ") || line.starts("if(") || line.starts("} else") || line.hasAny([" if ", " unless ", " when: "]) {
            return false
        }
        for upper in above(input, 4) where !upper.isBlank {
            let text = upper.trimmed
            if upper.indentation >= input.lineText.indentation { continue }
            return !["if ", "if(", "elif ", "else", "} else", "unless ", "except", "} catch", "guard ", "rescue", "switch", "case "]
                .contains { text.starts($0) }
        }
        return true
    }

    private static func isFirstInTest(_ input: RuleCheckInput) -> Bool {
        guard let path = input.path else { return false }
        let language = Language(path: path)
        guard let upper = above(input, 2).first(where: { !$0.isBlank }) else { return false }
        let hunk = Hunk(oldStart: 1, newStart: 1, lines: [DiffLine(.added, old: nil, new: 1, text: upper)])
        let opens = upper.trimmed.last.map { $0 == Byte.openBrace || $0 == Byte.colon } ?? false
        return opens && !TestSyntax.cases(in: ChangedText([hunk], side: .added, language: language), language).isEmpty
    }
}
