// What kind of file a name belongs to, by the conventions of its language: a test, generated, someone else's, an example. It must never call
// a file generated because of its content alone unless the content says so in the words that generators use.

internal import ForgeCore

struct FileTraits: Sendable, Equatable {
    var language: Language
    var isTest = false
    /// Made by a program, or a lock file: nobody reads it line by line.
    var isGenerated = false
    /// Copied from somewhere else.
    var isVendored = false
    /// Shows how something is used; nothing runs it in earnest.
    var isExample = false
    var isLockFile = false
    var isWorkflow = false
    /// A step of any system that builds and tests.
    var isPipeline = false
    var isMigration = false
    /// Words and names in the languages of people.
    var isTranslation = false

    init(path: RepositoryPath) {
        language = Language(path: path)
        let parts = path.bytes.split(separator: Byte.slash).map { $0.string }
        let name = parts.last ?? ""
        let folders = parts.dropLast().map { $0.lowercased() }
        isLockFile = Self.lockFiles.contains(name)
        isTest = Self.isTest(name, folders, language)
        isVendored = folders.contains { Self.vendorFolders.contains($0) }
        isExample = folders.contains { Self.exampleFolders.contains($0) }
        isGenerated =
            isLockFile || Self.generatedEndings.contains { name.hasSuffix($0) } || name.has(".min.")
            || folders.contains { Self.generatedFolders.contains($0) }
        isWorkflow = language == .yaml && (path.text.hasPrefix(".github/workflows/") || path.text.has("/.github/workflows/"))
        let isAction = language == .yaml && ["action.yml", "action.yaml"].contains(name)
        isPipeline =
            isWorkflow || isAction || Self.pipelines.contains(name) || folders.first == ".circleci" || folders.first == ".buildkite"
        isWorkflow = isWorkflow || isAction
        isMigration = folders.contains { ["migrations", "migration", "migrate", "alembic"].contains($0) } || name.has(".up.sql")
        isTranslation = Self.isTranslation(name, folders)
    }

    private static func isTest(_ name: String, _ folders: [String], _ language: Language) -> Bool {
        if folders.contains(where: { testFolders.contains($0) || $0.hasSuffix("tests") && language == .swift }) { return true }
        let stem = name.split(separator: ".").first.map(String.init) ?? name
        switch language {
        case .python: return stem.hasPrefix("test_") || stem.hasSuffix("_test") || stem == "conftest"
        case .javascript, .typescript: return [".test.", ".spec.", ".cy.", "-test.", "_test."].contains { name.has($0) }
        case .go, .ruby: return stem.hasSuffix("_test") || stem.hasSuffix("_spec") || stem == "spec_helper" || stem == "test_helper"
        case .swift, .java, .kotlin, .scala, .csharp, .php, .dart, .objectiveC:
            return stem.hasSuffix("Tests") || stem.hasSuffix("Test") || stem.hasSuffix("Spec") || stem.hasSuffix("_test")
        case .rust: return stem == "tests" || stem.hasSuffix("_test") || stem.hasSuffix("_tests")
        case .c, .cpp: return stem.hasPrefix("test_") || stem.hasSuffix("_test") || stem.hasSuffix("_unittest") || stem.hasSuffix("Test")
        default: return false
        }
    }

    private static func isTranslation(_ name: String, _ folders: [String]) -> Bool {
        if [".strings", ".xcstrings", ".po", ".pot", ".arb", ".resx", ".xliff", ".xlf", ".ftl", ".stringsdict"].contains(
            where: name.hasSuffix)
        {
            return true
        }
        return folders.contains {
            ["locales", "locale", "i18n", "l10n", "translations", "lang", "langs", "languages"].contains($0) || $0.hasSuffix(".lproj")
        }
    }

    private static let testFolders: Set<String> = [
        "test", "tests", "__tests__", "spec", "specs", "testing", "e2e", "testdata", "fixtures", "__fixtures__", "__mocks__", "mocks",
        "cypress",
        "unittests", "test-data", "__snapshots__",
    ]
    private static let vendorFolders: Set<String> = [
        "vendor", "vendored", "node_modules", "third_party", "thirdparty", "third-party", "external", "_vendor", "bower_components", "pods",
        "carthage", "site-packages", "_vendored",
    ]
    private static let exampleFolders: Set<String> = [
        "example", "examples", "sample", "samples", "demo", "demos", "docs", "doc", "tutorial",
    ]
    private static let generatedFolders: Set<String> = ["generated", "__generated__", "dist", ".yarn", "_generated"]
    private static let generatedEndings = [
        ".pb.go", ".pb.swift", ".grpc.swift", "_pb2.py", "_pb2_grpc.py", ".pb.cc", ".pb.h", ".g.dart", ".freezed.dart", "_generated.go",
        ".generated.ts", ".generated.swift", ".generated.js", ".designer.cs", ".g.cs", ".min.js", ".min.css", ".bundle.js", ".map", ".snap",
        "_gen.go", ".gen.go", ".gen.ts", ".d.ts.map", ".pbxproj", ".ipynb", ".svg",
    ]
    static let lockFiles: Set<String> = [
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "Cargo.lock", "Gemfile.lock",
        "poetry.lock", "Pipfile.lock", "uv.lock", "pdm.lock", "composer.lock", "go.sum", "Package.resolved", "Podfile.lock", "mix.lock",
        "pubspec.lock", "flake.lock", "Cartfile.resolved", "gradle.lockfile", "packages.lock.json", ".terraform.lock.hcl", "deno.lock",
    ]
    private static let pipelines: Set<String> = [
        ".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml", "appveyor.yml", ".appveyor.yml", "bitbucket-pipelines.yml", "Jenkinsfile",
        ".drone.yml", "cloudbuild.yaml", "tox.ini", "noxfile.py", "Makefile", "Taskfile.yml", "justfile", "package.json", ".cirrus.yml",
        ".pre-commit-config.yaml", "buildspec.yml",
    ]

    /// Whether one of the first lines of a file says that a program wrote it.
    static func saysGenerated(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.count < 400 else { return false }
        if line.has("DO NOT EDIT") { return line.has("enerated") || line.has("GENERATED") }
        if line.has("@generated") { return true }
        return line.has("utogenerated by ") || line.has("uto-generated by ") || line.has("his file is generated")
            || line.has("his file was generated")
            || line.has("his file is autogenerated") || line.has("utomatically generated")
    }
}
