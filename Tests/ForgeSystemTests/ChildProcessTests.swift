// A program started, talked to, ended.

import Foundation
import Testing

@testable import ForgeSystem

@Suite struct ChildProcessTests {
    /// Runs a program to its end: what it wrote, and its exit code.
    private func run(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws -> (output: String, code: Int32) {
        var child = try ChildProcess.start(path, arguments: arguments, environment: environment, silencesErrors: true)
        child.closeInput()
        let output = try Files.readAll(child.output, name: "output", bytesMax: 1 << 20)
        return (String(decoding: output, as: UTF8.self), child.wait())
    }

    @Test func `the exit code and the output come back`() throws {
        let result = try run("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"])
        #expect(result.output == "out\n" && result.code == 3)
        #expect(try run("/bin/true", []).code == 0)
    }

    @Test func `arguments arrive as they are`() throws {
        let odd = ["a b", "$HOME", "", "quote\"'", "né\n"]
        #expect(try run("/bin/sh", ["-c", "for a; do printf '<%s>' \"$a\"; done", "sh"] + odd).output == odd.map { "<\($0)>" }.joined())
    }

    @Test func `the environment is what was given and nothing else`() throws {
        let output = try run("/usr/bin/env", [], environment: ["ONE": "1", "TWO": "a=b c"]).output
        #expect(output.split(separator: "\n").sorted() == ["ONE=1", "TWO=a=b c"])
    }

    @Test func `a child that reads to the end ends when its input is closed`() throws {
        #expect(try run("/bin/cat", []) == ("", 0))
    }

    @Test func `a child ended by a signal has 128 and the signal as its code`() throws {
        var child = try ChildProcess.start("/bin/cat", arguments: [], environment: [:])
        child.send(SIGKILL)
        #expect(child.wait() == 128 + SIGKILL)
        #expect(child.wait() == 128 + SIGKILL, "asking again gives the same")
    }

    @Test func `a program that is not there is an error and leaves no descriptor open`() throws {
        let before = try openDescriptors()
        for _ in 0..<20 {
            let error = #expect(throws: SystemError.self) {
                _ = try ChildProcess.start("/nowhere/program", arguments: [], environment: [:])
            }
            #expect(error?.isMissing == true && error?.description == "start /nowhere/program: No such file or directory")
        }
        // Other tests open and close some at the same time, but not forty.
        #expect(try openDescriptors() < before + 40)
    }

    @Test func `a child does not outlive its owner`() throws {
        var identifier: Int32 = 0
        do {
            let child = try ChildProcess.start("/bin/cat", arguments: [], environment: [:])
            identifier = child.identifier
            #expect(Files.exists("/proc/\(identifier)"))
        }
        #expect(!Files.exists("/proc/\(identifier)"))
    }

    @Test func `a child inherits no descriptor but its three`() throws {
        let pipe = Pipe()
        let output = try run("/bin/sh", ["-c", "cd /proc/self/fd && echo *"], environment: ["PATH": "/bin"]).output
        withExtendedLifetime(pipe) {}
        let numbers = output.split { !$0.isNumber }.compactMap { Int($0) }
        #expect(numbers.filter { $0 < 3 } == [0, 1, 2])
    }

    private func openDescriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
}
