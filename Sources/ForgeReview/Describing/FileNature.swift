// What kind of file a changed file is, told by its name, and for generated ones by the header they bring. It sizes, labels and describes a
// change. It must never be a reason not to look for something: whoever writes a file chooses its name and its header.

package import ForgeCore

package enum FileNature: String, Hashable, Sendable, CaseIterable {
    case source, test, documentation, configuration, pipeline, migration, dependencies, deployment, lock, generated, vendored, binary

    /// What people do not write, or did not write here: it says nothing about how large a change is.
    package var isWritten: Bool {
        switch self {
        case .lock, .generated, .vendored, .binary: false
        default: true
        }
    }

    var plural: String {
        switch self {
        case .source: "source file"
        case .test: "test"
        case .documentation: "document"
        case .configuration: "settings file"
        case .pipeline: "pipeline file"
        case .migration: "migration"
        case .dependencies: "dependency list"
        case .deployment: "deployment file"
        case .lock: "lock file"
        case .generated: "generated file"
        case .vendored: "vendored file"
        case .binary: "binary file"
        }
    }

    /// `generated` holds what `.gitattributes` calls so.
    package init(of file: FileChange, generated: Set<RepositoryPath>) {
        self = Self.byName(file.path)
        guard isWritten else { return }
        if generated.contains(file.path) || Self.hasGeneratedHeader(file) {
            self = .generated
        } else if file.omitted == .binary {
            self = .binary
        }
    }

    // MARK: By name

    private static func byName(_ path: RepositoryPath) -> FileNature {
        let text = path.text.lowercased()
        let parts = text.split(separator: "/").map(String.init)
        guard let name = parts.last else { return .source }
        let folders = Set(parts.dropLast())
        if lockNames.contains(name) || name.hasSuffix(".lock") { return .lock }
        if !folders.isDisjoint(with: ["vendor", "node_modules", "third_party", "thirdparty", "pods", "carthage"]) { return .vendored }
        if isGenerated(name) { return .generated }
        if !folders.isDisjoint(with: ["migrations", "migrate", "alembic"]) || isFlyway(name) { return .migration }
        if isPipeline(text, name) { return .pipeline }
        if dependencyNames.contains(name) || (name.hasPrefix("requirements") && name.hasSuffix(".txt")) || name.hasSuffix(".csproj") {
            return .dependencies
        }
        if isDeployment(name, folders) { return .deployment }
        if isTest(name, folders) { return .test }
        if folders.contains("docs") || folders.contains("doc") || endings(name, documentEndings) || documentNames.contains(name) {
            return .documentation
        }
        return endings(name, settingEndings) || name.hasPrefix(".") ? .configuration : .source
    }

    private static func endings(_ name: String, _ list: [String]) -> Bool { list.contains { name.hasSuffix($0) } }

    private static let lockNames: Set<String> = [
        "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum", "package.resolved", "cartfile.resolved", "bun.lockb",
        "packages.lock.json", "gradle.lockfile", ".terraform.lock.hcl", "conan.lock",
    ]
    private static let dependencyNames: Set<String> = [
        "package.json", "go.mod", "cargo.toml", "pyproject.toml", "setup.py", "setup.cfg", "pipfile", "gemfile", "composer.json", "pom.xml",
        "build.gradle", "build.gradle.kts", "package.swift", "podfile", "cartfile", "mix.exs", "build.sbt", "deno.json", "pubspec.yaml",
    ]
    private static let documentNames: Set<String> = ["license", "readme", "changelog", "contributing", "authors", "notice", "copying"]
    private static let documentEndings = [".md", ".rst", ".adoc", ".markdown", ".mdx"]
    private static let settingEndings = [
        ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".json", ".xml", ".plist", ".env",
    ]
    private static let generatedEndings = [
        ".pb.go", "_pb2.py", "_pb2_grpc.py", "_pb2.pyi", ".pb.cc", ".pb.h", ".pb.swift", ".grpc.swift", ".g.dart", ".freezed.dart",
        ".min.js", ".min.css", ".js.map", ".css.map", ".snap", ".designer.cs", ".g.cs", "_generated.go", "_gen.go", ".g.ts",
    ]

    private static func isGenerated(_ name: String) -> Bool {
        endings(name, generatedEndings) || name.contains(".generated.") || name.hasPrefix("zz_generated")
    }

    /// `V12__add_pears.sql`
    private static func isFlyway(_ name: String) -> Bool {
        guard name.hasSuffix(".sql"), name.first == "v", let end = name.firstRange(of: "__") else { return false }
        return name[..<end.lowerBound].dropFirst().allSatisfy { $0.isNumber || $0 == "." || $0 == "_" }
    }

    private static func isPipeline(_ text: String, _ name: String) -> Bool {
        let names: Set<String> = [
            ".gitlab-ci.yml", "jenkinsfile", ".travis.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml", "appveyor.yml", ".drone.yml",
        ]
        let folders = [".github/workflows/", ".github/actions/", ".circleci/", ".buildkite/", ".gitlab/ci/", ".woodpecker/"]
        return names.contains(name) || folders.contains { text.hasPrefix($0) }
    }

    private static func isDeployment(_ name: String, _ folders: Set<String>) -> Bool {
        name == "dockerfile" || name.hasPrefix("dockerfile.") || name.hasPrefix("docker-compose") || name == "compose.yml"
            || name == "compose.yaml" || name.hasSuffix(".tf") || name.hasSuffix(".tfvars")
            || !folders.isDisjoint(with: ["k8s", "kubernetes", "helm", "terraform", "ansible"])
    }

    private static func isTest(_ name: String, _ folders: Set<String>) -> Bool {
        let testFolders: Set<String> = ["test", "tests", "__tests__", "spec", "specs", "testdata", "fixtures", "e2e"]
        if !folders.isDisjoint(with: testFolders) { return true }
        let stem = name.split(separator: ".").first.map(String.init) ?? name
        return name.contains(".test.") || name.contains(".spec.") || stem.hasSuffix("_test") || stem.hasSuffix("_spec")
            || stem.hasPrefix("test_") || stem == "conftest" || (name.hasSuffix("tests.swift") || name.hasSuffix("test.java"))
            || name.hasSuffix("tests.cs") || name.hasSuffix("test.kt") || name.hasSuffix("spec.scala")
    }

    // MARK: By header

    private static let headerLines = 10
    private static let headerBytes = 400

    /// Of the lines that the change shows, those at the top of the new file.
    private static func hasGeneratedHeader(_ file: FileChange) -> Bool {
        guard let first = file.hunks.first, first.newStart <= headerLines else { return false }
        for line in first.lines where line.kind != .removed {
            guard let number = line.newNumber, number <= headerLines else { return false }
            if isGeneratedHeader(String(decoding: line.text.prefix(headerBytes), as: UTF8.self).lowercased()) { return true }
        }
        return false
    }

    /// Only in a comment: a text that speaks of such headers has none.
    private static func isGeneratedHeader(_ line: String) -> Bool {
        let opening = line.drop { $0 == " " || $0 == "\t" }
        guard ["//", "/*", "*", "#", "--", "<!--", ";", "%", "\"\"\"", "(*", "{-", "@rem", "'"].contains(where: { opening.hasPrefix($0) })
        else {
            return false
        }
        return line.contains("do not edit") || line.contains("@generated") || line.contains("<auto-generated")
            || line.contains("automatically generated") || line.contains("autogenerated") || line.contains("auto-generated by")
            || line.contains("code generated by")
    }
}
