// Where the results of setups are kept, by what they were made from: the same lock files and commands are set up once. What is kept was made by
// strangers: it must never be run, followed or looked into on this side, only put where their commands run.

/// Names what a setup would make.
package struct SetupKey: Hashable, Sendable {
    /// Hexadecimal.
    package let text: String

    /// Files that say exactly what is installed. A setup without any of them cannot be kept: nobody could tell when it is out of date.
    package static let lockFiles: Set<String> = [
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock", "Cargo.lock",
        "go.sum", "Package.resolved", "poetry.lock", "Pipfile.lock", "uv.lock", "pdm.lock", "requirements.txt", "Gemfile.lock",
        "composer.lock", "mix.lock", "pubspec.lock", "gradle.lockfile", "packages.lock.json", "flake.lock", "Podfile.lock",
    ]

    /// Files beside them that say what is done with it: scripts that run after an install, registries, a toolchain's version.
    package static let manifests: Set<String> = [
        "package.json", ".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", "bunfig.toml", "deno.json", "deno.jsonc", "Cargo.toml",
        "rust-toolchain", "rust-toolchain.toml", "go.mod", "go.work", "Package.swift", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile",
        "tox.ini", "Gemfile", "composer.json", "mix.exs", "pubspec.yaml", "build.gradle", "build.gradle.kts",
        "settings.gradle", "settings.gradle.kts", "pom.xml", "Makefile", "GNUmakefile", "makefile", "justfile", "Justfile",
        ".tool-versions", ".nvmrc", ".node-version", ".python-version",
        ".ruby-version",
    ]

    /// - Parameters:
    ///   - commands: what is run, in order, and whatever else decides what comes of it.
    ///   - files: the lock files and manifests with their content, in any order.
    ///   - machine: what else the result depends on: the system's version, the processor.
    ///   - digest: hexadecimal, and different for different bytes.
    package init?(
        commands: [String], files: [SetupFile], machine: String, digest: ([UInt8]) -> String
    ) {
        guard files.contains(where: \.isLock) else { return nil }
        // Each part with its length before it: no two lists of parts are the same bytes.
        var all: [UInt8] = []
        func add(_ bytes: [UInt8]) {
            all += Array("\(bytes.count):".utf8)
            all += bytes
        }
        add(Array(machine.utf8))
        add(Array("\(commands.count)".utf8))
        for command in commands { add(Array(command.utf8)) }
        for file in files.sorted(by: { $0.path < $1.path }) {
            add(file.path.bytes)
            add(file.bytes)
        }
        self.init(text: digest(all))
    }

    package init?(text: String) {
        guard text.utf8.count >= 16, text.utf8.count <= 128, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else {
            return nil
        }
        self.text = text
    }
}

/// A file that decides what a setup makes.
package struct SetupFile: Hashable, Sendable {
    package var path: RepositoryPath
    package var bytes: [UInt8]

    package init(_ path: RepositoryPath, _ bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    package var isLock: Bool { SetupKey.lockFiles.contains(path.text.split(separator: "/").last.map(String.init) ?? "") }
}

/// Where commands of one setup write: what is kept afterwards.
package struct SetupPlace: Hashable, Sendable {
    package var worktree: String
    /// Caches of packages lie there.
    package var home: String

    package init(worktree: String, home: String) {
        self.worktree = worktree
        self.home = home
    }
}

/// A worktree as it was before its setup: by folder the names in it.
package struct SetupRecord: Hashable, Sendable {
    package struct Stamp: Hashable, Sendable {
        /// A folder is not compared: what is new in it is.
        package var isFolder: Bool
        package var size: Int
        package var written: Int64
        package var mode: UInt32

        package init(isFolder: Bool, size: Int, written: Int64, mode: UInt32) {
            self.isFolder = isFolder
            self.size = size
            self.written = written
            self.mode = mode
        }
    }

    package var folders: [[UInt8]: [[UInt8]: Stamp]]

    package init(_ folders: [[UInt8]: [[UInt8]: Stamp]]) { self.folders = folders }
}

/// What a setup made.
package struct SetupContents: Hashable, Sendable {
    package static let namedMax = 20

    package var entries: Int
    package var bytes: Int
    /// Pipes, sockets, what lies too deep: they are not kept.
    package var leftOut: Int
    /// Files of the commit that the setup changed or removed, the first few; where the work is done they are as the commit has them.
    package var changed: [RepositoryPath]
    package var changedCount: Int

    package init(entries: Int = 0, bytes: Int = 0, leftOut: Int = 0, changed: [RepositoryPath] = [], changedCount: Int = 0) {
        self.entries = entries
        self.bytes = bytes
        self.leftOut = leftOut
        self.changed = changed
        self.changedCount = changedCount
    }
}

package protocol SetupShelf: Sendable {
    /// What decides over a setup's result, of a worktree in which nothing ran yet; `named` are read as well, if they are files.
    func files(in worktree: String, named: Set<RepositoryPath>) async throws(SandboxError) -> [SetupFile]
    /// An empty folder for commands of one run to write to.
    func makeHome() async throws(SandboxError) -> String
    func remove(home: String) async
    /// What is kept under this key is put into the place, beside what is there; false when there is nothing.
    func put(_ key: SetupKey, into place: SetupPlace) async throws(SandboxError) -> Bool
    func record(of worktree: String) async throws(SandboxError) -> SetupRecord
    /// What a setup made in one place is put into another, and kept when it has a key. Whoever was first with a key stays.
    func take(
        from made: SetupPlace, since record: SetupRecord, into place: SetupPlace, as key: SetupKey?
    ) async throws(SandboxError) -> SetupContents
}
