// How the tests of a tree are run: what `.forge.yml` says, else the table over the tree. A ranked list with reasons, the best first; whether a
// command works is found out by running it, elsewhere.

package import ForgeCore

package struct TestConfiguration: Hashable, Sendable {
    /// `agents.test` and `agents.setup`.
    package var test: String?
    package var setup: String?

    package init(test: String? = nil, setup: String? = nil) {
        self.test = test
        self.setup = setup
    }
}

package enum TestDetection {
    package static let candidatesMax = 50

    /// `paths` are those that a change is about: the project nearest to them comes first.
    package static func candidates(
        _ tree: TestTree, near paths: [RepositoryPath] = [], configuration: TestConfiguration = TestConfiguration()
    ) -> [TestCandidate] {
        var found = tree.folders.flatMap { folder in TestTable.rows.flatMap { $0.detect(folder) } }
        if let setup = configuration.setup {
            for index in found.indices {
                found[index].setup = setup
                found[index].setupFolder = nil
            }
        }
        let near = paths.map { TestTree.parted($0.text).folder }
        found = ranked(found, near)
        guard let command = configuration.test?.trimmingBlanks, !command.isEmpty else { return Array(found.prefix(candidatesMax)) }
        return Array(
            ([configured(command, configuration.setup, found)] + found.filter { $0.command != command || $0.folder != nil }).prefix(
                candidatesMax))
    }

    /// What it calls may be known: then its results are asked for in the same way.
    private static func configured(_ command: String, _ setup: String?, _ found: [TestCandidate]) -> TestCandidate {
        let why = "agents.test in .forge.yml"
        if var same = found.first(where: { $0.command == command && $0.folder == nil }) {
            same.why = "\(why); \(same.why)"
            same.row = "configured"
            same.setup = setup ?? same.setup
            same.score = 1_000
            return same
        }
        let flags = RunnerFlags.of(command)
        // A setup that is not said is that of the folder's best guess.
        let guess = found.first { $0.folder == nil }
        return TestCandidate(
            row: "configured", command: command, setup: setup ?? guess?.setup, setupFolder: setup == nil ? guess?.setupFolder : nil,
            measured: flags?.measured, format: flags?.format, collect: flags?.collect, one: flags?.one, programs: guess?.programs ?? [],
            why: why, score: 1_000)
    }

    private static func ranked(_ found: [TestCandidate], _ near: [String]) -> [TestCandidate] {
        let places = found.enumerated().map { (place: $0.offset, candidate: $0.element, key: key($0.element, near)) }
        return places.sorted { left, right in
            if left.key != right.key { return left.key.lexicographicallyPrecedes(right.key) }
            return left.place < right.place
        }.map { entry in
            var candidate = entry.candidate
            if let folder = candidate.folder, !near.isEmpty, isAbove(folder.text, near) {
                candidate.why += "; nearest to the paths asked about"
            }
            return candidate
        }
    }

    /// Smaller comes first: projects that hold the most of the paths, the innermost of those; then what is no example; then what is surer,
    /// a level down costing as much as a weaker sign.
    private static func key(_ candidate: TestCandidate, _ near: [String]) -> [Int] {
        let folder = candidate.folder?.text ?? ""
        let held = near.count { $0 == folder || folder.isEmpty || $0.hasPrefix(folder + "/") }
        let depth = TestTree.depth(of: folder)
        let isSure = candidate.score >= 50
        let nearness = near.isEmpty ? 0 : depth
        return [
            isSure ? 0 : 1, near.count - held, -nearness, TestTree.isShown(folder) && near.isEmpty ? 1 : 0, depth * 40 - candidate.score,
            depth,
        ]
    }

    private static func isAbove(_ folder: String, _ near: [String]) -> Bool {
        near.allSatisfy { $0 == folder || $0.hasPrefix(folder + "/") }
    }
}
