// A search over bytes, against trying every place.

import ForgeTestSupport
import Testing

@testable import ForgeRules

@Suite struct ByteTextTests {
    @Test(arguments: UInt64(0)..<200)
    func `a text is found where it first stands`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func text(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0x61...0x62, using: &random) } }
        let whole = text(Int.random(in: 0...24, using: &random))
        let start = Int.random(in: 0...whole.count, using: &random)
        let slice = whole[start...]
        let needle = String(decoding: text(Int.random(in: 1...4, using: &random)), as: UTF8.self)
        let from = Int.random(in: start...whole.count, using: &random)
        let expected = (from...whole.count).first { whole[$0...].starts(with: needle.utf8) }
        #expect(slice.first(needle, from: from) == expected)
        #expect(
            String(decoding: slice, as: UTF8.self).has(needle) == (start...whole.count).contains { whole[$0...].starts(with: needle.utf8) })
        #expect(slice.first("") == nil)
    }
}
