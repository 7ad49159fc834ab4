// A room to run a script of .ci/ in: a PATH that holds only what a test puts there, so that each kind of machine can be played.
// Must never reach the real apt-get, sudo or swift: what is not put in the room does not exist.

import ForgeTestSupport
import Foundation

struct ScriptRoom {
    struct Outcome {
        let status: Int32
        let output: String
        /// What the stand-ins were called with, one call a line.
        let calls: [String]

        var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
    }

    /// Whether a terminal can be played: a chroot without /dev/pts has none to give.
    static let hasTerminals: Bool = {
        let terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
        if terminal >= 0 { close(terminal) }
        return terminal >= 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/script")
    }()

    private let folder: URL
    private var bin: URL { folder.appending(path: "bin") }
    private var log: URL { folder.appending(path: "calls") }

    /// A room with the tools that every Debian has.
    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "forge-scripts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "bin"), withIntermediateDirectories: true)
        for tool in ["bash", "awk", "cat", "dirname", "env", "grep", "mktemp", "nproc", "rm", "tail", "tee", "true"] { try link(tool) }
    }

    func remove() throws { try FileManager.default.removeItem(at: folder) }

    /// Puts the machine's own tool into the room.
    func link(_ tool: String) throws {
        let found = ["/usr/bin/", "/bin/"].map { $0 + tool }.first(where: FileManager.default.isExecutableFile(atPath:))
        guard let found else { throw CocoaError(.fileNoSuchFile) }
        try FileManager.default.createSymbolicLink(at: bin.appending(path: tool), withDestinationURL: URL(fileURLWithPath: found))
    }

    /// Puts a stand-in into the room: it notes its call, then does `body`.
    func stand(in name: String, _ body: String) throws {
        let script = "#!\(bin.path)/bash\necho \"\(name) $*\" >>'\(log.path)'\n\(body)\n"
        let file = bin.appending(path: name)
        try Data(script.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    /// Runs a script of .ci/ with no input or, `onTerminal`, as a person would.
    func run(_ script: String, _ arguments: [String] = [], environment: [String: String] = [:], onTerminal: Bool = false) throws -> Outcome
    {
        let path = Project.root.appending(path: ".ci").appending(path: script).path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: onTerminal ? "/usr/bin/script" : path)
        process.arguments = onTerminal ? ["-qec", "'\(path)'", "/dev/null"] : arguments
        process.environment = environment.merging(["PATH": bin.path, "TMPDIR": folder.path, "SHELL": "/bin/sh"]) { given, _ in given }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.runAlone()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let calls = FileManager.default.contents(atPath: log.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return Outcome(
            status: process.terminationStatus, output: String(decoding: said, as: UTF8.self),
            calls: calls.split(separator: "\n").map(String.init))
    }

    /// Makes a room, hands it over, and clears it away whatever happens.
    static func use<Result>(_ body: (ScriptRoom) throws -> Result) throws -> Result {
        let room = try ScriptRoom()
        defer {
            // try? because a folder left in the temporary directory fails no one.
            try? room.remove()
        }
        return try body(room)
    }
}
