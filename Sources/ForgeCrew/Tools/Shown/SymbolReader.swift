// The lines of JSON that universal-ctags writes, as symbols. The program read files that anybody may have written, so nothing of its output
// is believed: what is no symbol is left out, texts are bounded, and paths are those that were asked about.

package import ForgeCore

package struct CodeSymbol: Hashable, Sendable {
    package var name: String
    package var kind: String
    package var path: RepositoryPath
    package var line: Int
    package var endLine: Int?
    /// What it is a member of, outermost first.
    package var scope: String?
    package var signature: String?

    package init(
        name: String, kind: String, path: RepositoryPath, line: Int, endLine: Int? = nil, scope: String? = nil, signature: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.path = path
        self.line = line
        self.endLine = endLine
        self.scope = scope
        self.signature = signature
    }
}

package enum SymbolReader {
    private static let symbolsMax = 20_000
    private static let textBytesMax = 400

    /// With its name as a model may be shown it, in front of the files of standard input.
    package static func arguments() -> [String] {
        // Without the first one it would read options from files of the folder it starts in.
        [
            "ctags", "--options=NONE", "--quiet=yes", "--output-format=json", "--fields=+neKSs", "--extras=-F", "--sort=no", "-f", "-",
        ] + swift + ["-L", "-"]
    }

    /// It has no reader for Swift: what begins a line there is nearly always enough.
    private static let swift: [String] = {
        let modifiers =
            "^[ \\t]*((@[A-Za-z]+(\\([^)]*\\))?|public|package|internal|fileprivate|private|open|final|static|class|override|mutating|"
            + "nonisolated|indirect|convenience|required|async)[ \\t]+)*"
        let kinds = [
            ("c", "class"), ("s", "struct"), ("e", "enum"), ("p", "protocol"), ("a", "actor"), ("x", "extension"), ("t", "typealias"),
            ("f", "func"),
        ]
        let types = kinds.map {
            "--regex-Swift=/\(modifiers)\($1)[ \\t]+([A-Za-z_`][A-Za-z_0-9.` ]*[A-Za-z_0-9`]|[A-Za-z_])/\\4/\($0),\($1)/"
        }
        return ["--langdef=Swift", "--map-Swift=+.swift"] + types
    }()

    /// What is given on its standard input. A path of another shape would be taken for an option, or for several paths.
    package static func input(_ paths: [RepositoryPath]) -> [UInt8] {
        paths.filter { !$0.bytes.contains(0x0A) && !$0.bytes.contains(0x0D) }.flatMap { Array("./".utf8) + $0.bytes + [0x0A] }
    }

    package static func read(_ output: [UInt8], of paths: [RepositoryPath]) -> [CodeSymbol] {
        let known = Set(paths)
        return output.split(separator: 0x0A).lazy.compactMap { line -> CodeSymbol? in
            // What is no JSON is none of its lines.
            guard let json = try? JSONParser.parse(Array(line), limits: JSONLimits(depthMax: 8, valuesMax: 200)).value,
                json["_type"]?.string == "tag", let name = text(json["name"]), let path = json["path"]?.string,
                let number = json["line"]?.integer.flatMap({ Int(exactly: $0) }), number > 0
            else { return nil }
            let plain = RepositoryPath(path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
            guard known.contains(plain) else { return nil }
            return CodeSymbol(
                name: name, kind: text(json["kind"]) ?? "symbol", path: plain, line: number,
                endLine: json["end"]?.integer.flatMap { Int(exactly: $0) }, scope: text(json["scope"]), signature: text(json["signature"]))
        }.prefix(symbolsMax).map { $0 }
    }

    private static func text(_ json: JSON?) -> String? {
        guard case .string(let text)? = json, !text.isEmpty, text.utf8.count <= textBytesMax else { return nil }
        return text
    }
}

extension ToolText {
    package func outline(_ path: RepositoryPath, _ symbols: [CodeSymbol]) -> String {
        guard !symbols.isEmpty else {
            return "\(path.shown): no definitions were found; its language may not be known. Use read_file or search.\n"
        }
        let lines = symbols.sorted { ($0.line, $0.name) < ($1.line, $1.name) }.map { symbol in
            let depth = symbol.scope.map { $0.split { ".:/".contains($0) }.count } ?? 0
            return (symbol.line, String(repeating: "  ", count: min(depth, 12)) + described(symbol))
        }
        return clipping.clip("\(path.shown)\n" + NumberedLines.render(lines), hint: "search for a name with find_symbol")
    }

    package func symbols(_ name: String, _ symbols: [CodeSymbol]) -> String {
        guard !symbols.isEmpty else {
            // What it is a member of is no part of a name.
            let last = name.split(whereSeparator: { ".:#".contains($0) }).last.map(String.init) ?? name
            let advice =
                last == name
                ? "Capital and small letters are told apart; use search to see where the name is used."
                : "Give the name alone, without what it is a member of: '\(line(last.utf8))'."
            return "No definition of '\(line(name.utf8))' was found. \(advice)\n"
        }
        let sorted = symbols.sorted { ($0.path, $0.line) < ($1.path, $1.line) }
        let lines = sorted.map { "\($0.path.shown):\($0.line)  \(described($0))\($0.scope.map { ", in \(line($0.utf8))" } ?? "")\n" }
        return clipping.clip(lines.joined(), hint: "give a path to look in")
    }

    private func described(_ symbol: CodeSymbol) -> String {
        let end = symbol.endLine.flatMap { $0 > symbol.line ? " (to line \($0))" : nil } ?? ""
        return "\(line(symbol.kind.utf8)) \(line(symbol.name.utf8))\(symbol.signature.map { line($0.utf8) } ?? "")\(end)"
    }
}
