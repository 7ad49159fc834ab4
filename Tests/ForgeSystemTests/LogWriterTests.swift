// Log lines: in order, bounded, and one line each whatever stands in them.

import ForgeCore
import Foundation
import Testing

@testable import ForgeSystem

@Suite struct LogWriterTests {
    private static let moment = Timestamp(milliseconds: 1_767_225_600_000 + 45_296_789)
    private static let clock = WallClock { moment }

    private func format(_ line: LogLine, _ format: LogWriter.Format) -> String {
        String(decoding: LogFormat.bytes(of: line, at: Self.moment, as: format), as: UTF8.self)
    }

    @Test func `the JSON form is one object a line, without empty fields`() {
        let line = LogLine(
            level: .warning, part: "store", message: "slow", fields: [.init("ms", 12), .init("none", .null), .init("path", "/a b")])
        #expect(
            format(line, .json)
                == #"{"time":"2026-01-01T12:34:56.789Z","level":"warning","part":"store","message":"slow","ms":12,"path":"/a b"}"# + "\n")
    }

    @Test func `the text form has the time, the level, the part, the message and the fields`() {
        let line = LogLine(
            level: .info, part: "http", message: "listening",
            fields: [.init("address", "http://127.0.0.1:80"), .init("none", .null), .init("why", "two words"), .init("n", 3)])
        #expect(
            format(line, .text(colours: false))
                == "12:34:56.789 info    http      listening address=http://127.0.0.1:80 why=\"two words\" n=3\n")
        let coloured = format(LogLine(level: .error, part: "p", message: "m"), .text(colours: true))
        #expect(coloured.contains("\u{1B}[31merror"))
        let plain = coloured.components(separatedBy: "\u{1B}[").enumerated().map { index, part in
            index == 0 ? part : String(part.drop { $0 != "m" }.dropFirst())
        }
        #expect(plain.joined() == "12:34:56.789 error   p         m\n")
    }

    @Test func `a reader that stands still does not keep the writer from ending`() {
        let reader = DelayedReader()
        let writer = LogWriter(descriptor: reader.descriptor, format: .json, clock: Self.clock)
        let log = writer.log(level: .info)
        for _ in 0..<20 { log.info("fill", [.init("text", .string(String(repeating: "x", count: 10_000)))]) }
        writer.finish(withinSeconds: 0.05)
        reader.release()
        writer.finish(withinSeconds: 60)
    }

    static let hostile = [
        "two\nlines", "a\rb", "\u{1B}[2J\u{1B}[31mred", "bell\u{7}", "nul\u{0}", "tab\there", "del\u{7F}", "one byte CSI \u{9B}2J",
        "next line \u{85}", "line \u{2028} paragraph \u{2029}", "right \u{202E}to left", "isolate \u{2066}x\u{2069}", "crlf\r\nend",
        "é and \u{1F600} stay", "back\\slash \"quote\"",
    ]

    @Test(arguments: hostile)
    func `nothing in a message or field breaks the line or the terminal`(_ text: String) throws {
        let line = LogLine(
            level: .error, part: "p", message: text,
            fields: [.init("bare", .string(text.replacing(" ", with: ""))), .init("spaced", .string("a " + text))])
        for form in [LogWriter.Format.json, .text(colours: false)] {
            let out = format(line, form)
            #expect(out.unicodeScalars.last == "\n")
            let bad = out.unicodeScalars.dropLast().filter { scalar in
                scalar.properties.generalCategory == .control || (0x2028...0x202E).contains(scalar.value)
                    || (0x2066...0x2069).contains(scalar.value)
            }
            #expect(bad.isEmpty, "\(out.debugDescription)")
        }
        let json = try JSONParser.parse(format(line, .json))
        #expect(json["message"]?.string == text)
        #expect(json["spaced"]?.string == "a " + text)
    }

    @Test func `harmless text stays readable`() {
        #expect(format(LogLine(level: .info, part: "p", message: "né \u{1F600} “q”"), .text(colours: false)).contains("né \u{1F600} “q”"))
        #expect(format(LogLine(level: .info, part: "p", message: "né \u{1F600} “q”"), .json).contains("né \u{1F600} “q”"))
    }

    @Test func `a field's name can break nothing either`() {
        let line = LogLine(level: .info, part: "p", message: "m", fields: [.init("a\nb\u{1B}", 1)])
        #expect(format(line, .text(colours: false)).unicodeScalars.filter { $0 == "\n" || $0 == "\u{1B}" }.count == 1)
    }

    @Test func `lines come out in the order they were logged, all of them`() throws {
        let reader = DelayedReader()
        reader.release()
        let writer = LogWriter(descriptor: reader.descriptor, format: .json, clock: Self.clock)
        let log = writer.log(level: .debug)
        for index in 0..<3000 {
            index % 7 == 0 ? log.error("line", [.init("n", JSON(index))]) : log.debug("line", [.init("n", JSON(index))])
        }
        writer.finish()
        #expect(try numbers(in: try reader.finish()) == Array(0..<3000))
    }

    @Test func `levels below the log's own say nothing and cost nothing`() throws {
        let reader = DelayedReader()
        reader.release()
        let writer = LogWriter(descriptor: reader.descriptor, format: .json, clock: Self.clock)
        let log = writer.log(level: .warning)
        func costly() -> String {
            Issue.record("the message of a line that nobody wants was made")
            return ""
        }
        log.info(costly())
        log.warning("heard", [.init("n", 1)])
        writer.finish()
        #expect(try numbers(in: try reader.finish()) == [1])
    }

    @Test func `a reader that does not read holds nobody up, and what is lost is counted`() throws {
        let reader = DelayedReader()
        let writer = LogWriter(descriptor: reader.descriptor, format: .json, clock: Self.clock, waitingMax: 10_000)
        let log = writer.log(level: .debug)
        // Some megabytes: more than a pipe holds and more than may wait. Nobody reads before all is logged.
        for index in 0..<30_000 { log.warning("line", [.init("n", JSON(index))]) }
        reader.release()
        writer.finish()
        let text = try reader.finish()
        let kept = try numbers(in: text)
        let dropped = try values(of: "count", in: text).reduce(0, +)
        #expect(kept == kept.sorted() && Set(kept).count == kept.count)
        #expect(dropped > 0 && kept.count + dropped == 30_000)
    }

    @Test func `a closed descriptor ends no process and no test`() {
        let writer = LogWriter(descriptor: -1, format: .json, clock: Self.clock)
        writer.log(level: .debug).error("nobody hears this")
        writer.finish()
    }

    @Test func `every text of a line is redacted before it is written, and the line stays whole`() throws {
        let reader = DelayedReader()
        reader.release()
        let writer = LogWriter(descriptor: reader.descriptor, format: .json, clock: Self.clock) {
            $0.replacing("n\"secret", with: "[gone]")
        }
        let log = writer.log(level: .debug)
        log.error(
            "a n\"secret", [.init("n\"secret", 1), .init("list", ["x\nn\"secret", 2, ["deep": "n\"secret"]]), .init("none", .null)])
        writer.finish()
        #expect(
            String(decoding: try reader.finish(), as: UTF8.self)
                == #"{"time":"2026-01-01T12:34:56.789Z","level":"error","part":"forge","message":"a [gone]","[gone]":1,"#
                + #""list":["x\n[gone]",2,{"deep":"[gone]"}]}"# + "\n")
    }

    private func numbers(in bytes: [UInt8]) throws -> [Int] { try values(of: "n", in: bytes) }

    private func values(of name: String, in bytes: [UInt8]) throws -> [Int] {
        try bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try JSONParser.parse(Array(line)).value[name]?.integer.map { Int($0) }
        }
    }
}
