// Which package manager of Node a project wants, where it installs, and what it is told.

import ForgeCore

enum PackageTool: String, CaseIterable {
    case npm, pnpm, yarn, yarnBerry = "yarn berry", bun

    struct Choice {
        var manager: PackageTool
        var why: String
        /// Where it installs: the top of the workspace.
        var folder: TestFolder
        var hasLock: Bool
    }

    private static let locks: [(String, PackageTool)] = [
        ("pnpm-lock.yaml", .pnpm), ("bun.lock", .bun), ("bun.lockb", .bun), ("yarn.lock", .yarn), ("package-lock.json", .npm),
        ("npm-shrinkwrap.json", .npm),
    ]

    /// From `packageManager`, else from a lock file, in the folder or the nearest above it.
    static func of(_ folder: TestFolder) -> Choice {
        for place in folder.andAbove {
            let lock = locks.first { place.has($0.0) }
            if let named = place.json("package.json")?["packageManager"]?.string,
                let manager = named.split(separator: "@").first.map(String.init),
                let known = PackageTool(rawValue: manager)
            {
                let version = named.dropFirst(manager.count + 1)
                let isBerry = known == .yarn && !version.hasPrefix("1.") && !version.hasPrefix("0.") && version != "1"
                return Choice(manager: isBerry ? .yarnBerry : known, why: "packageManager is \(named)", folder: place, hasLock: lock != nil)
            }
            guard let lock else { continue }
            var manager = lock.1
            if manager == .yarn, place.has(".yarnrc.yml") || place.text("yarn.lock")?.contains("__metadata:") == true {
                manager = .yarnBerry
            }
            return Choice(manager: manager, why: "there is \(lock.0)", folder: place, hasLock: true)
        }
        let top = folder.andAbove.last { $0.has("package.json") && Self.isWorkspace($0) } ?? folder
        return Choice(manager: .npm, why: "there is no lock file", folder: top, hasLock: false)
    }

    private static func isWorkspace(_ folder: TestFolder) -> Bool {
        folder.has("pnpm-workspace.yaml") || folder.json("package.json")?["workspaces"] != nil
    }

    /// Without a lock file none is written: that would be a change of the project. Yarn berry cannot do without one.
    func install(hasLock: Bool) -> String {
        switch self {
        case .npm: hasLock ? "npm ci" : "npm install --no-package-lock"
        case .pnpm: hasLock ? "pnpm install --frozen-lockfile" : "pnpm install --no-lockfile"
        case .yarn: hasLock ? "yarn install --frozen-lockfile" : "yarn install --no-lockfile"
        case .yarnBerry: hasLock ? "yarn install --immutable" : "yarn install"
        case .bun: hasLock ? "bun install --frozen-lockfile" : "bun install --no-save"
        }
    }

    func run(_ script: String) -> String {
        switch self {
        case .npm: script == "test" ? "npm test" : "npm run \(script)"
        case .pnpm: script == "test" ? "pnpm test" : "pnpm run \(script)"
        case .yarn, .yarnBerry: "yarn \(script)"
        case .bun: "bun run \(script)"
        }
    }

    /// With arguments for what the script calls.
    func run(_ script: String, _ arguments: String) -> String { "\(run(script))\(self == .npm ? " --" : "") \(arguments)" }

    func execute(_ program: String) -> String {
        switch self {
        case .npm: "npx --no-install \(program)"
        case .pnpm: "pnpm exec \(program)"
        case .yarn, .yarnBerry: "yarn exec \(program)"
        case .bun: "bunx \(program)"
        }
    }
}
