// This program as the bridge inside a sandbox: where it lies, what it needs there, and the words that start it before a command.

import ForgeCore
import ForgeSystem

struct BridgeProgram {
    private let path: String
    /// What must be there inside: the program, and the libraries that are not part of the system.
    let readable: [String]

    init() throws(SetUpProblem) {
        path = ProcessFacts.executablePath
        guard Files.exists(path) else { throw SetUpProblem(description: "\(path) was replaced while it runs: start it again") }
        // The system's own is there anyway.
        readable = ([path] + ProcessFacts.libraryFolders).filter { path in
            !["usr", "lib", "lib32", "lib64", "libx32"].contains(path.split(separator: "/").first ?? "")
        }
    }

    /// - Parameter options: of `forge sandbox bridge`.
    func words(_ options: [String]) -> [String] { [path, "sandbox", "bridge"] + options + ["--"] }
}

extension WayOut {
    /// Both at once: one bridge stands before the other.
    func joined(_ other: WayOut) -> WayOut {
        let network: SandboxNetwork =
            switch (self.network, other.network) {
            case (.none, let only), (let only, .none): only
            case (.sockets(let own), .sockets(let more)): .sockets(own.merging(more) { first, _ in first })
            }
        return WayOut(network: network, words: words + other.words, readable: readable + other.readable)
    }
}
