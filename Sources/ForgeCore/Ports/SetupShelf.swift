// Where the results of setups are kept, by what they were made from: the same of it is set up once. What is kept was made by
// strangers: it must never be run, followed or looked into on this side, only put where their commands run.

/// Names what a setup would make.
package struct SetupKey: Hashable, Sendable {
    /// Hexadecimal.
    package let text: String

    /// Files that say exactly what is installed.
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
        ".ruby-version", ".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js", "binding.gyp", "go.work.sum", "mvnw", "gradlew",
        "libs.versions.toml", "gradle.properties", "nuget.config", "NuGet.Config", "NuGet.config", "global.json", "uv.toml", "pdm.toml",
        "poetry.toml", "pip.conf", "auth.json",
    ]

    /// Whatever lies in or beneath folders of these names.
    package static let folders: Set<String> = [
        "requirements", "constraints", "patches", ".yarn/releases", ".yarn/plugins", ".yarn/patches", ".cargo", ".mvn", ".bundle",
        ".swiftpm", ".config/nuget",
    ]

    private static let endings = [".csproj", ".fsproj", ".vbproj", ".props", ".targets", ".sln", ".slnx", ".gemspec"]

    /// Whether a file can decide what a package manager installs, by its path.
    package static func decides(_ path: RepositoryPath) -> Bool {
        let parts = path.text.split(separator: "/").map(String.init)
        guard let name = parts.last else { return false }
        if lockFiles.contains(name) || manifests.contains(name) || endings.contains(where: name.hasSuffix) { return true }
        if name.hasPrefix("Package@swift") || (name.hasSuffix(".txt") || name.hasSuffix(".in")) && isRequirements(name) { return true }
        let above = parts.dropLast()
        return above.contains(where: folders.contains) || zip(above, above.dropFirst()).contains { folders.contains("\($0)/\($1)") }
    }

    /// Whether a link of this path could lead to such files.
    package static func leads(_ path: RepositoryPath) -> Bool {
        decides(path) || decides(RepositoryPath(path.text + "/any")) || path.text.split(separator: "/").last == ".yarn"
    }

    private static func isRequirements(_ name: String) -> Bool { name.contains("requirements") || name.contains("constraints") }

    /// - Parameters:
    ///   - commands: what is run, in order, and whatever else decides what comes of it.
    ///   - files: that decide as well, with their content, in any order.
    ///   - machine: what else the result depends on: the system's version, the processor.
    ///   - digest: hexadecimal, and different for different bytes.
    package init?(
        commands: [String], files: [SetupFile], machine: String, digest: ([UInt8]) -> String
    ) {
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
    /// Paths that are nobody's to see: what belongs to git.
    package var hidden: Set<[UInt8]>

    package init(_ folders: [[UInt8]: [[UInt8]: Stamp]], hidden: Set<[UInt8]> = []) {
        self.folders = folders
        self.hidden = hidden
    }
}

/// What a setup made.
package struct SetupContents: Hashable, Sendable {
    package static let namedMax = 20

    package var entries: Int
    package var bytes: Int
    /// Pipes, sockets, a `.git`, what lies too deep: they are not kept.
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
    /// What decides over the result of a package manager, of a worktree in which nothing ran yet; `named` are read as well. None at all
    /// where not all of it can be known: there is too much, or one is a link.
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
