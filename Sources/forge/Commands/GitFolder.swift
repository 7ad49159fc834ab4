// A temporary folder with the real git at work in it, apart from whatever git is set up to do on this machine: for what measures and what
// demonstrates. Nothing of it is left when its owner lets go of it.

import ForgeCore
import ForgeSystem

final class GitFolder: Sendable {
    let path: String
    /// The program.
    let git: String
    let environment: [String: String]

    /// - Parameter author: of commits, such as `Bench`.
    init(prefix: String, author: String, environment: [String: String], more: [String: String] = [:]) throws {
        let search = environment["PATH"] ?? "/usr/bin:/bin"
        guard let git = search.split(separator: ":").map({ "\($0)/git" }).first(where: Files.exists) else {
            throw CommandFailure.failed("there is no git on the PATH, and this needs one")
        }
        self.git = git
        path = try Files.createTemporaryFolder(prefix: prefix)
        let email = "\(author.lowercased())@example.com"
        let own = [
            "PATH": search, "HOME": path, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": email, "GIT_COMMITTER_NAME": author, "GIT_COMMITTER_EMAIL": email,
        ]
        self.environment = environment.merging(own) { _, own in own }.merging(more) { _, more in more }
    }

    deinit { remove(path) }

    /// What it says on standard output, without the last line end.
    @discardableResult
    func git(_ arguments: String...) throws -> String { try run(git, arguments) }

    @discardableResult
    func run(_ program: String, _ arguments: [String]) throws -> String {
        let (code, said) = try ended(program, arguments)
        guard code == 0 else { throw CommandFailure.failed("\(program) \(arguments.joined(separator: " ")) failed") }
        return String(decoding: said.last == 0x0A ? said.dropLast() : said[...], as: UTF8.self)
    }

    /// How a program ends that is run here.
    func ended(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: [UInt8]) {
        // A child begins in the folder of its parent; env takes it elsewhere.
        var child = try ChildProcess.start(
            "/usr/bin/env", arguments: ["-C", path, program] + arguments, environment: environment, silencesErrors: true)
        let said = try Files.readAll(child.output, name: program, bytesMax: 1 << 30)
        return (child.wait(), said)
    }

    /// `repository` is a folder in this one.
    func fastImport(_ stream: [UInt8], into repository: String) throws {
        try Files.write(stream, to: "\(path)/stream")
        try run("/bin/sh", ["-c", "exec \"$0\" -C \"$1\" fast-import --quiet < stream", git, repository])
    }

    func remove(_ folder: String) {
        // A folder left among the temporary files is no reason to fail.
        _ = try? ended("/bin/rm", ["-rf", "--", folder])
    }
}

/// How long it takes, in milliseconds.
func millisecondsTaken(by work: () throws -> Void) rethrows -> Double {
    let start = MonotonicClock.nanoseconds
    try work()
    return millisecondsTaken(since: start)
}

func millisecondsTaken(since start: UInt64) -> Double { Double(MonotonicClock.nanoseconds - start) / 1e6 }

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
