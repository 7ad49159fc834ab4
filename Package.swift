// swift-tools-version: 6.2
// Targets stand in the order of the rings in README.md, each with its test target next to it.
// The import table is Tests/TidyTests/ImportTable.swift; a new edge changes both.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// What judges texts is optimized in debug builds, too: the tests put thousands of examples through it, and the programs they start read
/// every pack.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A module under Sources/, or at `path`.
func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil, exclude: [String] = [], settings: [SwiftSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", exclude: exclude, swiftSettings: strict + settings)
}

/// The tests of a module, under Tests/.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["ForgeTestSupport"], path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

/// A C library from Debian: a module map and a shim.
func library(_ name: String, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", providers: [.apt([package])])
}

let package = Package(
    name: "forge",
    products: [.executable(name: "forge", targets: ["forge"])],
    targets: [
        // Ring 0: C
        library("COpenSSL", apt: "libssl-dev"),
        library("CYAML", apt: "libyaml-dev"),
        library("CMicroHTTPD", apt: "libmicrohttpd-dev"),
        library("CSQLite", apt: "libsqlite3-dev"),
        library("CVectorscan", apt: "libvectorscan-dev"),
        library("CPCRE2", apt: "libpcre2-dev"),
        library("CGit2", apt: "libgit2-dev"),
        library("CCurl", apt: "libcurl4-openssl-dev"),
        library("CSandbox", apt: "libseccomp-dev"),
        .systemLibrary(name: "CSystem", path: "Sources/C/CSystem"),
        .target(name: "CMigrations", path: "Sources/C/CMigrations"),
        .target(name: "CResources", path: "Sources/C/CResources"),
        .target(
            name: "CBench", path: "Sources/C/CBench", cSettings: [.define("_GNU_SOURCE")],
            linkerSettings: [.linkedLibrary("microhttpd"), .linkedLibrary("crypto"), .linkedLibrary("sqlite3")]),

        // Ring 1: words, ports, shared decisions
        module("ForgeCore"),
        tests("ForgeCoreTests", ["ForgeCore"]),

        // Ring 2: tools
        module("ForgeCrypto", ["ForgeCore", "COpenSSL"]),
        tests("ForgeCryptoTests", ["ForgeCore", "ForgeCrypto"]),
        module("ForgeYAML", ["CYAML"], settings: optimized),
        tests("ForgeYAMLTests", ["ForgeYAML"]),
        module("ForgePatterns", ["CVectorscan", "CPCRE2"], settings: optimized),
        tests("ForgePatternsTests", ["ForgePatterns"]),
        module("ForgeBlocking"),
        tests("ForgeBlockingTests", ["ForgeBlocking"]),

        module("ForgeResources", ["CResources"]),
        tests("ForgeResourcesTests", ["ForgeResources"]),
        module("ForgeSystem", ["ForgeCore", "CSystem"]),
        tests("ForgeSystemTests", ["ForgeCore", "ForgeSystem"]),

        // Ring 3: stages
        module("ForgeConfig", ["ForgeCore", "ForgeYAML"], settings: optimized),
        tests("ForgeConfigTests", ["ForgeCore", "ForgeYAML", "ForgeConfig"]),
        module(
            "ForgeWebhooks", ["ForgeCore", "ForgeCrypto"], path: "Webhooks",
            exclude: ["GitHub/Examples", "Sentry/Examples", "GlitchTip/Examples"]),
        tests("ForgeWebhooksTests", ["ForgeCore", "ForgeCrypto", "ForgeWebhooks"]),
        module("ForgeRules", ["ForgeCore", "ForgeYAML", "ForgePatterns"], settings: optimized),
        tests("ForgeRulesTests", ["ForgeCore", "ForgeYAML", "ForgePatterns", "ForgeResources", "ForgeRules"]),
        module("ForgeReview", ["ForgeCore", "ForgeCrypto"]),
        tests("ForgeReviewTests", ["ForgeCore", "ForgeReview"]),
        module("ForgeCrew", ["ForgeCore"], settings: optimized),
        tests("ForgeCrewTests", ["ForgeCore", "ForgeCrew"], exclude: ["Testing/Fixtures"]),

        // Ring 3: adapters
        module("ForgeServer", ["ForgeCore", "CMicroHTTPD"]),
        tests("ForgeServerTests", ["ForgeCore", "ForgeServer"]),
        module("ForgeStore", ["ForgeCore", "ForgeBlocking", "ForgeCrypto", "CSQLite", "CMigrations"], exclude: ["Migrations"]),
        tests("ForgeStoreTests", ["ForgeCore", "ForgeCrypto", "ForgeStore"]),
        module("ForgeHTTP", ["ForgeCore", "CCurl"]),
        tests("ForgeHTTPTests", ["ForgeCore", "ForgeHTTP", "ForgeServer"]),
        module("ForgeGit", ["ForgeCore", "ForgeBlocking", "CGit2"]),
        tests("ForgeGitTests", ["ForgeCore", "ForgeGit"]),
        module("ForgeGitHub", ["ForgeCore", "ForgeCrypto", "ForgeHTTP"]),
        tests("ForgeGitHubTests", ["ForgeCore", "ForgeCrypto", "ForgeHTTP", "ForgeGitHub", "ForgeServer"]),
        module("ForgeLocalHost", ["ForgeCore", "ForgeCrypto"]),
        tests("ForgeLocalHostTests", ["ForgeCore", "ForgeLocalHost", "ForgeStore", "ForgeGit", "ForgeWebhooks"]),
        module("ForgeModels", ["ForgeCore", "ForgeHTTP"]),
        tests("ForgeModelsTests", ["ForgeCore", "ForgeHTTP", "ForgeModels", "ForgeServer"]),
        module("ForgeSandbox", ["ForgeCore", "ForgeBlocking", "ForgePatterns", "CSandbox"]),
        tests("ForgeSandboxTests", ["ForgeCore", "ForgePatterns", "ForgeSandbox"]),
        module("ForgeBench", ["ForgeCore", "CBench"]),
        tests("ForgeBenchTests", ["ForgeBench"]),

        // Ring 4
        module("ForgeEngine", ["ForgeCore", "ForgeCrypto", "ForgeConfig", "ForgeWebhooks", "ForgeReview", "ForgeCrew"]),
        tests(
            "ForgeEngineTests",
            ["ForgeCore", "ForgeCrypto", "ForgeEngine", "ForgeConfig", "ForgeWebhooks", "ForgeReview", "ForgeCrew"]),
        module("ForgeConsole", ["ForgeCore", "ForgeCrypto", "ForgeEngine"]),
        tests("ForgeConsoleTests", ["ForgeCore", "ForgeCrypto", "ForgeConsole", "ForgeEngine"]),

        // Ring 5
        .executableTarget(
            name: "forge",
            dependencies: [
                "ForgeCore", "ForgeCrypto", "ForgeYAML", "ForgeConfig", "ForgeWebhooks", "ForgeServer", "ForgeStore", "ForgeEngine",
                "ForgeConsole", "ForgeBench", "ForgeSystem", "ForgeResources", "ForgeRules", "ForgePatterns", "ForgeGit", "ForgeReview",
                "ForgeCrew", "ForgeHTTP", "ForgeGitHub", "ForgeLocalHost", "ForgeModels", "ForgeSandbox",
            ],
            path: "Sources/forge", swiftSettings: strict),

        // Tests of the whole, and what tests share
        .target(
            name: "ForgeTestSupport", dependencies: ["ForgeCore", "ForgeCrypto"], path: "Tests/ForgeTestSupport",
            swiftSettings: strict),
        tests("ForgeTestSupportTests", ["ForgeCore", "ForgeCrypto", "ForgeServer"]),
        tests(
            "ScenarioTests",
            [
                "ForgeCore", "ForgeCrypto", "ForgeSystem", "ForgeConfig", "ForgeStore", "ForgeBench", "ForgePatterns", "ForgeResources",
                "ForgeRules", "ForgeServer", "forge",
            ]),
        tests("TidyTests", []),
    ]
)
