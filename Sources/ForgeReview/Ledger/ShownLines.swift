// The new side of one file as the change shows it, found by what its lines say: whether the line that a finding was on is still there. Lines
// are compared without what formatters change; where a secret was masked, by what stands around it.

import ForgeCore

struct ShownLines: Sendable {
    private struct Place: Sendable {
        var number: Int
        var isAdded: Bool
    }

    private var places: [[UInt8]: [Place]] = [:]
    private static let mask = Array("•".utf8)

    init(_ file: FileChange) {
        for hunk in file.hunks {
            for line in hunk.lines {
                guard let number = line.newNumber else { continue }
                let text = normalised(String(decoding: line.text, as: UTF8.self))
                places[text, default: []].append(Place(number: number, isAdded: line.kind == .added))
            }
        }
    }

    /// The nearest of its kind.
    func line(of snippet: String, near number: Int) -> Int? {
        found(snippet).map(\.number).min { (abs($0 - number), $0) < (abs($1 - number), $1) }
    }

    /// It is there, and the change does not bring it.
    func isContext(_ snippet: String) -> Bool {
        let all = found(snippet)
        return !all.isEmpty && all.allSatisfy { !$0.isAdded }
    }

    private func found(_ snippet: String) -> [Place] {
        let wanted = normalised(snippet)
        guard !wanted.isEmpty else { return [] }
        if let exact = places[wanted] { return exact }
        let cut = Array("…".utf8)
        guard wanted.contains(Self.mask) || wanted.starts(with: cut) || wanted.suffix(cut.count).elementsEqual(cut) else { return [] }
        let parts = wanted.split(separator: Self.mask, omittingEmptySubsequences: false).map { Array($0.split(separator: cut).joined()) }
        return places.filter { Self.fits(parts, $0.key) }.flatMap(\.value)
    }

    /// The parts, in order.
    private static func fits(_ parts: [[UInt8]], _ line: [UInt8]) -> Bool {
        var rest = line[...]
        for part in parts where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }
}
