// What a repository's setup commands made, kept by what they were made from: the same lock files and commands are set up once. An entry
// appears whole or not at all, is never changed afterwards, and the ones that were not used for longest go when there is too much.

import CSandbox
package import ForgeCore
import Synchronization

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

    /// - Parameters:
    ///   - commands: what is run, in order.
    ///   - files: the lock files with their content, in any order.
    ///   - machine: what else the result depends on: the system's version, the processor.
    ///   - digest: hexadecimal, and different for different bytes.
    package init?(
        commands: [String], files: [(path: RepositoryPath, bytes: [UInt8])], machine: String, digest: ([UInt8]) -> String
    ) {
        guard !files.isEmpty else { return nil }
        // Each part with its length before it: no two lists of parts are the same bytes.
        var all: [UInt8] = []
        func add(_ bytes: [UInt8]) { all += Array("\(bytes.count):".utf8) + bytes }
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

package final class SetupCache: Sendable {
    private static let staging = ".staging"
    private static let sizeFile = ".bytes"

    private struct State {
        var inUse: [SetupKey: Int] = [:]
        var staged = 0
    }

    private let folder: String
    private let bytesMax: Int
    private let state = Mutex(State())

    /// What an earlier forge left half made is removed.
    package init(folder: String, bytesMax: Int = 10 << 30) throws(SandboxError) {
        self.folder = folder
        self.bytesMax = bytesMax
        _ = unsafe forge_remove_tree("\(folder)/\(Self.staging)")
        for path in [folder, "\(folder)/\(Self.staging)"] where unsafe mkdir(path, 0o700) != 0 && forge_sandbox_errno() != EEXIST {
            throw .system("make the folder \(path)", forge_sandbox_errno())
        }
    }

    /// The entry's folder while `work` lasts; nil when there is none. It is not removed meanwhile.
    package func with<Answer>(_ key: SetupKey, _ work: (String?) async throws -> Answer) async rethrows -> Answer {
        let found = hold(key)
        defer { if found != nil { letGo(key) } }
        return try await work(found)
    }

    /// A new empty folder, to be filled and then published.
    package func stage() throws(SandboxError) -> String {
        let number = state.withLock { state in
            state.staged += 1
            return state.staged
        }
        let path = "\(folder)/\(Self.staging)/\(getpid())-\(number)"
        guard unsafe mkdir(path, 0o755) == 0 else { throw .system("make the folder \(path)", forge_sandbox_errno()) }
        return path
    }

    /// Throws away what came to nothing.
    package func discard(_ staged: String) { _ = unsafe forge_remove_tree(staged) }

    /// Makes a filled folder the entry, in one step. Whoever was first stays: the same key is the same content.
    package func publish(_ staged: String, as key: SetupKey) throws(SandboxError) {
        let bytes = unsafe forge_tree_bytes(staged)
        guard bytes >= 0 else {
            discard(staged)
            throw .system("measure what the setup made", Int32(-bytes))
        }
        guard bytes <= bytesMax else {
            discard(staged)
            throw SandboxError(.invalid, "the setup made \(bytes) bytes, more than the \(bytesMax) that are kept")
        }
        if unsafe rename(staged, place(of: key)) != 0 {
            let number = forge_sandbox_errno()
            discard(staged)
            guard number == EEXIST || number == ENOTEMPTY else { throw .system("keep what the setup made", number) }
            // Without its size on file, the size is found anew.
        } else if let file = try? Descriptor.open(place(of: key) + Self.sizeFile, O_WRONLY | O_CREAT | O_TRUNC) {
            _ = file.write(Array("\(bytes)\n".utf8)[...])
        }
        trim(sparing: key)
    }

    /// Of all entries.
    package var totalBytes: Int { keys.reduce(0) { $0 + bytes(of: $1) } }

    // MARK: Entries

    private func place(of key: SetupKey) -> String { "\(folder)/\(key.text)" }

    private func hold(_ key: SetupKey) -> String? {
        state.withLock { state in
            guard unsafe forge_kind_at(place(of: key)) == 2 else { return nil }
            state.inUse[key, default: 0] += 1
            _ = unsafe forge_touch(place(of: key) + Self.sizeFile)
            return place(of: key)
        }
    }

    private func letGo(_ key: SetupKey) {
        state.withLock { state in
            let left = state.inUse[key, default: 1] - 1
            state.inUse[key] = left > 0 ? left : nil
        }
    }

    private var keys: [SetupKey] { folderNames(folder).compactMap { SetupKey(text: $0) } }

    private func bytes(of key: SetupKey) -> Int {
        KernelFile.number(place(of: key) + Self.sizeFile) ?? max(0, Int(unsafe forge_tree_bytes(place(of: key))))
    }

    private func trim(sparing new: SetupKey) {
        let entries = keys.map { (key: $0, bytes: bytes(of: $0), used: unsafe forge_modified(place(of: $0) + Self.sizeFile)) }
        var total = entries.reduce(0) { $0 + $1.bytes }
        for entry in entries.sorted(by: { $0.used < $1.used }) where total > bytesMax && entry.key != new {
            let isGone = state.withLock { state in
                guard state.inUse[entry.key] == nil else { return false }
                // Out of sight at once, whatever becomes of the removal.
                return unsafe rename(place(of: entry.key), "\(folder)/\(Self.staging)/gone-\(entry.key.text)") == 0
            }
            guard isGone else { continue }
            unsafe unlink(place(of: entry.key) + Self.sizeFile)
            discard("\(folder)/\(Self.staging)/gone-\(entry.key.text)")
            total -= entry.bytes
        }
    }
}
