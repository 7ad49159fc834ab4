// Puts examples together, so that no well-formed credential stands in a pack: `{{}}` is nothing, `{{a*36}}` repeats, `{{random:hex:40:7}}`
// draws seeded characters. The same example must always come out as the same bytes.

/// Makes a part of an example from its arguments and from what stands before it; nil when the arguments do not fit.
typealias ExampleFunction = @Sendable (_ arguments: [String], _ before: [UInt8]) -> [UInt8]?

struct ExampleText {
    private static let functions: [String: ExampleFunction] = SecretExamples.functions.merging(["random": random]) { _, _ in
        preconditionFailure("two example functions have one name")
    }
    private let bytesMax: Int

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// The bytes, or a sentence on why they cannot be made. `{{` before a space, as templates have it, is left as it is.
    func assembled(_ text: String) -> Result<[UInt8], ExampleProblem> {
        let source = Array(text.utf8)
        var made: [UInt8] = []
        var rest = source[...]
        while let open = Self.firstPair(Byte.openBrace, in: rest) {
            made += rest[..<open]
            let inside = rest[(open + 2)...]
            guard let close = Self.firstPair(Byte.closeBrace, in: inside) else {
                rest = rest[open...]
                break
            }
            switch part(Array(inside[..<close]), before: made) {
            case .success(let bytes?): made += bytes
            case .success(nil): made += rest[open..<(close + 2)]
            case .failure(let problem): return .failure(problem)
            }
            rest = rest[(close + 2)...]
            guard made.count <= bytesMax else { break }
        }
        made += rest
        return made.count <= bytesMax ? .success(made) : .failure(ExampleProblem("an example has at most \(bytesMax) bytes"))
    }

    /// Nil for what is no part of ours.
    private func part(_ inside: [UInt8], before: [UInt8]) -> Result<[UInt8]?, ExampleProblem> {
        if inside.isEmpty { return .success([]) }
        if inside.contains(Byte.space) { return .success(nil) }
        let text = String(decoding: inside, as: UTF8.self)
        if let star = text.lastIndex(of: "*"), let count = Int(text[text.index(after: star)...]), count >= 0 {
            let repeated = Array(text[..<star].utf8)
            guard count <= bytesMax, repeated.count * count <= bytesMax else {
                return .failure(ExampleProblem("an example has at most \(bytesMax) bytes"))
            }
            var made: [UInt8] = []
            made.reserveCapacity(repeated.count * count)
            for _ in 0..<count { made += repeated }
            return .success(made)
        }
        var arguments = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard arguments.count > 1, arguments[0].utf8.allSatisfy({ Byte.isName($0) || $0 == Byte.minus }) else { return .success(nil) }
        let name = arguments.removeFirst()
        guard let function = Self.functions[name] else {
            let known = Self.functions.keys.sorted().joined(separator: ", ")
            return .failure(ExampleProblem("'{{\(name):' is not known here; there are \(known)"))
        }
        guard let bytes = function(arguments, before) else {
            return .failure(ExampleProblem("'{{\(text)}}' has arguments that do not fit"))
        }
        return .success(bytes)
    }

    private static func firstPair(_ byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            if bytes[index] == byte, bytes[index + 1] == byte { return index }
            index += 1
        }
        return nil
    }

    private static let alphabets: [String: String] = [
        "digits": "0123456789", "hex": "0123456789abcdef", "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "lower": "abcdefghijklmnopqrstuvwxyz",
        "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "base62": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "base64": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    ]

    /// `random:ALPHABET:COUNT:SEED`
    private static let random: ExampleFunction = { arguments, _ in
        guard arguments.count == 3, let letters = alphabets[arguments[0]].map({ Array($0.utf8) }), let count = Int(arguments[1]),
            let seed = UInt64(arguments[2]), (0...65_536).contains(count)
        else { return nil }
        var state = seed
        return (0..<count).map { _ in letters[Int(truncatingIfNeeded: nextRandom(&state) % UInt64(letters.count))] }
    }
}

struct ExampleProblem: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}

/// SplitMix64, <https://prng.di.unimi.it/splitmix64.c>: the same on every machine and for ever, which `RandomNumberGenerator` does not promise.
func nextRandom(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
}
