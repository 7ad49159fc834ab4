// Which entry of a list of models a model's name belongs to. It must never take one model for another: `o3-pro` costs ten times what `o3`
// does, and `claude-opus-5-5` is not `claude-opus-5`.

package enum ModelName {
    /// The name itself, or the same with a date or `-latest` behind it. A name that ends in `-` stands for all of a family.
    package static func isOne(_ model: String, of entry: String) -> Bool {
        guard !entry.isEmpty, model.hasPrefix(entry) else { return false }
        let rest = Array(model.utf8.dropFirst(entry.utf8.count))
        return rest.isEmpty || entry.hasSuffix("-") || rest.elementsEqual("-latest".utf8) || isDate(rest)
    }

    /// `-20251001` or `-2025-10-01`: what providers put behind a name that stays.
    private static func isDate(_ rest: [UInt8]) -> Bool {
        let shape = rest.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") ? UInt8(ascii: "0") : $0 }
        return shape.elementsEqual("-00000000".utf8) || shape.elementsEqual("-0000-00-00".utf8)
    }
}

extension Sequence {
    /// The entry for a model: the one with the longest name that fits. A router's names (`maker/model`) are looked up with and without what
    /// stands before the last slash.
    package func entry(forModel model: String, named name: (Element) -> String) -> Element? {
        func longest(_ model: String) -> Element? {
            filter { ModelName.isOne(model, of: name($0)) }.max { name($0).utf8.count < name($1).utf8.count }
        }
        return longest(model) ?? model.lastIndex(of: "/").flatMap { longest(String(model[model.index(after: $0)...])) }
    }
}
