// What a value may be, and how it is read. A type must never accept what its shape in the schema refuses, or the other way.

import ForgeCore
import ForgeYAML

/// How to read a `Value`, and what it looks like.
struct ValueType<Value> {
    let shape: ValueShape
    let read: (YAMLNode) throws(Complaint) -> Value

    var isList: Bool {
        if case .list = shape { true } else { false }
    }

    /// A default or an example, both written in the program: one that does not fit is a mistake in it.
    func value(ofText text: String) -> Value {
        if let word = wordNode(text) {
            do throws(Complaint) { return try read(word) } catch {
                preconditionFailure("the default '\(text)' does not fit its own type: \(error)")
            }
        }
        do {
            return try read(parseYAML(text))
        } catch {
            preconditionFailure("the default or example '\(text)' does not fit its own type: \(error)")
        }
    }
}

/// Most defaults are one word or nothing at all, which needs no parser: they are read for every key of every file.
private func wordNode(_ text: String) -> YAMLNode? {
    let start = YAMLPosition(line: 1, column: 1)
    if text == "[]" { return YAMLNode(position: start, content: .sequence([])) }
    let isWord = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
    return isWord ? YAMLNode(position: start, content: .scalar(YAMLScalar(text, .plain))) : nil
}

/// What is wrong with a value: the end of a sentence that begins with its key, and what to do. It never quotes the value.
struct Complaint: Error, Equatable {
    let what: String
    let advice: String
    /// Of the part that is wrong; nil where that is the whole value.
    let position: YAMLPosition?

    init(_ what: String, _ advice: String, at position: YAMLPosition? = nil) {
        self.what = what
        self.advice = advice
        self.position = position
    }
}

// MARK: Switches and numbers

extension ValueType<Bool> {
    static var bool: ValueType<Bool> {
        ValueType(shape: .bool) { node throws(Complaint) in
            guard case .scalar(let scalar) = node.content, case .bool(let value) = scalar.core else {
                throw Complaint("is neither true nor false", "write true or false, without quotes")
            }
            return value
        }
    }
}

extension ValueType<Int> {
    static func int(_ range: ClosedRange<Int>) -> ValueType<Int> {
        ValueType(shape: .int(range)) { node throws(Complaint) in
            let advice = "give one from \(range.lowerBound) to \(range.upperBound)"
            guard case .scalar(let scalar) = node.content, case .int(let value) = scalar.core else {
                throw Complaint("is not a whole number", advice)
            }
            guard range.contains(value) else { throw Complaint("is out of range", advice) }
            return value
        }
    }

    /// Bytes: `25MiB`, `2MB`, `1024`.
    static func size(_ range: ClosedRange<Int>) -> ValueType<Int> {
        ValueType(shape: .size(range)) { node throws(Complaint) in
            let advice = "give one from \(SizeText.format(range.lowerBound)) to \(SizeText.format(range.upperBound))"
            guard case .scalar(let scalar) = node.content, let value = SizeText.parse(scalar.text) else {
                throw Complaint("is not a size such as 25MiB, 2MB or 1024", advice)
            }
            guard range.contains(value) else { throw Complaint("is out of range", advice) }
            return value
        }
    }
}

extension ValueType<Double> {
    static func number(_ range: ClosedRange<Double>) -> ValueType<Double> {
        ValueType(shape: .number(range)) { node throws(Complaint) in
            let advice = "give one from \(range.lowerBound) to \(range.upperBound)"
            guard let value = number(in: node) else { throw Complaint("is not a number", advice) }
            guard range.contains(value) else { throw Complaint("is out of range", advice) }
            return value
        }
    }

    private static func number(in node: YAMLNode) -> Double? {
        guard case .scalar(let scalar) = node.content else { return nil }
        switch scalar.core {
        case .int(let value): return Double(value)
        case .float(let value): return value
        case .null, .bool, .string: return nil
        }
    }
}

extension ValueType<Duration> {
    static func duration(_ range: ClosedRange<Duration>) -> ValueType<Duration> {
        ValueType(shape: .duration(range)) { node throws(Complaint) in
            let advice = "give one from \(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
            guard case .scalar(let scalar) = node.content, let value = DurationText.parse(scalar.text) else {
                throw Complaint("is not a time such as 60s, 15m, 14d or 1h30m", advice)
            }
            guard range.contains(value) else { throw Complaint("is out of range", advice) }
            return value
        }
    }
}

// MARK: Words and lists

extension ValueType<String> {
    /// One line of text; any scalar will do, since a project may be called 2048 or true.
    static func text(bytesMax: Int = 1_000) -> ValueType<String> {
        ValueType(shape: .text(pattern: nil)) { node throws(Complaint) in
            let text = try scalarText(node, bytesMax: bytesMax)
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw Complaint("holds a line end or another control character", "write it on one line")
            }
            return text
        }
    }

    /// Text of several lines, such as a script.
    static func script(bytesMax: Int = 10_000) -> ValueType<String> {
        ValueType(shape: .text(pattern: nil)) { node throws(Complaint) in
            let text = try scalarText(node, bytesMax: bytesMax)
            guard !text.unicodeScalars.contains("\0") else { throw Complaint("holds a zero byte", "remove it") }
            return text
        }
    }

    /// A name that also stands in addresses and in variables.
    static var identifier: ValueType<String> {
        ValueType(shape: .text(pattern: "^[a-z0-9][a-z0-9_-]{0,31}$")) { node throws(Complaint) in
            let text = try scalarText(node, bytesMax: 1_000)
            guard (1...32).contains(text.utf8.count), text.utf8.allSatisfy(isIdentifierByte), text.first != "-", text.first != "_" else {
                throw Complaint(
                    "is not a short name", "use up to 32 lower-case letters, digits, '-' and '_', beginning with a letter or digit")
            }
            return text
        }
    }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words that the type's cases are written as.
    static var choice: ValueType<Value> {
        let words = Value.allCases.map(\.rawValue)
        return ValueType(shape: .choice(words)) { node throws(Complaint) in
            guard case .scalar(let scalar) = node.content else { throw Complaint("is not one word", "write \(alternatives(words))") }
            if let value = Value(rawValue: scalar.text) { return value }
            let guess = Nearest.name(to: scalar.text, in: words).map { "did you mean \($0)?" }
            throw Complaint("is not \(alternatives(words))", guess ?? "write one of them")
        }
    }
}

extension ValueType {
    static func list<Element>(_ element: ValueType<Element>, countMax: Int = 100) -> ValueType<[Element]> where Value == [Element] {
        ValueType<[Element]>(shape: .list(element.shape)) { node throws(Complaint) in
            guard case .sequence(let nodes) = node.content else {
                throw Complaint("is not a list", "write it as [a, b], or each element on a line with '- '")
            }
            guard nodes.count <= countMax else { throw Complaint("has more than \(countMax) elements", "remove some") }
            var values: [Element] = []
            for (index, node) in nodes.enumerated() {
                do throws(Complaint) {
                    values.append(try element.read(node))
                } catch {
                    throw Complaint(
                        "has an element, number \(index + 1), that \(error.what)", error.advice, at: error.position ?? node.position)
                }
            }
            return values
        }
    }
}

/// `info, warning or error`.
private func alternatives(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.joined() }
    return words.dropLast().joined(separator: ", ") + " or " + last
}

/// The text of a scalar that says something.
func scalarText(_ node: YAMLNode, bytesMax: Int) throws(Complaint) -> String {
    guard case .scalar(let scalar) = node.content, scalar.core != .null else { throw Complaint("is not text", "write it in quotes") }
    guard !scalar.text.isEmpty else { throw Complaint("is empty", "give it, or leave the key out") }
    guard scalar.text.utf8.count <= bytesMax else { throw Complaint("is longer than \(bytesMax) bytes", "shorten it") }
    return scalar.text
}

private func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
}
