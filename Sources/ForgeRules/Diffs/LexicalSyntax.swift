// What comments and strings look like in a language, as data for the line lexer. It must never hold more than it takes to tell code from what
// is not: this is no parser.

/// How a string begins and ends.
struct StringForm: Sendable {
    var open: [UInt8]
    var close: [UInt8]
    /// A backslash takes the next byte with it.
    var hasEscapes = true
    var spansLines = false
    /// What begins code inside the string: `\(`, `${`, `#{`.
    var interpolation: [UInt8] = []

    init(_ mark: String, close: String? = nil, hasEscapes: Bool = true, spansLines: Bool = false, interpolation: String = "") {
        open = Array(mark.utf8)
        self.close = Array((close ?? mark).utf8)
        self.hasEscapes = hasEscapes
        self.spansLines = spansLines
        self.interpolation = Array(interpolation.utf8)
    }
}

struct LexicalSyntax: Sendable {
    var lineComments: [[UInt8]] = []
    /// A comment begins only where a word could: `a#b` is one word of a shell.
    var commentsNeedSpace = false
    /// Only at the beginning of a line, as in a Dockerfile.
    var commentsOpenLines = false
    var blockOpen: [UInt8] = []
    var blockClose: [UInt8] = []
    var blocksNest = false
    /// The longest opening first.
    var strings: [StringForm] = []
    /// A quote opens a string only where a value may begin, as in YAML.
    var stringsOpenValues = false
    /// `'` is a character or the beginning of a name: Rust.
    var hasLifetimes = false
    /// `/…/` where a value may stand.
    var hasRegularExpressions = false
    /// `#"…"#` with any number of marks: Swift; or `r#"…"#`: Rust.
    var rawMarker: UInt8?
    /// `R"x(…)x"`.
    var hasDelimitedRaw = false
    /// `<<~END`, `<<'END'`, `<<<END`.
    var hasHereDocuments = false
    /// All of it is words for people.
    var isProse = false

    /// The bytes at which anything but code may begin; the others are passed over.
    private(set) var isSpecial: [Bool] = Array(repeating: false, count: 256)

    private func indexed() -> Self {
        var copy = self
        var firsts = lineComments.compactMap(\.first) + strings.compactMap(\.open.first) + [UInt8]("(){}".utf8)
        if let first = blockOpen.first { firsts.append(first) }
        if let rawMarker { firsts.append(rawMarker) }
        if hasRegularExpressions { firsts.append(UInt8(ascii: "/")) }
        if hasLifetimes { firsts.append(Byte.singleQuote) }
        if hasDelimitedRaw { firsts.append(UInt8(ascii: "R")) }
        if hasHereDocuments { firsts.append(UInt8(ascii: "<")) }
        for first in firsts { copy.isSpecial[Int(first)] = true }
        return copy
    }

    private static func likeC(_ strings: [StringForm]) -> Self {
        var syntax = Self()
        syntax.lineComments = [Array("//".utf8)]
        syntax.blockOpen = Array("/*".utf8)
        syntax.blockClose = Array("*/".utf8)
        syntax.strings = strings
        return syntax
    }

    private static func withHash(_ strings: [StringForm], needsSpace: Bool = true) -> Self {
        var syntax = Self()
        syntax.lineComments = [Array("#".utf8)]
        syntax.commentsNeedSpace = needsSpace
        syntax.strings = strings
        return syntax
    }

    private static func changed(_ syntax: Self, _ change: (inout Self) -> Void) -> Self {
        var copy = syntax
        change(&copy)
        return copy
    }

    static func of(_ language: Language) -> Self { table[language] ?? plain }

    private static let plain = Self().indexed()
    private static let double = StringForm("\"")
    private static let single = StringForm("'")
    private static let template = StringForm("`", spansLines: true, interpolation: "${")

    private static let table: [Language: Self] = {
        let script = changed(likeC([template, double, single])) { $0.hasRegularExpressions = true }
        let classic = likeC([double, single])
        let javaLike = likeC([StringForm("\"\"\"", spansLines: true), double, single])
        var table: [Language: Self] = [
            .swift: changed(
                likeC([StringForm("\"\"\"", spansLines: true, interpolation: "\\("), StringForm("\"", interpolation: "\\(")])
            ) {
                $0.blocksNest = true
                $0.rawMarker = UInt8(ascii: "#")
            },
            .python: withHash(
                [StringForm("\"\"\"", spansLines: true), StringForm("'''", spansLines: true), double, single], needsSpace: false),
            .javascript: script, .typescript: script,
            .go: likeC([StringForm("`", hasEscapes: false, spansLines: true), double, single]),
            .java: javaLike, .csharp: classic, .objectiveC: classic, .c: classic, .proto: classic,
            .kotlin: likeC([StringForm("\"\"\"", spansLines: true, interpolation: "${"), StringForm("\"", interpolation: "${"), single]),
            .scala: javaLike,
            .dart: likeC([StringForm("'''", spansLines: true), StringForm("\"", interpolation: "${"), StringForm("'", interpolation: "${")]
            ),
            .cpp: changed(classic) { $0.hasDelimitedRaw = true },
            .rust: changed(likeC([StringForm("\"", spansLines: true)])) {
                $0.hasLifetimes = true
                $0.rawMarker = UInt8(ascii: "r")
                $0.blocksNest = true
            },
            .php: changed(likeC([StringForm("\"", spansLines: true), StringForm("'", spansLines: true)])) {
                $0.lineComments.append(Array("#".utf8))
                $0.hasHereDocuments = true
            },
            .ruby: changed(
                withHash([StringForm("\"", spansLines: true, interpolation: "#{"), StringForm("'"), StringForm("`", interpolation: "#{")])
            ) {
                $0.hasRegularExpressions = true
                $0.hasHereDocuments = true
                $0.blockOpen = Array("=begin".utf8)
                $0.blockClose = Array("=end".utf8)
            },
            .shell: withHash([double, StringForm("'", hasEscapes: false)]),
            .makefile: withHash([]), .ini: changed(withHash([])) { $0.lineComments.append(Array(";".utf8)) },
            .dockerfile: changed(withHash([double])) { $0.commentsOpenLines = true },
            .yaml: changed(withHash([double, StringForm("'", hasEscapes: false)])) { $0.stringsOpenValues = true },
            .toml: withHash([StringForm("\"\"\"", spansLines: true), double, StringForm("'", hasEscapes: false)], needsSpace: false),
            .json: likeC([double]), .graphql: withHash([StringForm("\"\"\"", spansLines: true), double]),
            .terraform: changed(likeC([StringForm("\"", interpolation: "${")])) { $0.lineComments.append(Array("#".utf8)) },
        ]
        table[.sql] = changed(likeC([StringForm("'", hasEscapes: false), StringForm("\"", hasEscapes: false)])) {
            $0.lineComments = [Array("--".utf8)]
        }
        table[.css] = changed(likeC([double, single])) { $0.lineComments = [] }
        let markup = changed(Self()) {
            $0.blockOpen = Array("<!--".utf8)
            $0.blockClose = Array("-->".utf8)
        }
        table[.xml] = markup
        table[.html] = markup
        table[.prose] = changed(Self()) { $0.isProse = true }
        return table.mapValues { $0.indexed() }
    }()
}
