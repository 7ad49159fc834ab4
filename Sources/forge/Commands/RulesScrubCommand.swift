// `forge rules scrub`: a text from outside made harmless, and what was found in it. What was found is a signal; the text is scrubbed the
// same whether anything was found or not.

import ForgeCore
import ForgeCrypto
import ForgeRules
import ForgeSystem

extension RulesCommands {
    /// A text for one person's eyes; services scrub what they have already limited.
    private static let textBytesMax = 64 << 20

    static let scrub = CommandSpecification(
        "rules scrub", "make a text from outside harmless to read",
        details: """
            Reads a text on standard input and writes it scrubbed, between two lines with a random marker; what was found goes to standard error.
            --jsonl reads {"id", "text"} a line and writes {"id", "injection", "rules", "text"}, in order; a bad line gets an "error".
            'injection' and 'rules' are a signal and no wall: known shapes are found, new ones are not, and the text is scrubbed either way.
            --source is for diffs, files and logs, in which markup hides nothing and must stay as it is.
            Exit codes: 0 scrubbed, whatever was found, 2 a pack that does not load, 3 failed.
            """,
        options: [
            .init("jsonl", nil, "JSON lines in and out"), .init("source", nil, "the text is shown as it is, not as Markdown"),
            .init("bare", nil, "without the lines around the text"), .rulesDir,
        ]
    ) { arguments, context in
        let rules = try RulePacks.load(arguments, context).compiled(context) { $0.pack == InjectionDetector.pack && $0.subject == .text }
        let detector = InjectionDetector(rules)
        let scrubber = TextScrubber(form: arguments.has("source") ? .source : .prose)
        let isBare = arguments.has("bare")
        if arguments.has("jsonl") {
            try JSONLines.answer(context) { request, id in
                guard case .string(let text)? = request["text"] else { throw JSONLineProblem("'text' is a text") }
                return try answer(text, id, scrubber, detector, isBare: isBare)
            }
        } else {
            try scrubInput(scrubber, detector, isBare: isBare, context)
        }
        return .ok
    }

    private static func answer(
        _ text: String, _ id: JSON?, _ scrubber: TextScrubber, _ detector: InjectionDetector, isBare: Bool
    ) throws -> JSON {
        let signals = detector.signals(in: text)
        let scrubbed = scrubber.scrub(text).text
        var members: [JSON.Member] = [
            .init("id", id ?? .null), .init("injection", .bool(signals.isInjection)),
            .init("rules", .array(signals.rules.map { .string($0) })),
            .init("text", .string(isBare ? scrubbed : try wrapped(scrubbed))),
        ]
        if !signals.problems.isEmpty {
            members.append(.init("problems", .array(signals.problems.map(\.description).sorted().map { .string($0) })))
        }
        return .object(members)
    }

    private static func scrubInput(
        _ scrubber: TextScrubber, _ detector: InjectionDetector, isBare: Bool, _ context: CommandContext
    ) throws {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.readAll(0, name: "standard input", bytesMax: textBytesMax)
        } catch {
            throw CommandFailure.failed("\(error)")
        }
        let scrubbed = scrubber.scrub(bytes)
        try context.print(isBare ? scrubbed.text : try wrapped(scrubbed.text))
        for note in scrubbed.notes { context.note("scrubbed: \(note.kind.rawValue) (\(note.count))") }
        let signals = detector.signals(in: String(decoding: bytes, as: UTF8.self))
        for rule in signals.rules { context.note("looks like an injection: \(rule)") }
        for problem in signals.problems { context.note("\(problem)") }
    }

    private static func wrapped(_ text: String) throws -> String {
        do throws(CryptoError) {
            // Enough for any marker: it is made longer only when the text holds it.
            let bytes = try RandomBytes.system.generate(count: 16)
            return Envelope(around: text) { Array(bytes.prefix($0)) }.wrap(text)
        } catch {
            throw CommandFailure.failed("random bytes: \(error)")
        }
    }
}
