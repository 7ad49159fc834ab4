// The import table of the project, as data: each module, the room it stands in, and what it may import.
// A new edge is made here and in Package.swift, with its reason in the commit. Nothing else may decide what imports what.

/// A room of the house; which rooms it may look into is `opensTo`.
enum Room: Sendable {
    case words, tool, stage, adapter, engine, console, executable, support

    var opensTo: Set<Room> {
        switch self {
        case .words: []
        case .tool: [.words]
        case .stage, .adapter, .support: [.words, .tool]
        case .engine: [.words, .tool, .stage]
        case .console: [.words, .tool, .stage, .engine]
        case .executable: [.words, .tool, .stage, .adapter, .engine, .console]
        }
    }
}

struct ImportRow: Sendable {
    let module: String
    let room: Room
    /// Modules of this project, without those that wrap C.
    var imports: Set<String> = []
    /// Of `imports`, those that its room does not open, each with its reason.
    var beside: [String: String] = [:]
    /// Modules under Sources/C; each belongs to one row.
    var wraps: Set<String> = []
    /// Modules of the toolchain. Synchronization is the language's own and open to all.
    var system: Set<String> = []
    /// Whether every module is open to it: only the executable, where adapters are made.
    var opensToAll = false
}

enum ImportTable {
    static let file = "Tests/TidyTests/ImportTable.swift"

    static let rows: [ImportRow] = [
        ImportRow(module: "ForgeCore", room: .words),
        ImportRow(module: "ForgeCrypto", room: .tool, imports: ["ForgeCore"], wraps: ["COpenSSL"]),
        ImportRow(module: "ForgeYAML", room: .tool, wraps: ["CYAML"]),
        ImportRow(module: "ForgePatterns", room: .tool, wraps: ["CVectorscan", "CPCRE2"]),
        ImportRow(module: "ForgeBlocking", room: .tool, system: ["Dispatch"]),
        ImportRow(module: "ForgeSystem", room: .tool, imports: ["ForgeCore"], wraps: ["CSystem"], system: ["Dispatch"]),
        ImportRow(module: "ForgeResources", room: .tool, imports: [], wraps: ["CResources"], system: []),
        ImportRow(module: "ForgeConfig", room: .stage, imports: ["ForgeCore", "ForgeYAML"], system: ["Glibc"]),
        ImportRow(module: "ForgeWebhooks", room: .stage, imports: ["ForgeCore", "ForgeCrypto"]),
        ImportRow(module: "ForgeRules", room: .stage, imports: ["ForgeCore", "ForgeYAML", "ForgePatterns"]),
        ImportRow(module: "ForgeReview", room: .stage, imports: ["ForgeCore", "ForgeCrypto"]),
        ImportRow(module: "ForgeCrew", room: .stage, imports: ["ForgeCore"]),
        ImportRow(module: "ForgeServer", room: .adapter, imports: ["ForgeCore"], wraps: ["CMicroHTTPD"], system: ["Dispatch", "Glibc"]),
        ImportRow(
            module: "ForgeStore", room: .adapter, imports: ["ForgeCore", "ForgeBlocking", "ForgeCrypto"],
            wraps: ["CSQLite", "CMigrations"], system: ["Dispatch", "Glibc"]),
        ImportRow(module: "ForgeHTTP", room: .adapter, imports: ["ForgeCore"], wraps: ["CCurl"], system: ["Dispatch", "Glibc"]),
        ImportRow(module: "ForgeGit", room: .adapter, imports: ["ForgeCore", "ForgeBlocking"], wraps: ["CGit2"]),
        ImportRow(
            module: "ForgeGitHub", room: .adapter, imports: ["ForgeCore", "ForgeCrypto", "ForgeHTTP"],
            beside: ["ForgeHTTP": "GitHub is reached over HTTP, and a port between the two would say what ForgeHTTP says already"]),
        ImportRow(module: "ForgeLocalHost", room: .adapter, imports: ["ForgeCore", "ForgeCrypto"]),
        ImportRow(
            module: "ForgeModels", room: .adapter, imports: ["ForgeCore", "ForgeHTTP"],
            beside: ["ForgeHTTP": "models are reached over HTTP, and a port between the two would say what ForgeHTTP says already"]),
        ImportRow(
            module: "ForgeSandbox", room: .adapter, imports: ["ForgeCore", "ForgeBlocking", "ForgePatterns"], wraps: ["CSandbox"]),
        ImportRow(
            module: "ForgeEngine", room: .engine,
            imports: ["ForgeCore", "ForgeCrypto", "ForgeConfig", "ForgeWebhooks", "ForgeReview", "ForgeCrew"]),
        ImportRow(module: "ForgeConsole", room: .console, imports: ["ForgeCore", "ForgeCrypto", "ForgeEngine"]),
        ImportRow(module: "ForgeBench", room: .adapter, imports: ["ForgeCore"], wraps: ["CBench"], system: ["Dispatch", "Glibc"]),
        ImportRow(module: "forge", room: .executable, system: ["Dispatch", "Glibc"], opensToAll: true),
        ImportRow(
            module: "ForgeTestSupport", room: .support, imports: ["ForgeCore", "ForgeCrypto"],
            system: ["Foundation", "Glibc", "Testing", "Dispatch"]),
    ]

    /// What any test may import besides the targets it depends on.
    static let testSystem: Set<String> = ["Foundation", "FoundationNetworking", "Glibc", "Testing", "Dispatch"]

    /// Modules that may say `unsafe` without wrapping C, each with its reason.
    static let unsafeWithoutC: [String: String] = [
        "ForgeBlocking": "an executor hands out an unowned reference to itself"
    ]
}
