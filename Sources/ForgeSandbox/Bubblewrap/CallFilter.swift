// The filter of system calls as the kernel takes it. Built once, and handed to each run as a file in memory.

import CSandbox
import ForgeCore

struct CallFilter: Sendable {
    let bytes: [UInt8]

    /// - Parameters:
    ///   - hasLoopback: sockets of the Internet's families may be made; where they lead is another wall's business.
    ///   - countsMemory: a control group counts memory that no process has mapped. Without one it is refused.
    init(hasLoopback: Bool, countsMemory: Bool) throws(SandboxError) {
        let number = forge_scratch_file()
        guard number >= 0 else { throw .system("make a file in memory", forge_sandbox_errno()) }
        let file = Descriptor(owned: number)
        let failed = forge_write_filter(number, hasLoopback ? 1 : 0, countsMemory ? 1 : 0)
        guard failed == 0 else { throw .system("build the filter of system calls", failed) }
        lseek(number, 0, SEEK_SET)
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8 << 10)
        while case .bytes(let count) = file.read(into: &buffer) { all += buffer[..<count] }
        bytes = all
    }
}
