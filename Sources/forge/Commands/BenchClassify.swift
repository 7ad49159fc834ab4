// `forge bench classify`: how many commands a second one core judges, and how fast texts without a secret pass the redactor, which everything
// does that leaves. Nothing here is run: commands are texts.

import ForgeCore
import ForgeCrypto
import ForgeRules
import ForgeSystem

enum BenchClassify {
    private static let commandsMin = 50_000.0
    private static let secretsCount = 20
    private static let textBytes = 1 << 20
    private static let textsCount = 50

    static let command = CommandSpecification(
        "bench classify", "how many commands a second one core judges, and how fast texts pass the redactor",
        details: """
            Judges the examples of the pack 'commands', one after the other, and redacts 50 MiB of source text in which none of 20 known
            secrets stands, --rounds times; the medians of the processor time count. Exit code 1 below 50,000 commands a second.
            """,
        options: [.init("rounds", "N", "how often each is measured (default 5)"), .rulesDir, .json]
    ) { arguments, context in
        let rounds = try arguments.integer("rounds", in: 1...999, default: 5)
        let pack = try RulePacks.load(arguments, context).commands()
        let commands = pack.rules.flatMap { $0.matches + $0.ignores }
        let classifier = CommandClassifier(pack)
        let perSecond = rate(rounds, of: commands.count) { for command in commands { _ = classifier.classify(command) } }
        let redactor = Redactor((0..<secretsCount).map { Secret(Array(Hex.encode(SHA256.digest(Array("\($0)".utf8))).utf8.prefix(40))) })
        let text = sourceText
        let bytesPerSecond = rate(rounds, of: textsCount * text.count) {
            for _ in 0..<textsCount {
                precondition(redactor.redact(text).redactions == 0, "none of the secrets is in the text")
            }
        }
        let isGood = perSecond >= commandsMin
        if arguments.has("json") {
            try context.show([
                "schema": 1, "bench": "classify", "rounds": JSON(rounds), "commands": JSON(commands.count),
                "commands_per_second": JSON(perSecond, decimals: 0), "redacted_bytes_per_second": JSON(bytesPerSecond, decimals: 0),
                "passed": .bool(isGood),
            ])
        } else {
            try context.print("classify: \(commands.count) commands, \(JSON(perSecond, decimals: 0).text) a second (bar: at least 50000)")
            try context.print("redact: \(secretsCount) known secrets, \(JSON(bytesPerSecond / 1e6, decimals: 0).text) MB/s without a hit")
        }
        return isGood ? .ok : .refused
    }

    /// How much of it is done in a second of processor time, in the median round.
    private static func rate(_ rounds: Int, of count: Int, _ work: () -> Void) -> Double {
        let nanoseconds = (0..<rounds).map { _ in
            let began = ProcessFacts.processorNanoseconds
            work()
            return ProcessFacts.processorNanoseconds - began
        }
        return Double(count) * 1e9 / Double(max(1, nanoseconds.sorted()[rounds / 2]))
    }

    /// Lines as a program has them, none twice.
    private static var sourceText: [UInt8] {
        var text: [UInt8] = []
        var line = 0
        while text.count < textBytes {
            text += "    let result\(line) = try compute(input[\(line % 97)], \"name-\(line)\", options.limit)  // step \(line % 7)\n".utf8
            line += 1
        }
        return text
    }
}
