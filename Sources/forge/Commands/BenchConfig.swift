// `forge bench config`: what it takes to load the layers of one repository, from bytes to what holds.

import ForgeConfig
import ForgeCore
import ForgeSystem

enum BenchConfig {
    static let command = CommandSpecification(
        "bench config", "how long it takes to load a .forge.yml with every key, under a floor and an organisation's file",
        details: "Exit code 1 when the median of --rounds loads is above 2 ms.",
        options: [.init("rounds", "N", "how many loads (default 1000)"), .json]
    ) { arguments, context in
        let rounds = try arguments.integer("rounds", in: 1...1_000_000, default: 1_000)
        let text = Array(RepositoryConfig.example.utf8)
        let small = Array("review: {min_severity: low}\nscope: {deny: [src/billing/**], max_files: 20}\n".utf8)
        let sides: [(name: String, layers: [ConfigLayer])] = [
            ("every key, three layers", [.floor(small, file: "floor.yml"), .organisation(small, file: "org.yml"), .repository(text)]),
            ("every key, one layer", [.repository(text)]), ("two lines, one layer", [.repository(small)]), ("no file", []),
        ]
        var medians: [Double] = []
        for side in sides {
            let nanoseconds = (0..<rounds).map { _ in
                let began = MonotonicClock.nanoseconds
                precondition(EffectiveConfig.load(side.layers).problems.isEmpty, "the example can be used")
                return MonotonicClock.nanoseconds - began
            }
            medians.append(Double(nanoseconds.sorted()[rounds / 2]) / 1e6)
            if !arguments.has("json") { try context.print("\(side.name): median \(JSON(medians[medians.count - 1], decimals: 3).text) ms") }
        }
        let isGood = medians[0] <= 2
        if arguments.has("json") {
            let figures = zip(sides, medians).map {
                JSON.object([.init("files", .string($0.name)), .init("milliseconds", JSON($1, decimals: 3))])
            }
            try context.show(["schema": 1, "bench": "config", "rounds": JSON(rounds), "loads": .array(figures), "passed": .bool(isGood)])
        }
        return isGood ? .ok : .refused
    }
}
