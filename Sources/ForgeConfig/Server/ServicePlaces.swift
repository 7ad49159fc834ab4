// What the service keeps on this machine, and which folders would show it to commands. It judges paths as they are written: where a link leads
// is not seen here.

/// The data folder, the repositories and the files of credentials, each with the key that names it.
struct ServicePlaces {
    let folders: [(key: String, path: String)]
    let files: [(key: String, path: String)]

    /// One for each key whose place is in sight of whoever reads these folders.
    func problems(with readable: [String]) -> [Complaint] {
        let shown = readable.compactMap(Self.steps)
        func problem(with key: String, at path: String, isFolder: Bool) -> Complaint? {
            guard let place = Self.steps(path) else { return nil }
            if shown.contains(where: { place.starts(with: $0) }) {
                return Complaint("holds a folder in which \(key) lies", "commands would read it: name the toolchain's own folder alone")
            }
            guard isFolder, shown.contains(where: { $0.starts(with: place) }) else { return nil }
            return Complaint(
                "holds a folder that lies in \(key)", "commands would read what Forge keeps there: put the toolchain elsewhere")
        }
        return folders.compactMap { problem(with: $0.key, at: $0.path, isFolder: true) }
            + files.compactMap { problem(with: $0.key, at: $0.path, isFolder: false) }
    }

    /// Without detours; nil where it depends on the folder that Forge is started in.
    private static func steps(_ path: String) -> [Substring]? {
        guard path.hasPrefix("/") else { return nil }
        var steps: [Substring] = []
        for step in path.split(separator: "/") where step != "." {
            if step == ".." { _ = steps.popLast() } else { steps.append(step) }
        }
        return steps
    }
}
