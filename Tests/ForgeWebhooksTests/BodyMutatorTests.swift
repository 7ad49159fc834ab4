// The mutator itself: a fuzz run proves nothing when the bodies are not what they are said to be.

import ForgeCore
import ForgeTestSupport
import Testing

struct BodyMutatorTests {
    private let body: JSON = ["name": "pear", "price": 35, "parts": ["stem", ["seeds": 5]]]

    /// What one mutation makes of the body, over many seeds.
    private func results(of mutation: BodyMutator.Mutation) -> Set<String> {
        let mutator = BodyMutator(body)
        return Set(
            (UInt64(0)..<200).map { seed in
                var random = SeededRandom(seed: seed)
                return String(decoding: mutator.apply(mutation, to: body.utf8, &random), as: UTF8.self)
            })
    }

    private static let samples: [(BodyMutator.Mutation, String)] = [
        (.nullForValue, #"{"name":"pear","price":null,"parts":["stem",{"seeds":5}]}"#),
        (.stringForNumber, #"{"name":"pear","price":"35","parts":["stem",{"seeds":5}]}"#),
        (.numberForString, #"{"name":9223372036854775808,"price":35,"parts":["stem",{"seeds":5}]}"#),
        (.oddNumber, #"{"name":"pear","price":35,"parts":["stem",{"seeds":1e400}]}"#),
        (.otherForValue, #"{"name":"pear","price":35,"parts":[[null],{"seeds":5}]}"#),
        (.deletion, #"{"name":"pear","parts":["stem",{"seeds":5}]}"#),
        (.deletion, #"{"name":"pear","price":35}"#),
        (.deletion, #"{"name":"pear","price":35,"parts":["stem",{}]}"#),
        (.repetition, #"{"name":"pear","price":35,"price":35,"parts":["stem",{"seeds":5}]}"#),
        (.nesting, #"{"name":"pear","price":[[[35]]],"parts":["stem",{"seeds":5}]}"#),
        (.truncation, #"{"name":"pear","pri"#),
        (.byteOrderMark, "\u{FEFF}" + #"{"name":"pear","price":35,"parts":["stem",{"seeds":5}]}"#),
        (.loneSurrogate, #"{"name":"pear","price":35,"parts":["\ud83dstem",{"seeds":5}]}"#),
        (.invalidUTF8, "{\"name\":\"\u{FFFD}pear\",\"price\":35,\"parts\":[\"stem\",{\"seeds\":5}]}"),
    ]

    @Test(arguments: samples)
    func `each mutation makes what its name says`(_ mutation: BodyMutator.Mutation, _ expected: String) {
        #expect(results(of: mutation).contains(expected))
    }

    @Test func `huge strings and stray bytes come too`() {
        #expect(results(of: .hugeString).contains { $0.utf8.count > 10_000 })
        #expect(results(of: .strayByte).count > 50)
    }

    @Test func `the same seed gives the same bodies, another seed others`() {
        func bodies(_ seed: UInt64) -> [[UInt8]] {
            var random = SeededRandom(seed: seed)
            let mutator = BodyMutator(body)
            return (0..<50).map { _ in mutator.mutated(using: &random) }
        }
        #expect(bodies(7) == bodies(7))
        #expect(bodies(7) != bodies(8))
    }

    @Test func `the numbers are SplitMix64's`() {
        var random = SeededRandom(seed: 1_234_567)
        #expect([random.next(), random.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
    }
}
