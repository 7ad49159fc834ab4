// Names of files in a patch: quoted the way C quotes, with prefixes for both sides. It must never take a prefix off that may be part of the
// name: a path that loses its first folder is judged as another one.

struct PatchName {
    let bytes: [UInt8]
    /// `/dev/null`, unquoted: there is no file on this side.
    let isNothing: Bool
    /// What stands behind a tab: `diff -u` writes the time of the file there.
    let tail: ArraySlice<UInt8>

    /// The name that a line ends with.
    init(_ text: ArraySlice<UInt8>, endsAtTab: Bool, failure: (String) -> PatchError) throws(PatchError) {
        if text.first == UInt8(ascii: "\"") {
            let quoted = try Self.unquoted(text, failure)
            guard quoted.rest.isEmpty || endsAtTab && quoted.rest.first == UInt8(ascii: "\t") else {
                throw failure("something stands behind the quoted name")
            }
            bytes = quoted.name
            isNothing = false
            tail = quoted.rest.dropFirst()
        } else {
            let end = endsAtTab ? text.firstIndex(of: UInt8(ascii: "\t")) ?? text.endIndex : text.endIndex
            bytes = Array(text[..<end])
            isNothing = bytes.elementsEqual("/dev/null".utf8)
            tail = text[end...].dropFirst()
        }
        if bytes.contains(0) { throw failure("a name holds a zero byte") }
        if bytes.isEmpty { throw failure("a name is missing") }
    }

    /// A quoted name, and what follows it.
    static func unquoted(
        _ text: ArraySlice<UInt8>, _ failure: (String) -> PatchError
    ) throws(PatchError) -> (name: [UInt8], rest: ArraySlice<UInt8>) {
        var name: [UInt8] = []
        var at = text.startIndex + 1
        while at < text.endIndex {
            let byte = text[at]
            at += 1
            if byte == UInt8(ascii: "\"") { return (name, text[at...]) }
            guard byte == UInt8(ascii: "\\") else {
                name.append(byte)
                continue
            }
            guard let escape = escape(text[at...]) else { throw failure("a quoted name has an escape that is none") }
            name.append(escape.byte)
            at += escape.count
        }
        throw failure("a quoted name does not end")
    }

    private static func escape(_ text: ArraySlice<UInt8>) -> (byte: UInt8, count: Int)? {
        guard let first = text.first else { return nil }
        if let byte = letters[first] { return (byte, 1) }
        let digits = text.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "7") }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 8).map { ($0, 3) }
    }

    private static let letters: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "v"): 11,
        UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13, UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    ]
}

/// Both names of a change, and what stood before them.
struct PatchNames {
    var old: [UInt8]
    var new: [UInt8]
    var prefixes: (old: [UInt8], new: [UInt8])

    /// The pairs that git writes, also turned around by `-R`; none at all comes last. Both sides have always two different ones, so a folder
    /// that is called like a prefix is not taken for one.
    private static let prefixes: [(old: [UInt8], new: [UInt8])] = {
        let pairs = [("a/", "b/"), ("i/", "w/"), ("c/", "i/"), ("c/", "w/"), ("o/", "w/"), ("1/", "2/")]
        return pairs.flatMap { [(Array($0.0.utf8), Array($0.1.utf8)), (Array($0.1.utf8), Array($0.0.utf8))] } + [([], [])]
    }()

    /// Both names behind `diff --git`. Without quotes nothing says where the first one ends: it is found by what is known about them, which
    /// is the names of a rename, or that both are the same.
    static func pair(
        _ text: ArraySlice<UInt8>, from: [UInt8]?, to: [UInt8]?, failure: (String) -> PatchError
    ) throws(PatchError) -> PatchNames {
        if let (old, new) = try quotedPair(text, failure) {
            guard let names = stripped(old, new, from, to) else { throw failure("'diff --git' names two files, and no rename says why") }
            return names
        }
        for pair in prefixes {
            let rest = text.count - 1 - pair.old.count - pair.new.count
            let count = from?.count ?? rest / 2
            guard count > 0, count < rest, text.starts(with: pair.old) else { continue }
            let old = text.dropFirst(pair.old.count).prefix(count)
            let tail = text[old.endIndex...]
            guard tail.first == UInt8(ascii: " "), tail.dropFirst().starts(with: pair.new) else { continue }
            let new = tail.dropFirst(1 + pair.new.count)
            guard old.elementsEqual(from ?? Array(new)), new.elementsEqual(to ?? Array(old)) else { continue }
            return PatchNames(old: Array(old), new: Array(new), prefixes: pair)
        }
        throw failure(from == nil ? "'diff --git' does not name one file twice" : "'diff --git' names other files than the rename or copy")
    }

    /// Nil when neither is quoted.
    private static func quotedPair(
        _ text: ArraySlice<UInt8>, _ failure: (String) -> PatchError
    ) throws(PatchError) -> (old: [UInt8], new: [UInt8])? {
        guard let quote = text.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        if quote > text.startIndex {
            let old = text[..<quote].dropLast()
            guard !old.isEmpty, text[quote - 1] == UInt8(ascii: " ") else { throw failure("a quote stands within a name") }
            return (Array(old), try PatchName(text[quote...], endsAtTab: false, failure: failure).bytes)
        }
        let (old, rest) = try PatchName.unquoted(text, failure)
        guard rest.first == UInt8(ascii: " ") else { throw failure("a second name is expected after the first") }
        return (old, try PatchName(rest.dropFirst(), endsAtTab: false, failure: failure).bytes)
    }

    /// Nil when they are not the same file, nor the two ends of the rename.
    static func stripped(_ old: [UInt8], _ new: [UInt8], _ from: [UInt8]?, _ to: [UInt8]?) -> PatchNames? {
        for pair in prefixes where old.starts(with: pair.old) && new.starts(with: pair.new) {
            let names = PatchNames(
                old: Array(old.dropFirst(pair.old.count)), new: Array(new.dropFirst(pair.new.count)), prefixes: pair)
            guard !names.old.isEmpty, !names.new.isEmpty else { continue }
            if names.old == from ?? names.new, names.new == to ?? names.old { return names }
        }
        return nil
    }
}
