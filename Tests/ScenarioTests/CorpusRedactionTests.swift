// Redaction by the rules alone, on labelled texts that are handed out beside the project and not with it. Without them there is nothing to
// measure here, and the test says so.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite struct CorpusRedactionTests {
    private struct Row {
        let id: String
        let text: String
        /// The part of the text that is secret.
        let secret: [UInt8]
    }

    /// Nil where the texts are not.
    private func rows() throws -> [Row]? {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().resolvingSymlinksInPath()
        let file = folder.appending(path: "../../../shared/corpora/secrets/dev.jsonl.gz").standardizedFileURL
        guard FileManager.default.fileExists(atPath: file.path) else {
            print("skipped: \(file.path) is not here")
            return nil
        }
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/gzip")
        gzip.arguments = ["-dc", file.path]
        let output = Pipe()
        gzip.standardOutput = output
        try gzip.runAlone()
        let lines = output.fileHandleForReading.readDataToEndOfFile().split(separator: 0x0A)
        gzip.waitUntilExit()
        return try lines.compactMap { line in
            let row = try JSONParser.parse(Array(line)).value
            guard let id = row["id"]?.string, let text = row["text"]?.string, let secret = row["secret"]?.string else { return nil }
            return Row(id: id, text: text, secret: Array(secret.utf8))
        }
    }

    @Test func `of no labelled secret twelve characters in a row are left`() throws {
        guard let rows = try rows() else { return }
        #expect(rows.count > 100)
        let input = rows.map { JSON.object([.init("id", .string($0.id)), .init("text", .string($0.text))]).text }.joined(separator: "\n")
        let run = try Program.run(["rules", "redact", "--jsonl"], input: input)
        #expect(run.code == 0, "\(run.errors)")
        let answers = try run.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)).value }
        #expect(answers.map { $0["id"]?.string } == rows.map(\.id))
        for (row, answer) in zip(rows, answers) {
            let left = windows(Array((answer["text"]?.string ?? "").utf8), of: min(12, row.secret.count))
            // A short secret goes as a whole.
            #expect(left.isDisjoint(with: windows(row.secret, of: min(12, row.secret.count))), "\(row.id)")
        }
    }

    private func windows(_ bytes: [UInt8], of width: Int) -> Set<ArraySlice<UInt8>> {
        bytes.count < width ? [] : Set((0...(bytes.count - width)).map { bytes[$0..<($0 + width)] })
    }
}
