// Where groups of version 2 can be made: the group that the service was handed (`Delegate=yes`), rearranged as the kernel wants it. A group that
// others are in, as a login's, is nobody's to rearrange.

import CSandbox

/// What of the kernel's files is asked and told here.
protocol GroupFiles {
    func read(_ path: String) -> String?
    /// Whether the kernel took it.
    func write(_ text: String, to path: String) -> Bool
    /// Whether it is there now.
    func makeGroup(_ folder: String) -> Bool
    /// The kernel's files are writable to root whatever their mode says: only making a group tells.
    func canMakeGroups(in folder: String) -> Bool
}

enum DelegatedGroup {
    private static let serviceName = "forge-service"
    private static let controllers = ["memory", "pids"]

    /// Controllers are handed to groups below only by a group without processes of its own: the service moves into one beside the commands'.
    ///
    /// - Parameter own: the group that this process is in.
    /// - Returns: the folder for groups in which memory and processes are counted; nil when there is none for us.
    static func folder(own: String, process: Int32, files: some GroupFiles) -> String? {
        // We moved there ourselves before, in this process or in one that it replaced.
        let isMoved = own.hasSuffix("/" + serviceName)
        let folder = isMoved ? String(own.dropLast(serviceName.count + 1)) : own
        guard let offered = files.read(folder + "/cgroup.controllers"), files.canMakeGroups(in: folder) else { return nil }
        guard Set(controllers).isSubset(of: words(offered)) else { return nil }
        if hands(folder, files) { return folder }
        guard !isMoved, move(process, from: folder, files) else { return nil }
        return hands(folder, files) ? folder : nil
    }

    private static func words(_ text: String) -> Set<String> { Set(text.split { $0.isWhitespace }.map(String.init)) }

    private static func hands(_ folder: String, _ files: some GroupFiles) -> Bool {
        let control = folder + "/cgroup.subtree_control"
        if let handed = files.read(control), Set(controllers).isSubset(of: words(handed)) { return true }
        return files.write(controllers.map { "+" + $0 }.joined(separator: " "), to: control)
    }

    private static func move(_ process: Int32, from folder: String, _ files: some GroupFiles) -> Bool {
        guard let processes = files.read(folder + "/cgroup.procs"), words(processes) == ["\(process)"] else { return false }
        let service = "\(folder)/\(serviceName)"
        return files.makeGroup(service) && files.write("\(process)", to: service + "/cgroup.procs")
    }
}

struct KernelGroupFiles: GroupFiles {
    func read(_ path: String) -> String? { KernelFile.read(path) }

    func write(_ text: String, to path: String) -> Bool { KernelFile.write(text, to: path) }

    func makeGroup(_ folder: String) -> Bool { unsafe mkdir(folder, 0o755) == 0 || forge_sandbox_errno() == EEXIST }

    func canMakeGroups(in folder: String) -> Bool { ControlGroups.isOurs(folder) }
}
