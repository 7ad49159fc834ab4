// What a run uses while it lasts: told by its control group, or looked up process by process where there is none. It decides nothing.

import CSandbox
import ForgeCore

struct ResourceMeter {
    let group: ControlGroup?
    let limits: SandboxLimits
    private var peak = 0
    private(set) var microseconds = 0
    private(set) var isOutOfMemory = false

    init(group: ControlGroup?, limits: SandboxLimits) {
        self.group = group
        self.limits = limits
    }

    /// `process` is the first of the run; everything else descends from it.
    mutating func look(at process: Int32) {
        let isCounted = group?.countsMemory == true
        if !isCounted || group?.microseconds == nil {
            var usage = forge_tree_usage(process, 0)
            // Pages that several of them share were counted for each: only when it matters is the kernel asked to divide them.
            if !isCounted, usage.memory_bytes > limits.memoryBytes { usage = forge_tree_usage(process, 1) }
            microseconds = max(microseconds, Int(usage.microseconds))
            if !isCounted {
                peak = max(peak, Int(usage.memory_bytes))
                isOutOfMemory = isOutOfMemory || usage.memory_bytes > limits.memoryBytes
            }
        }
        if let group {
            microseconds = max(microseconds, group.microseconds ?? 0)
            if isCounted { isOutOfMemory = group.isOutOfMemory }
        }
    }

    /// Once it is over: short runs are never looked at before.
    mutating func finish(microseconds reaped: Int) {
        microseconds = max(microseconds, reaped, group?.microseconds ?? 0)
        if group?.countsMemory == true { isOutOfMemory = group?.isOutOfMemory == true }
    }

    var isOutOfTime: Bool { .microseconds(microseconds) > limits.processorTime }

    var memoryPeakBytes: Int? { group?.countsMemory == true ? group?.memoryPeakBytes : peak > 0 ? peak : nil }
}

extension SandboxLimits {
    /// Those that the kernel holds each process to, whoever counts them together.
    func ofProcesses(countsMemory: Bool) -> [(limit: ProgramStart.Limit, most: Int)] {
        let seconds = Int(clamping: processorTime.components.seconds) + (processorTime.components.attoseconds > 0 ? 1 : 0)
        let all: [(limit: ProgramStart.Limit, most: Int)] = [
            (.processorSeconds, max(1, seconds)), (.fileBytes, fileBytes), (.openFiles, max(64, openFiles)), (.coreBytes, 0),
        ]
        return countsMemory ? all : all + [(.dataBytes, memoryBytes)]
    }
}
