// What tests are run with, made of the settings: the sandbox and its limits, the way out for setup, and the workshop that tests of a commit
// have.

import ForgeConfig
import ForgeCore
import ForgeCrypto
import ForgeEngine
import ForgeGit
import ForgeSandbox
import ForgeSystem
import Glibc

struct TestsSetUp: Sendable {
    let settings: ServerSettings
    let bench: TestBench

    /// - Parameters:
    ///   - sandbox: for the folder that the tests run in: a person's own, or a worktree of ours.
    ///   - timeout: of the repository (`agents.limits.command_timeout`); the server's own limit holds as well.
    init(_ arguments: Arguments, _ settings: ServerSettings, _ sandbox: any Sandbox, timeout: Duration) throws {
        self.settings = settings
        var limits = settings.sandbox.limits
        limits.wallTime = min(limits.wallTime, timeout)
        if let text = arguments.value("time") {
            guard let time = DurationText.parse(text), time > .zero else {
                throw CommandFailure.badInput("--time takes a duration such as 30s, not '\(text)'")
            }
            limits.wallTime = time
        }
        let reruns = try arguments.integer("reruns", in: 0...20, default: 2)
        var own = TestBenchSettings(limits: limits, rerunsMax: reruns)
        // Without walls there is no other place for a home than its own.
        if settings.sandbox.kind == .none { own.homeInside = nil }
        bench = TestBench(sandbox: sandbox, settings: own) { Hex.encode(try RandomBytes.system.generate(count: 16)) }
    }

    func workshop(_ worktrees: any SourceWorktrees, _ ways: EgressAssembly) throws -> Workshop {
        Workshop(
            WorkshopDependencies(
                worktrees: worktrees, shelf: try settings.setupCache(), ways: ways, bench: bench, clock: ContinuousClock(),
                machine: SetupMachine.text(settings.sandbox)))
    }
}

extension ServerSettings {
    func setupCache() throws -> SetupCache {
        try Files.createFolder(data)
        let isGivenAway = sandbox.kind == .bubblewrap && geteuid() == 0
        var limits = SetupLimits()
        // No command can have made more.
        limits.entryBytesMax = min(limits.entryBytesMax, sandbox.limits.diskBytes)
        limits.reserveBytes = sandbox.limits.diskReserveBytes
        return try SetupCache(folder: "\(data)/setup", limits: limits, user: isGivenAway ? UInt32(sandbox.user) : nil)
    }
}

/// What of this machine the result of a setup depends on: another system, another compiler, another toolchain make another one.
enum SetupMachine {
    static func text(_ settings: SandboxSettings) -> String {
        let files = ["/etc/os-release", "/var/lib/dpkg/status"].map { path in
            // A system without them is told from others by what it has.
            (try? Files.read(path)).map { Hex.encode(SHA256.digest($0)) } ?? "none"
        }
        let toolchains = settings.readable.sorted().map { path in
            // One that is replaced in its place has another time; one that is not there has none.
            "\(path) \((try? Files.facts(Array(path.utf8), followsSymlink: true).changedAt) ?? 0)"
        }
        return (files + toolchains + [processor, settings.kind.rawValue]).joined(separator: "\n")
    }

    private static var processor: String {
        #if arch(arm64)
            "arm64"
        #else
            "x86_64"
        #endif
    }
}
