// `forge sandbox` as a person uses it, and what a terminal is shown of what runs inside.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@testable import forge

@Suite struct SandboxCommandTests {
    private func folder() throws -> String {
        let path = URL.temporaryDirectory.appending(path: "forge-sandbox-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    @Test func `a command's output comes out, and how it ended is said`() throws {
        let folder = try folder()
        let run = try Program.run(["sandbox", "run", "--worktree", folder, "--write", "--", "sh", "-c", "pwd; echo made >file"])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output == "/worktree\n")
        #expect(run.errors.hasPrefix("forge: exit 0, "), "\(run.errors)")
        #expect(FileManager.default.contents(atPath: folder + "/file") == Data("made\n".utf8))
        let refused = try Program.run([
            "sandbox", "run", "--worktree", folder, "--network", "none", "--", "sh", "-c", "echo x >file; exit 7",
        ])
        #expect(refused.code == 1)
        #expect(refused.errors.hasPrefix("forge: exit 7, "), "\(refused.errors)")
        #expect(FileManager.default.contents(atPath: folder + "/file") == Data("made\n".utf8))
    }

    @Test(arguments: [
        (["sandbox", "run"], "COMMAND is missing"), (["sandbox", "run", "--network", "all", "--", "true"], "--network is one of none"),
        (["sandbox", "run", "--memory", "much", "--", "true"], "--memory takes a size"),
        (["sandbox", "run", "--time", "soon", "--", "true"], "--time takes a duration"),
        (["sandbox", "run", "--env", "=x", "--", "true"], "--env takes NAME=VALUE"),
        (["sandbox", "run", "--worktree", "/nowhere/at/all", "--", "true"], "/nowhere/at/all: there is no such folder"),
        (["sandbox", "run", "--readable", "/nowhere/at/all", "--", "true"], "--readable /nowhere/at/all: there is no such folder"),
    ]) func `what cannot be meant is refused with a sentence`(words: [String], said: String) throws {
        let run = try Program.run(words)
        #expect(run.code == 2)
        #expect(run.errors.contains(said), "\(run.errors)")
    }

    @Test func `a program that is not there ends with 1, as the help says`() throws {
        let run = try Program.run(["sandbox", "run", "--worktree", try folder(), "--", "no-such-program"])
        #expect(run.code == 1 && run.errors.contains("forge: exit 127, "), "\(run)")
        #expect(try Program.run(["sandbox", "run", "--help"]).output.contains("no such program inside (exit 127)"))
    }

    @Test func `on a terminal the last line begins on a line of its own`() throws {
        let folder = try folder()
        let words = [Program.path, "sandbox", "run", "--worktree", folder, "--", "printf", "red"].joined(separator: " ")
        let process = Process()
        // It runs the words at a terminal of their own.
        process.executableURL = URL(filePath: "/usr/bin/script")
        process.arguments = ["-qec", words, "/dev/null"]
        process.environment = ["PATH": "/usr/bin:/bin"]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(said.contains("red\r\nforge: exit 0, "), "\(said)")
    }

    @Test func `every wall is shown by check and by the doctor`() throws {
        let run = try Program.run(["sandbox", "check", "--json"])
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        let walls = try run.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        #expect(walls.contains { $0["kind"] == "wall" && $0["wall"]?.string == "network" && $0["held"] == .bool(true) })
        // What was found on the machine has names of its own kind: limits are both there and tried.
        let names = walls.map { "\($0["kind"]?.string ?? "") \($0["wall"]?.string ?? "")" }
        #expect(Set(names).count == names.count && names.contains("machine limits") && names.contains("wall limits"), "\(names)")
        let doctor = try Program.run(["doctor"], environment: ["FORGE_LISTEN": "127.0.0.1:0"])
        #expect(doctor.output.contains("fine     wall network: "), "\(doctor.output)")
        let none = try Program.run(["sandbox", "check"], environment: ["FORGE_SANDBOX_KIND": "none"])
        #expect(none.code == 1)
        #expect(none.output.contains("without walls"))
        let help = try Program.run(["sandbox", "check", "--help"]).output
        #expect(help.contains("or there are none (sandbox.kind: none)"))
    }

    @Test func `nothing from inside moves a terminal's cursor, however it is cut`() {
        let bytes = Array("a\u{1B}[2Jb\tß\r\n\u{202E}€😀".utf8) + [0xFF, 0xC3]
        for size in 1...bytes.count {
            var text = TerminalText()
            var shown = ""
            for start in stride(from: 0, to: bytes.count, by: size) {
                shown += text.take(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            shown += text.finish()
            #expect(shown == "a\\u{1b}[2Jb\tß\n\\u{202e}€😀\u{FFFD}\u{FFFD}", "pieces of \(size)")
        }
    }
}
