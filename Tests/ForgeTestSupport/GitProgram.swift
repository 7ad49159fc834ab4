// The git of this machine, to hold our own reading of paths and patches against. It must never see the settings of whoever runs the tests.

package struct GitProgram: Sendable {
    package let folder: String

    /// In a folder that is there already.
    package init(in folder: String) { self.folder = folder }

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// The program's output; exit codes besides the expected ones are failures.
    @discardableResult
    package func run(_ arguments: [String], input: [UInt8] = [], codes: Set<Int32> = [0]) throws -> [UInt8] {
        let environment = [
            "PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000",
        ]
        let run = try ProcessRun("/usr/bin/git", arguments, in: folder, environment: environment, input: input)
        guard codes.contains(run.code) else {
            throw Failure(description: "git \(arguments.joined(separator: " ")) ended with \(run.code): \(run.errors)")
        }
        return run.output
    }

    /// The output without its last line feed.
    package func text(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let output = try run(arguments, input: input)
        return String(decoding: output.last == 0x0A ? output.dropLast() : output[...], as: UTF8.self)
    }
}
