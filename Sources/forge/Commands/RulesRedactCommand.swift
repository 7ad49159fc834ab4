// `forge rules redact`: a text without the credentials in it. Known ones come from a file, never from the command line, where every process
// of the machine could read them.

import ForgeCore
import ForgeRules
import ForgeSystem

extension RulesCommands {
    static let redact = CommandSpecification(
        "rules redact", "take credentials out of a text",
        details: """
            Reads a text on standard input and writes it with each credential as [redacted:RULE]; how many goes to standard error.
            --jsonl reads {"id", "text"} a line and writes {"id", "text", "redactions"}, in order; a bad line gets an "error".
            --known names a file with one known secret a line. These are found in every form: as they are, reversed, in base64, hex, percent
            signs and escapes, over line wraps, and any twelve characters of them. Others are found by the rules of 'secrets'.
            Exit codes: 0 redacted, whatever was found, 2 a pack or a file that does not load, 3 failed.
            """,
        options: [
            .init("jsonl", nil, "JSON lines in and out"), .init("known", "FILE", "known secrets, one a line"), .rulesDir,
        ]
    ) { arguments, context in
        let rules = try RulePacks.load(arguments, context).compiled(context) { $0.subject == .text && $0.pack != InjectionDetector.pack }
        let redactor = TextRedactor(known: Redactor(try knownSecrets(arguments)), scanner: SecretScanner(rules))
        if arguments.has("jsonl") {
            try JSONLines.answer(context) { request, id in
                guard case .string(let text)? = request["text"] else { throw JSONLineProblem("'text' is a text") }
                let redacted = redactor.redact(Array(text.utf8))
                return [
                    "id": id ?? .null, "text": .string(String(decoding: redacted.bytes, as: UTF8.self)),
                    "redactions": JSON(redacted.redactions),
                ]
            }
        } else {
            try redactInput(redactor, context)
        }
        return .ok
    }

    private static func redactInput(_ redactor: TextRedactor, _ context: CommandContext) throws {
        var stream = TextRedactionStream(redactor)
        do throws(SystemError) {
            while let piece = try StandardStream.readPiece() {
                try StandardStream.write(stream.push(piece), to: StandardStream.output)
            }
            try StandardStream.write(stream.finish(), to: StandardStream.output)
        } catch {
            throw CommandFailure.failed("\(error)")
        }
        context.note("\(stream.redactions) redacted")
    }

    private static func knownSecrets(_ arguments: Arguments) throws -> [Secret] {
        guard let path = arguments.value("known") else { return [] }
        do throws(SystemError) {
            let lines = try Files.read(path, bytesMax: 16 << 20).split(separator: 0x0A)
            return lines.map { Secret(Array($0.last == 0x0D ? $0.dropLast() : $0)) }
        } catch {
            throw CommandFailure.badInput("--known: \(error)")
        }
    }
}
