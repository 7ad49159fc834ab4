// Where this process stands among the machine's control groups, from the kernel's own two lists. Pure.

struct ControlGroupPlaces: Equatable, Sendable {
    /// The folder of our group in the one hierarchy of version 2.
    var unified: String?
    /// The folder of our group by controller, in version 1.
    var controllers: [String: String] = [:]

    /// - Parameters:
    ///   - mounts: `/proc/self/mountinfo`.
    ///   - own: `/proc/self/cgroup`.
    init(mounts: String, own: String) {
        let groups = own.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
        for line in mounts.split(separator: "\n") {
            let halves = line.split(separator: " - ", maxSplits: 1)
            let fields = halves[0].split(separator: " ")
            let system = halves.count == 2 ? halves[1].split(separator: " ") : []
            guard fields.count > 4, system.count > 2 else { continue }
            let (root, point) = (String(fields[3]), String(fields[4]))
            if system[0] == "cgroup2", let group = groups.first(where: { $0.count == 3 && $0[0] == "0" }) {
                unified = Self.folder(point: point, root: root, own: String(group[2]))
            }
            guard system[0] == "cgroup" else { continue }
            let options = Set(system[2].split(separator: ","))
            for group in groups where group.count == 3 {
                for name in group[1].split(separator: ",") where options.contains(name) {
                    controllers[String(name)] = Self.folder(point: point, root: root, own: String(group[2]))
                }
            }
        }
    }

    /// A container sees a part of the hierarchy as the whole of it.
    private static func folder(point: String, root: String, own: String) -> String {
        let below = root == "/" ? own : own == root ? "" : own.hasPrefix(root + "/") ? String(own.dropFirst(root.count)) : ""
        return below == "/" ? point : point + below
    }
}
