// What the self-test found: each wall by its name, and whether it held.

package struct Wall: Hashable, Sendable {
    package var name: String
    package var isHeld: Bool
    /// What was tried, or what came through.
    package var detail: String

    package init(name: String, isHeld: Bool, detail: String) {
        self.name = name
        self.isHeld = isHeld
        self.detail = detail
    }
}

package struct WallReport: Hashable, Sendable {
    package var walls: [Wall]
    /// From starting the sandbox to the last answer.
    package var duration: Duration

    package init(walls: [Wall], duration: Duration) {
        self.walls = walls
        self.duration = duration
    }

    /// Why nothing may run here; nil when every wall held.
    package var breach: String? {
        let fallen = walls.filter { !$0.isHeld }
        guard !fallen.isEmpty else { return walls.isEmpty ? "the self-test of the walls found none" : nil }
        return "no command is run on this machine: " + fallen.map { "\($0.name): \($0.detail)" }.joined(separator: "; ")
    }
}
