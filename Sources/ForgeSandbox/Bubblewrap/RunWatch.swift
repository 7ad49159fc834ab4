// Watches one run from its start to its end, on the thread that started it: takes what it writes, looks at the clock and at what it uses,
// and ends it at a limit or when it was cancelled. It returns when every process of the run is gone, and never before.

import CSandbox
import ForgeCore

struct RunWatch {
    enum Stop: Equatable {
        case limit(SandboxLimit), cancelled
        /// Its processes could not be limited: the command was never reached.
        case unlimited(Int32)
    }

    /// What holds a command back until its processes are limited.
    struct Gate {
        let opener: Descriptor
        /// Whose processes they are, where that is not us.
        let user: UInt32?
    }

    struct Outcome {
        var stop: Stop?
        /// Its exit code, or 128 and the signal.
        var code: Int
        /// The command itself was reached: what failed before is the sandbox's own.
        var wasStarted: Bool
        var wallTime: Duration
        var meter: ResourceMeter
        var output: OutputKeeper
    }

    private static let lookInterval: UInt64 = 50_000_000
    private static let readsMax = 16

    let program: StartedProgram
    let output: Descriptor
    /// Where bwrap says which process is the first inside, and how it ended; nil without walls.
    let status: Descriptor?
    let gate: Gate?
    let cancelled: Descriptor
    let limits: SandboxLimits
    let tell: @Sendable ([UInt8]) -> Void

    private var meter: ResourceMeter
    /// Nil for what writes to no disk.
    private var disk: DiskWatch?
    private var keeper: OutputKeeper
    private var said: [UInt8] = []
    /// The first process inside: when it dies, the kernel ends all others there.
    private var first: (process: Int32, watched: Descriptor)?
    private var stop: Stop?
    private var isOutputOpen = true
    private var isStatusOpen = true
    /// Grows with what comes: most of what is run says little.
    private var buffer = [UInt8](repeating: 0, count: 4 << 10)
    private static let bufferMax = 64 << 10
    private let began = forge_sandbox_nanoseconds()
    private var looks: UInt64 = 0
    private var stopped: UInt64 = 0

    init(
        _ program: StartedProgram, output: Descriptor, status: Descriptor?, gate: Gate?, cancelled: Descriptor, meter: ResourceMeter,
        disk: DiskWatch?, keeper: OutputKeeper, tell: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.program = program
        self.output = output
        self.status = status
        self.gate = gate
        self.cancelled = cancelled
        self.meter = meter
        self.disk = disk
        self.keeper = keeper
        self.tell = tell
        limits = meter.limits
    }

    private var elapsed: UInt64 { forge_sandbox_nanoseconds() - began }

    mutating func run() -> Outcome {
        while true {
            let ready = wait()
            if ready.status { readStatus() }
            if ready.output { readOutput(Self.readsMax) }
            if ready.cancelled { end(.cancelled) }
            if ready.program { break }
            checkLimits()
        }
        let wallTime = Duration.nanoseconds(elapsed)
        if status == nil { killGroup() }
        readStatus()
        awaitFirst()
        // All writers are gone: what is in the pipe is all there will be.
        readOutput(Int.max)
        let (code, microseconds) = program.reap()
        meter.finish(microseconds: microseconds)
        if stop == nil, meter.isOutOfMemory { stop = .limit(.memory) }
        if stop == nil, keeper.isOver { stop = .limit(.output) }
        if stop == nil, code == 128 + Int(SIGXCPU) { stop = .limit(.processorTime) }
        // Also what was written since the last look.
        let ended = elapsed
        if stop == nil, let limit = disk?.look(at: nil, elapsed: ended) { stop = .limit(limit) }
        return Outcome(
            stop: stop, code: code, wasStarted: status == nil || Self.number(after: "\"exit-code\":", in: said) != nil,
            wallTime: wallTime, meter: meter, output: keeper)
    }

    // MARK: Waiting

    private func wait() -> (output: Bool, program: Bool, status: Bool, cancelled: Bool) {
        let numbers = [
            isOutputOpen ? output.number : -1, program.watched.number, isAwaitingFirst ? status?.number ?? -1 : -1,
            stop == nil ? cancelled.number : -1,
        ]
        var polled = numbers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let (now, end) = (elapsed, limits.wallTime.nanosecondCount)
        let pause = stop == nil ? min(end > now ? end - now : 0, Self.lookInterval, disk?.pause(at: now) ?? .max) : Self.lookInterval
        _ = unsafe poll(&polled, UInt(polled.count), Int32(clamping: pause / 1_000_000 + 1))
        return (polled[0].revents != 0, polled[1].revents != 0, polled[2].revents != 0, polled[3].revents != 0)
    }

    /// The rest of what bwrap says, in a dozen pieces and an end some time before its own, is read when it is over.
    private var isAwaitingFirst: Bool { first == nil && isStatusOpen }

    private mutating func checkLimits() {
        let elapsed = elapsed
        if stop != nil {
            // Whatever the first process is stuck in, nothing is left of the others.
            if elapsed > stopped + 2_000_000_000 { program.kill() }
            return
        }
        if elapsed >= limits.wallTime.nanosecondCount { return end(.limit(.wallTime)) }
        if keeper.isOver { return end(.limit(.output)) }
        if disk?.pause(at: elapsed) == 0, let limit = disk?.look(at: first?.process ?? program.process, elapsed: elapsed) {
            return end(.limit(limit))
        }
        guard elapsed >= looks + Self.lookInterval else { return }
        looks = elapsed
        meter.look(at: first?.process ?? program.process)
        if meter.isOutOfMemory { end(.limit(.memory)) } else if meter.isOutOfTime { end(.limit(.processorTime)) }
    }

    // MARK: The end

    private mutating func end(_ reason: Stop) {
        guard stop == nil else { return }
        stop = reason
        stopped = elapsed
        if let first {
            // bwrap then ends by itself, when the kernel has ended everything inside.
            _ = forge_pidfd_kill(first.watched.number)
        } else {
            killGroup()
        }
    }

    private func killGroup() {
        program.kill()
        meter.group?.killAll()
    }

    /// bwrap itself may have been killed, by somebody else or for want of memory: what is inside dies with it, a moment later.
    private func awaitFirst() {
        guard let first else { return }
        _ = forge_pidfd_kill(first.watched.number)
        var polled = [pollfd(fd: first.watched.number, events: Int16(POLLIN), revents: 0)]
        _ = unsafe poll(&polled, 1, 5_000)
    }

    // MARK: What it says

    private mutating func readOutput(_ readsMax: Int) {
        var reads = 0
        while isOutputOpen, reads < readsMax {
            reads += 1
            switch output.read(into: &buffer) {
            case .bytes(let count):
                let wasOver = keeper.isOver
                keeper.take(buffer[..<count])
                if !wasOver { tell(Array(buffer[..<count])) }
                if count == buffer.count, count < Self.bufferMax { buffer = [UInt8](repeating: 0, count: Self.bufferMax) }
            case .nothingYet: return
            case .end: isOutputOpen = false
            }
        }
    }

    private mutating func readStatus() {
        guard let status else { return }
        var part = [UInt8](repeating: 0, count: 1_024)
        reading: while true {
            switch status.read(into: &part) {
            case .bytes(let count): said += part[..<count]
            case .nothingYet: break reading
            case .end:
                isStatusOpen = false
                break reading
            }
        }
        guard first == nil, let process = Self.number(after: "\"child-pid\":", in: said) else { return }
        let watched = forge_pidfd(Int32(process))
        guard watched >= 0 else { return }
        first = (Int32(process), Descriptor(owned: watched))
        guard let gate else { return }
        let failed = forge_limit_processes(Int32(process), gate.user ?? 0, UInt64(limits.processes + 2))
        guard failed == 0 else { return end(.unlimited(failed)) }
        _ = gate.opener.write([1])
    }

    /// The number behind a name in what bwrap writes: one object a line.
    static func number(after name: String, in bytes: [UInt8]) -> Int? {
        let name = Array(name.utf8)
        guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: name) }) else { return nil }
        let digits = bytes[(place + name.count)...].drop { $0 == UInt8(ascii: " ") }.prefix { (0x30...0x39).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}

extension Duration {
    /// Up to a year, which is for ever.
    var nanosecondCount: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(min(max(seconds, 0), 31_536_000)) * 1_000_000_000 + UInt64(max(attoseconds, 0) / 1_000_000_000)
    }
}
