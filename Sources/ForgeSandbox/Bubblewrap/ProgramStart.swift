// One program, started without a copy of this one: what it gets, where it begins, whom it becomes. The thread that starts it must stay
// until it has ended: the kernel ends the walls with the thread that made them.

import CSandbox
import ForgeCore

struct ProgramStart {
    enum Limit: Int32 {
        case processorSeconds, fileBytes, openFiles, coreBytes, dataBytes
    }

    var program: String
    /// With its own name first.
    var arguments: [String]
    var environment: [String: String]
    /// What it has as 0, 1, 2, …; it gets no other.
    var descriptors: [Descriptor]
    var groups: [Descriptor] = []
    var limits: [(limit: Limit, most: Int)] = []
    var folder: String?
    /// Nil is the user that we are.
    var user: UInt32?
    /// Bound for that user to `/mnt/0`, `/mnt/1`, …
    var stages: [String] = []
    var ruleset: Descriptor?
    /// It alone, not what it starts; bwrap sees to that itself.
    var diesWithThread = false

    func start() throws(SandboxError) -> StartedProgram {
        var record = unsafe forge_start()
        let words = CStrings(arguments)
        let variables = CStrings(environment.map { "\($0.key)=\($0.value)" }.sorted())
        let places = CStrings(stages)
        let texts = CStrings([program] + (folder.map { [$0] } ?? []))
        let kinds = limits.map { forge_limit(resource: forge_limit_kind($0.limit.rawValue), most: UInt64($0.most)) }
        unsafe record.program = UnsafePointer(texts.pointers[0])
        unsafe record.folder = folder == nil ? nil : UnsafePointer(texts.pointers[1])
        unsafe record.user = user ?? 0
        unsafe record.dies_with_thread = diesWithThread ? 1 : 0
        unsafe record.stage_count = Int32(stages.count)
        unsafe record.ruleset = ruleset?.number ?? -1
        unsafe record.descriptor_count = Int32(descriptors.count)
        unsafe record.group_count = Int32(groups.count)
        unsafe record.limit_count = Int32(limits.count)
        let process = unsafe descriptors.map(\.number).withUnsafeBufferPointer { descriptors in
            unsafe groups.map(\.number).withUnsafeBufferPointer { groups in
                unsafe kinds.withUnsafeBufferPointer { kinds in
                    unsafe words.with { words in
                        unsafe variables.with { variables in
                            unsafe places.with { places in
                                unsafe record.descriptors = descriptors.baseAddress
                                unsafe record.groups = groups.baseAddress
                                unsafe record.limits = kinds.baseAddress
                                unsafe record.arguments = words
                                unsafe record.environment = variables
                                unsafe record.stages = places
                                return unsafe forge_start_program(&record)
                            }
                        }
                    }
                }
            }
        }
        guard process > 0 else { throw unsafe Self.failure(record, program) }
        return StartedProgram(process: process, watched: Descriptor(owned: unsafe record.pidfd))
    }

    private static func failure(_ record: forge_start, _ program: String) -> SandboxError {
        let step = unsafe record.failed_step.map { unsafe String(cString: $0) } ?? "start a process"
        let isMissing = unsafe record.failed_errno == ENOENT && step == "run the program"
        if isMissing { return SandboxError(.invalid, "\(program): there is no such program") }
        var error = unsafe SandboxError.system(step, record.failed_errno)
        if step.hasSuffix("mount namespace") {
            error.message += "; run forge as an ordinary user, or give root of this container CAP_SYS_ADMIN"
        }
        return error
    }
}

/// A program that runs; whoever has it reaps it.
struct StartedProgram {
    let process: Int32
    /// Readable when it has ended.
    let watched: Descriptor

    func kill() {
        CSandbox.kill(-process, SIGKILL)
        _ = forge_pidfd_kill(watched.number)
    }

    /// Blocks until it has ended: its code, or 128 and the signal; and the time of it and all that it waited for.
    func reap() -> (code: Int, microseconds: Int) {
        var microseconds: Int64 = 0
        let status = unsafe forge_reap(process, &microseconds)
        return (Int(forge_status_code(status)), Int(microseconds))
    }
}

/// Words as C wants them, with a null pointer behind the last.
@safe private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ words: [String]) { unsafe pointers = words.map { unsafe strdup($0) } + [nil] }

    deinit {
        for index in unsafe pointers.indices { unsafe free(pointers[index]) }
    }

    func with<Result>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result) -> Result {
        unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
}
