// Texts made of lines gone wrong: lines lost, doubled, swapped and cut, numbers changed, bytes turned over, line ends of another system.
// The same seed gives the same texts.

package struct LineMutator: Sendable {
    private let lines: [[UInt8]]
    /// Lines that have a meaning in this format, to stand where they should not.
    private let strays: [[UInt8]]

    package init(_ text: [UInt8], strays: [String]) {
        lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        self.strays = strays.map { Array($0.utf8) }
    }

    /// One to three changes.
    package func mutated(using random: inout SeededRandom) -> [UInt8] {
        var lines = lines
        for _ in 0...random.below(3) { change(&lines, &random) }
        var text = Array(lines.joined(separator: [0x0A]))
        if random.below(20) == 0 { text = Array(lines.joined(separator: [0x0D, 0x0A])) }
        if random.below(20) == 0 { text = Array(text.prefix(random.below(text.count + 1))) }
        return text
    }

    private func change(_ lines: inout [[UInt8]], _ random: inout SeededRandom) {
        let index = random.below(lines.count)
        switch random.below(8) {
        case 0 where lines.count > 1: lines.remove(at: index)
        case 1: lines.insert(lines[index], at: random.below(lines.count))
        case 2: lines.swapAt(index, random.below(lines.count))
        case 3: lines[index] = Array(lines[index].prefix(random.below(lines[index].count + 1)))
        case 4: lines.insert(random.element(of: strays), at: index)
        case 5: changeDigit(&lines[index], &random)
        case 6: lines[index] = random.element(of: strays) + lines[index]
        default: changeByte(&lines[index], &random)
        }
    }

    private func changeDigit(_ line: inout [UInt8], _ random: inout SeededRandom) {
        let digits = line.indices.filter { line[$0] >= 0x30 && line[$0] <= 0x39 }
        guard !digits.isEmpty else { return }
        let place = random.element(of: digits)
        let others = ["0", "1", "7", "99999999999999999999", "-1", ""].map { Array($0.utf8) }
        line.replaceSubrange(place...place, with: random.element(of: others))
    }

    private func changeByte(_ line: inout [UInt8], _ random: inout SeededRandom) {
        let byte = random.element(of: [0x00, 0x09, 0x0D, 0x20, 0x22, 0x2B, 0x2D, 0x2F, 0x5C, 0xFF, 0x40] as [UInt8])
        if line.isEmpty || random.below(2) == 0 {
            line.insert(byte, at: random.below(line.count + 1))
        } else {
            line[random.below(line.count)] = byte
        }
    }
}
