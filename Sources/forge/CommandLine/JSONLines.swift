// JSON lines in, JSON lines out: in order, each answer before the next question is read, and a bad line gets an `error` while the rest
// goes on.

import ForgeCore
import ForgeSystem

/// What is wrong with one line.
struct JSONLineProblem: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}

enum JSONLines {
    private static let lineBytesMax = 16 << 20

    /// Answers each line of standard input; blank ones have no answer.
    static func answer(_ context: CommandContext, _ answer: (JSON, JSON?) throws -> JSON) throws {
        var reader = LineReader(bytesMax: lineBytesMax)
        while true {
            let line: [UInt8]
            do throws(SystemError) {
                guard let next = try reader.next() else { return }
                line = next
            } catch {
                guard error.isTooLarge else { throw CommandFailure.failed("standard input: \(error.message)") }
                try context.print(problem("the line is longer than \(lineBytesMax) bytes", id: nil))
                continue
            }
            guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { continue }
            try context.print(self.answer(to: line, answer))
        }
    }

    private static func answer(to line: [UInt8], _ answer: (JSON, JSON?) throws -> JSON) throws -> String {
        let request: JSON
        do throws(JSONError) {
            request = try JSONParser.parse(line, limits: JSONLimits(depthMax: 16)).value
        } catch {
            return problem("the line is no JSON: \(error)", id: nil)
        }
        do {
            return try answer(request, request["id"]).text
        } catch let failure as JSONLineProblem {
            return problem(failure.message, id: request["id"])
        }
    }

    private static func problem(_ message: String, id: JSON?) -> String {
        JSON.object([.init("id", id ?? .null), .init("error", .string(message))]).text
    }
}
