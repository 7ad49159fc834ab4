// What a run kept of its exchanges as one transcript that makes the same run again. Pure: it is handed what was kept, and the steps.
//
// A run asks more than it uses: a try that failed is made again, and a process that is killed asks once more. Of a step that came to its end
// those exchanges count that it names; of one that did not, the last, since that is what the run went on with. What was cancelled is never
// played: nobody waited for it any more, and whoever hears of it would stop as if they were told to.

package import ForgeCore

package struct RunTranscript: Hashable, Sendable {
    /// In the order in which they ended.
    package private(set) var exchanges: [JSON]
    /// How many were kept and are not in it.
    package private(set) var leftOut: Int

    /// - Parameter kept: artifacts by their digest, each a transcript of one exchange.
    /// - Parameter isComplete: nothing is left out: for who wants to see it all, rather than play it.
    package init(_ kept: [(digest: String, json: JSON)], steps: [Step], isComplete: Bool = false) {
        let all = kept.flatMap { kept in
            (kept.json["exchanges"]?.array ?? []).map { Line(digest: kept.digest, exchange: $0) }
        }.sorted { $0.number < $1.number }
        let used = isComplete ? all : Self.used(all, steps)
        exchanges = used.map(\.exchange)
        leftOut = all.count - used.count
    }

    private struct Line {
        var digest: String
        var exchange: JSON

        var number: Int64 { exchange["number"]?.integer ?? 0 }
        var step: String { exchange["step"]?.string ?? "" }
        var isCancelled: Bool { exchange["failure"]?["kind"]?.string == "cancelled" }
    }

    private static func used(_ all: [Line], _ steps: [Step]) -> [Line] {
        let stored = Set(steps.map(\.key))
        let named = Set(steps.flatMap(\.exchanges))
        let ended = all.filter { !$0.isCancelled }
        let last = Dictionary(ended.map { ($0.step, $0.number) }) { max($0, $1) }
        return ended.filter { line in
            stored.contains(line.step) ? named.contains(line.digest) : last[line.step] == line.number
        }
    }

    /// One exchange to a line.
    package var text: String {
        "{\"schema\":1,\"exchanges\":[\n" + exchanges.map(\.text).joined(separator: ",\n") + "\n]}\n"
    }

    package var json: JSON { ["schema": 1, "exchanges": .array(exchanges)] }
}
