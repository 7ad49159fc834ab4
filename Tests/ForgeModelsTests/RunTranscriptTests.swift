// Which exchanges of a run make it again.

import ForgeCore
import ForgeModels
import Testing

@Suite struct RunTranscriptTests {
    private func kept(
        _ number: Int, _ step: String, failed: Bool = false, kind: String = "unavailable"
    ) -> (digest: String, json: JSON) {
        let ending = failed ? JSON.Member("failure", ["kind": .string(kind), "message": "down"]) : .init("reply", ["text": "ok"])
        let exchange = JSON.object([.init("number", JSON(number)), .init("step", .string(step)), .init("role", "reviewer"), ending])
        return ("d\(number)", ["schema": 1, "exchanges": [exchange]])
    }

    private func step(_ key: String, _ digests: String...) -> Step {
        Step(
            run: RunID(1), key: key, kind: "model", result: ["exchanges": .array(digests.map(JSON.string))],
            at: Timestamp(milliseconds: 0))
    }

    private func numbers(_ transcript: RunTranscript) -> [Int64] { transcript.exchanges.compactMap { $0["number"]?.integer } }

    @Test func `tries that failed and answers that were lost are left out, and the order is that of the run`() {
        let all = [
            kept(4, "b"), kept(1, "a", failed: true), kept(2, "a"), kept(3, "a"), kept(5, "c", failed: true), kept(6, "c", failed: true),
            kept(7, "d"), kept(8, "d"),
        ]
        let steps = [step("a", "d3"), step("b", "d4"), step("d", "d7", "d8"), step("e")]
        let transcript = RunTranscript(all, steps: steps)
        #expect(numbers(transcript) == [3, 4, 6, 7, 8], "c ended without a step, and the run went on with its last failure")
        #expect(transcript.leftOut == 3)
        let complete = RunTranscript(all, steps: steps, isComplete: true)
        #expect(numbers(complete) == Array(1...8) && complete.leftOut == 0)
    }

    @Test func `a question that was given up is left out, and what was said before it stays`() {
        let all = [
            kept(1, "a"), kept(2, "b", failed: true, kind: "cancelled"), kept(3, "c", failed: true),
            kept(4, "c", failed: true, kind: "cancelled"),
        ]
        let transcript = RunTranscript(all, steps: [step("a", "d1"), step("model.given_up")])
        #expect(numbers(transcript) == [1, 3] && transcript.leftOut == 2)
        #expect(numbers(RunTranscript(all, steps: [step("a", "d1")], isComplete: true)) == [1, 2, 3, 4])
    }

    @Test func `its text is a transcript, with an exchange to a line`() throws {
        let transcript = RunTranscript([kept(1, "a"), kept(2, "b", failed: true)], steps: [])
        #expect(transcript.text.split(separator: "\n").count == 4)
        let read = try ModelTranscript(json: JSONParser.parse(transcript.text))
        #expect(read.lines.map(\.role) == ["reviewer", "reviewer"])
        #expect(try JSONParser.parse(transcript.text) == transcript.json)
        let empty = RunTranscript([], steps: [])
        #expect(try ModelTranscript(json: JSONParser.parse(empty.text)).lines.isEmpty)
    }
}
