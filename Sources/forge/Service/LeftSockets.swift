// Sockets of processes that were killed: whoever makes one names it after its process first, and removes those of processes that are no more.

import ForgeSystem

enum LeftSockets {
    /// Those that begin with a process's number and a dash; others are left alone.
    static func remove(in folder: String) {
        // A folder that cannot be listed is left as it is.
        for entry in (try? Files.entries(of: Array(folder.utf8))) ?? [] {
            let name = String(decoding: entry.name, as: UTF8.self)
            guard let process = Int32(name.prefix { $0 != "-" }), !Files.exists("/proc/\(process)"), Files.exists("/proc/self") else {
                continue
            }
            Files.removeFile("\(folder)/\(name)")
        }
    }
}
