// What only a repository's config holds: patterns, paths, names of rules and people, languages. Everything here comes from whoever may write
// to a repository, so each has a length, and a path never leaves the repository.

import ForgeCore
import ForgeYAML

/// Words with an order, from the first case up.
protocol OrderedChoice: ConfigValue, RawRepresentable<String>, CaseIterable, Comparable {}

extension OrderedChoice {
    private var rank: Int { Array(Self.allCases).firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

extension ValueType<[ConfigPattern]> {
    /// Paths, in the language of `.gitignore`, but for `!`.
    static var globs: ValueType<[ConfigPattern]> {
        patterns { text throws(Complaint) in
            if text.hasPrefix("!") { throw Complaint("begins with '!'", "only the lists of scope have exceptions") }
            try checkGlob(text)
        }
    }

    /// The same with `!`: an exception of what stands before it in the same list of the same file.
    static var globsWithExceptions: ValueType<[ConfigPattern]> { patterns { text throws(Complaint) in try checkGlob(text) } }

    /// Branches, labels, titles, people: `release/*`, `renovate*`.
    static var names: ValueType<[ConfigPattern]> { patterns { _ throws(Complaint) in } }

    /// Rules by their ids: `github-app-token`, `aws-*`.
    static var ruleNames: ValueType<[ConfigPattern]> {
        patterns(bytesMax: 100, shape: "^[a-z0-9*][a-z0-9*-]*$") { text throws(Complaint) in
            guard text.utf8.allSatisfy({ isRuleByte($0) || $0 == UInt8(ascii: "*") }), !text.hasPrefix("-") else {
                throw Complaint("is not the id of a rule", "write it as 'forge rules list' shows it; '*' stands for any letters")
            }
        }
    }

    private static func patterns(
        bytesMax: Int = 500, shape: String? = nil, _ check: @escaping (String) throws(Complaint) -> Void
    ) -> ValueType<[ConfigPattern]> {
        .list(
            ValueType<ConfigPattern>(shape: .text(pattern: shape)) { node throws(Complaint) in
                let text = try ValueType<String>.text(bytesMax: bytesMax).read(node)
                try check(text)
                return ConfigPattern(text, origin: RuleOrigin(layer: .builtIn, file: "", line: node.position.line))
            }, countMax: 200)
    }
}

extension ValueType<EgressPattern> {
    /// `registry.npmjs.org`, `*.pythonhosted.org`, `mirror.example:8443`
    static var egressHost: ValueType<EgressPattern> {
        ValueType(shape: .text(pattern: #"^(\*\.)?[A-Za-z0-9._-]+(:[0-9]{1,5})?$"#)) { node throws(Complaint) in
            let text = try ValueType<String>.text(bytesMax: 300).read(node)
            guard let pattern = EgressPattern(text) else {
                throw Complaint(
                    "is not the name of a host", "write registry.npmjs.org, *.pythonhosted.org or mirror.example:8443; no address, no path")
            }
            return pattern
        }
    }
}

private func checkGlob(_ text: String) throws(Complaint) {
    if text == "!" { throw Complaint("is an exception without a name", "write what it is to leave out") }
    let path = text.hasPrefix("!") ? text.dropFirst() : text[...]
    if path.split(separator: "/").contains("..") { throw Complaint("holds '..'", "write it from the top of the repository") }
    if text.last == "\\" { throw Complaint("ends in a backslash", "write what it is to escape, or leave it out") }
}

extension ValueType<String> {
    /// A file or folder of the repository.
    static var path: ValueType<String> {
        ValueType(shape: .text(pattern: #"^[^/\\].*$"#)) { node throws(Complaint) in
            let text = try ValueType<String>.text(bytesMax: 500).read(node)
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard !text.hasPrefix("/"), !text.hasPrefix("\\"), !parts.contains(".."), !parts.contains(".git") else {
                throw Complaint("is not a path inside the repository", "write it from the top, without '..'")
            }
            return text
        }
    }

    /// A tag of BCP 47, as far as anybody writes one: `en`, `pt-BR`.
    static var language: ValueType<String> {
        ValueType(shape: .text(pattern: "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")) { node throws(Complaint) in
            let text = try scalarText(node, bytesMax: 35)
            let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            let isTag = parts.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy(isLetterOrDigit) }
            let isNamed = parts.first.map { $0.count >= 2 && $0.allSatisfy { $0 > UInt8(ascii: "9") } } ?? false
            guard isTag, isNamed else { throw Complaint("is not a language", "write a tag such as en or pt-BR") }
            return text
        }
    }

    static var ruleID: ValueType<String> {
        ValueType(shape: .text(pattern: "^[a-z0-9][a-z0-9-]*$")) { node throws(Complaint) in
            let text = try scalarText(node, bytesMax: 100)
            guard text.utf8.allSatisfy(isRuleByte), !text.hasPrefix("-") else {
                throw Complaint("is not an id", "use lower-case letters, digits and '-'")
            }
            return text
        }
    }

    /// The start of a ticket's key in another system: `SHOP` of `SHOP-123`.
    static var ticketKey: ValueType<String> {
        ValueType(shape: .text(pattern: "^[A-Z][A-Z0-9_]{0,31}$")) { node throws(Complaint) in
            let text = try scalarText(node, bytesMax: 32)
            let isKey = text.utf8.allSatisfy { isLetterOrDigit($0) && !isLowerCase($0) || $0 == UInt8(ascii: "_") }
            guard isKey, text.utf8.first.map({ $0 > UInt8(ascii: "9") && $0 != UInt8(ascii: "_") }) == true else {
                throw Complaint("is not the key of a project", "write capital letters and digits, such as SHOP for SHOP-123")
            }
            return text
        }
    }
}

extension ValueType where Value: ConfigValue {
    /// Values under names, such as a severity for each of several rules.
    static func names<Element>(
        of element: ValueType<Element>, named name: ValueType<String>, countMax: Int = 200
    ) -> ValueType<[String: Element]> where Value == [String: Element], Element: ConfigValue {
        ValueType<[String: Element]>(shape: .names(element.shape)) { node throws(Complaint) in
            guard case .mapping(let entries) = node.content else {
                throw Complaint("is not a group of names", "write 'name: value' lines indented below it")
            }
            guard entries.count <= countMax else { throw Complaint("has more than \(countMax) names", "remove some") }
            var values: [String: Element] = [:]
            for entry in entries {
                do throws(Complaint) {
                    let key = YAMLNode(position: entry.position, content: .scalar(YAMLScalar(entry.key, .quoted)))
                    values[try name.read(key)] = try element.read(entry.value)
                } catch {
                    throw Complaint("has an entry, '\(shortened(entry.key))', that \(error.what)", error.advice, at: entry.position)
                }
            }
            return values
        }
    }
}

private func isRuleByte(_ byte: UInt8) -> Bool { isLowerCase(byte) || isDigit(byte) || byte == UInt8(ascii: "-") }
private func isLowerCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isLowerCase(byte) || isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
}
