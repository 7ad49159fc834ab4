// Layers at random, in pairs, through the front door: what comes out is what the directions say, by a second opinion, and nothing looser.
//
// A hundred thousand pairs in the ordinary run, in shares that run beside each other. The seed of a pair is in the message.

import ForgeConfig
import ForgeCore
import ForgeTestSupport
import Testing

@Suite struct LayerPairTests {
    private static let shares = 50
    private static let pairsInShare = 2_000

    @Test(arguments: 0..<shares)
    func `no pair of layers comes out looser than the upper one, and every attempt is told`(share: Int) {
        for number in 0..<Self.pairsInShare {
            let seed = UInt64(share * Self.pairsInShare + number)
            var random = SeededRandom(seed: seed)
            let keys = random.element(of: ModelKey.bySection)
            let above = RandomLayer(keys: keys, &random)
            let below = RandomLayer(keys: keys, &random)
            let isFloor = random.below(2) == 0
            if let problem = Self.problem(above, below, isFloor: isFloor) {
                Issue.record("seed \(seed): \(problem)")
                return
            }
        }
    }

    /// Nil when the pair comes out as it must.
    private static func problem(_ above: RandomLayer, _ below: RandomLayer, isFloor: Bool) -> String? {
        let upper: ConfigLayer = isFloor ? .floor(above.text, file: "floor.yml") : .organisation(above.text, file: "org.yml")
        let effective = EffectiveConfig.load([upper, .repository(below.text)])
        guard effective.problems.isEmpty else { return "\(effective.problems)" }
        let onlyBelow = below.values.filter { above.value(of: $0.key) == nil }
        for key in (above.values + onlyBelow).map(\.key) {
            guard let value = effective.value(key.name) else { return "\(key.name) is not decided" }
            let (expected, isAttempt) = expectation(key, above.value(of: key), below.value(of: key), isFloor: isFloor)
            guard key.isSame(value, expected) else { return "\(key.name) is \(value.text), not \(expected.text)" }
            let warned = effective.warnings.contains {
                $0.key == key.name && $0.source?.layer == .repository && $0.what.hasPrefix("loosens")
            }
            guard warned == isAttempt else { return "\(key.name): \(warned ? "told" : "did not tell") of an attempt" }
        }
        return nil
    }

    private static func expectation(_ key: ModelKey, _ above: JSON?, _ below: JSON?, isFloor: Bool) -> (JSON, isAttempt: Bool) {
        switch (above, below) {
        case (let above?, let below?): return (key.expected(above, below), key.isAttempt(above, below))
        case (let above?, nil):
            guard isFloor, let standard = key.standard, key.direction != .free else { return (above, false) }
            return (key.expected(above, standard), false)
        case (nil, let below?): return (below, false)
        case (nil, nil): return (key.standard ?? .null, false)
        }
    }

    @Test(arguments: UInt64(0)..<1_000)
    func `to say the same again changes nothing, and a further layer never gives back what was taken`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let keys = random.element(of: ModelKey.bySection)
        let layers = (0..<3).map { _ in RandomLayer(keys: keys, &random) }
        let organisation = ConfigLayer.organisation(layers[0].text, file: "org.yml")
        let one = EffectiveConfig.load([organisation])
        let twice = EffectiveConfig.load([organisation, .repository(layers[0].text)])
        #expect(one.config == twice.config && twice.warnings.isEmpty, "seed \(seed)")

        let two = EffectiveConfig.load([.floor(layers[1].text, file: "floor.yml"), organisation])
        let three = EffectiveConfig.load([.floor(layers[1].text, file: "floor.yml"), organisation, .repository(layers[2].text)])
        for key in keys where key.direction != .free && layers[0].value(of: key) != nil {
            guard let before = two.value(key.name), let after = three.value(key.name) else { continue }
            // Tighter or the same is what merging with it leaves as it is.
            #expect(key.isSame(key.expected(before, after), after), "seed \(seed): \(key.name) went from \(before.text) to \(after.text)")
        }
    }

    @Test(arguments: UInt64(0)..<500)
    func `the order in which layers are handed over does not matter`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let keys = random.element(of: ModelKey.bySection)
        let texts = (0..<4).map { _ in RandomLayer(keys: keys, &random).text }
        let layers: [ConfigLayer] = [
            .defaults(texts[0], file: "defaults.yml"), .floor(texts[1], file: "floor.yml"), .organisation(texts[2], file: "org.yml"),
            .repository(texts[3]),
        ]
        let sorted = EffectiveConfig.load(layers)
        let shuffled = EffectiveConfig.load(layers.shuffled(using: &random))
        #expect(sorted.config == shuffled.config && sorted.decisions == shuffled.decisions && sorted.warnings == shuffled.warnings)
    }
}

extension EffectiveConfig {
    func value(_ key: String) -> JSON? { decisions.first { $0.key == key }?.value }
}
