// `forge tests run` where folders are not as one expects them: names that look like addresses, a configuration that is no file, and a data
// folder that several commands find empty at the same moment.

import ForgeTestSupport
import Foundation
import Glibc
import Testing

@Suite(.timeLimit(.minutes(5))) struct TestsPlacesTests {
    private func environment(_ folder: TemporaryFolder) -> [String: String] {
        ["PATH": "/usr/bin:/bin", "FORGE_DATA": folder.path(of: "data")]
    }

    @Test(arguments: ["x@127.0.0.1:r", "a b", "100%25", "fünf"])
    func `a commit is tested whatever the folder of its repository is called`(_ name: String) async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/bwrap") else {
            print("skipped: bwrap is not on this machine")
            return
        }
        try await TemporaryFolder.with { folder in
            let path = folder.path(of: name)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let git = GitProgram(in: path)
            try git.run(["init", "-q", "-b", "main"])
            try Data("version: 1\nagents: {test: 'echo 1..1; echo ok 1 - a'}\n".utf8).write(to: URL(filePath: "\(path)/.forge.yml"))
            try git.run(["add", "-A"])
            try git.run(["commit", "-q", "-m", "Begin"])
            let result = try Program.run(["tests", "run", path, "--at", "HEAD"], environment: environment(folder))
            #expect(result.code == 0 && result.errors.contains("1 passed"), "\(result.errors)")
        }
    }

    @Test func `a configuration that is no file of its own is refused, and not waited for`() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path(of: ".forge.yml")
            let elsewhere = folder.path(of: "elsewhere")
            try Data("version: 1\nagents: {test: 'true'}\n".utf8).write(to: URL(filePath: elsewhere))
            let large = Data("version: 1 # \(String(repeating: "x", count: 1 << 20))\n".utf8)
            let makers: [() throws -> Void] = [
                { #expect(unsafe mkfifo(path, 0o600) == 0) },
                { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: elsewhere) },
                { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/stdin") },
                { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) },
                { try large.write(to: URL(filePath: path)) },
            ]
            for (number, make) in makers.enumerated() {
                try make()
                for command in ["run", "detect"] {
                    let result = try Program.run(["tests", command, folder.path], environment: environment(folder))
                    #expect(result.code == 2 && result.errors.contains("it is no file of at most"), "\(number): \(result.errors)")
                }
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }

    @Test func `the first commands in a data folder may be several at once`() async throws {
        try await TemporaryFolder.with { folder in
            let processes = try (0..<6).map { number in
                let process = Process()
                process.executableURL = URL(filePath: Program.path)
                process.arguments = ["token", "create", "--name", "t\(number)", "--role", "observer"]
                process.environment = environment(folder)
                process.standardInput = FileHandle.nullDevice
                process.standardOutput = FileHandle.nullDevice
                process.standardError = FileHandle.nullDevice
                try process.runAlone()
                return process
            }
            for process in processes { process.waitUntilExit() }
            #expect(processes.allSatisfy { $0.terminationReason == .exit && $0.terminationStatus == 0 })
            let listed = try Program.run(["token", "list", "--json"], environment: environment(folder))
            #expect(listed.output.split(separator: "\n").count == processes.count, "\(listed.output)")
        }
    }
}
