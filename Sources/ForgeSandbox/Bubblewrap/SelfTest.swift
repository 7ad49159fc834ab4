// Tries the walls of this machine before anything is trusted to them: one sandbox, made the way every other is, with a script inside that
// tries to get out, and things outside for it to get at. What it could not try counts as fallen.

import CSandbox
import ForgeBlocking
import ForgeCore

actor SelfTest {
    private let executor = BlockingExecutor(label: "forge.sandbox.self-test")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
    private var found: WallReport?

    /// Done by whoever asks first; the others wait.
    /// - Parameter readable: folders that every command may read.
    func report(readable: [String], _ run: @Sendable (SandboxCommand) throws(SandboxError) -> SandboxEnding) -> WallReport {
        if let found { return found }
        let began = forge_sandbox_nanoseconds()
        let walls: [Wall]
        do throws(SandboxError) {
            walls = try Self.attempt(readable, run)
        } catch {
            walls = [Wall(name: "self-test", isHeld: false, detail: error.message)]
        }
        let report = WallReport(walls: walls, duration: .nanoseconds(forge_sandbox_nanoseconds() - began))
        found = report
        return report
    }

    private static func attempt(
        _ readable: [String], _ run: (SandboxCommand) throws(SandboxError) -> SandboxEnding
    ) throws(SandboxError) -> [Wall] {
        var template = Array("/tmp/forge-walls-XXXXXX".utf8CString)
        guard unsafe template.withUnsafeMutableBufferPointer({ unsafe mkdtemp($0.baseAddress!) != nil }) else {
            throw .system("make a folder in /tmp", forge_sandbox_errno())
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { _ = unsafe forge_remove_tree(folder) }
        let worktree = folder + "/worktree"
        for path in [worktree, worktree + "/.git"] where unsafe mkdir(path, 0o755) != 0 {
            throw .system("make \(path)", forge_sandbox_errno())
        }
        let canary = folder + "/canary"
        for path in [canary, worktree + "/.git/config"] {
            guard try Descriptor.open(path, O_WRONLY | O_CREAT).write(Array("canary\n".utf8)[...]) else {
                throw .system("write \(path)", forge_sandbox_errno())
            }
        }
        let listeners = try Listeners(name: "forge-walls-\(getpid())-\(folder.suffix(6))")
        let limits = SandboxLimits(
            wallTime: .seconds(20), processorTime: .seconds(10), memoryBytes: 256 << 20, processes: 32, fileBytes: 8 << 20, openFiles: 99,
            diskReserveBytes: 0, outputBytes: 20_000, storedBytes: 1 << 20, scratchBytes: 1 << 20)
        let arguments =
            ["perl", "-e", WallProbes.script, canary, "\(listeners.port)", listeners.name, WallProbes.callNumbers] + readable
        let ending = try run(SandboxCommand(arguments: arguments, worktree: worktree, limits: limits))
        return walls(in: ending) + [written(worktree)]
    }

    /// One line a wall: name, `held` or `fallen`, what came of it.
    static func walls(in ending: SandboxEnding) -> [Wall] {
        let lines = String(decoding: ending.output, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        let said = Dictionary(lines.filter { $0.count == 3 }.map { ($0[0], Wall(name: $0[0], isHeld: $0[1] == "held", detail: $0[2])) }) {
            $0.isHeld ? $1 : $0
        }
        guard !said.isEmpty else {
            let words = lines.first?.joined(separator: " ") ?? "nothing"
            return [
                Wall(name: "self-test", isHeld: false, detail: "nothing could be tried: it ended with \(ending.exit) and said: \(words)")
            ]
        }
        return WallProbes.names.map { name in
            said[name] ?? Wall(name: name, isHeld: false, detail: "not tried: the script ended with \(ending.exit) before")
        }
    }

    /// The other way around: what is written there is there.
    private static func written(_ worktree: String) -> Wall {
        let isThere = KernelFile.read(worktree + "/written") == "inside\n"
        return Wall(name: "worktree", isHeld: isThere, detail: isThere ? "what is written inside is here" : "nothing can be written there")
    }
}

/// Sockets of this machine that nobody inside may reach.
private struct Listeners {
    let port: UInt16
    let name: String
    private let sockets: [Descriptor]

    init(name: String) throws(SandboxError) {
        var port: UInt16 = 0
        let network = unsafe forge_listen_loopback(&port)
        let abstract = unsafe forge_listen_abstract(name)
        sockets = [network, abstract].filter { $0 >= 0 }.map { Descriptor(owned: $0) }
        guard network >= 0, abstract >= 0 else { throw .system("listen on loopback", forge_sandbox_errno()) }
        self.port = port
        self.name = name
    }
}
