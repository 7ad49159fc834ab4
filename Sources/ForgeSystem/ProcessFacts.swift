// What this process is and uses, and the ways it ends at once.

import CSystem

package enum ProcessFacts {
    package static var identifier: Int32 { getpid() }

    /// Resident memory in bytes, from /proc; nil where there is none.
    package static var residentBytes: Int? { residentBytes(of: identifier) }

    /// Resident memory of another process, in bytes.
    package static func residentBytes(of process: Int32) -> Int? {
        // Gone, not ours to see, or a system without /proc: there is no figure.
        guard let text = try? Files.read("/proc/\(process)/statm", bytesMax: 4096) else { return nil }
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Processor time of all children that have ended and were waited for, in microseconds.
    package static var childrenMicroseconds: Int { Int(forge_children_microseconds()) }

    /// Processor time that all threads of this process have used, in nanoseconds.
    package static var processorNanoseconds: UInt64 { UInt64(forge_processor_nanoseconds()) }

    /// The most memory that any child had resident, of those that have ended and were waited for, in bytes.
    package static var childrenPeakBytes: Int { forge_children_peak_kibibytes() << 10 }

    /// Processors that this process may use at the same time.
    package static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The file this program runs from.
    package static var executablePath: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBufferPointer { unsafe readlink("/proc/self/exe", $0.baseAddress!, $0.count - 1) }
        guard count > 0 else { return CommandLine.arguments[0] }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Where the libraries lie that this program has loaded.
    package static var libraryFolders: [String] {
        // Without /proc nothing is known.
        guard let text = try? Files.read("/proc/self/maps", bytesMax: 4 << 20) else { return [] }
        var folders: [String] = []
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            guard let start = line.firstIndex(of: "/"), line.contains(".so"), let end = line.lastIndex(of: "/"), end > start else {
                continue
            }
            let folder = String(line[start..<end])
            if !folders.contains(folder) { folders.append(folder) }
        }
        return folders
    }

    /// The folder that relative paths begin in.
    package static var workingFolder: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let isKnown = unsafe buffer.withUnsafeMutableBufferPointer { unsafe getcwd($0.baseAddress!, $0.count) != nil }
        return isKnown ? String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "."
    }

    /// Keys and tokens are in this memory: no core file, no other process looking in.
    package static func forbidDumps() throws(SystemError) {
        guard forge_forbid_dumps() == 0 else { throw .last("forbid core files of", "this process") }
    }

    /// A reader that went away is an error of the write, not the end of this process.
    package static func ignoreBrokenPipes() { forge_ignore_signal(SIGPIPE) }

    /// Ends the process.
    package static func exit(_ code: Int32) -> Never { CSystem.exit(code) }

    /// Ends here and now, without any clean-up.
    package static func exitAtOnce(_ code: Int32) -> Never { _exit(code) }
}
