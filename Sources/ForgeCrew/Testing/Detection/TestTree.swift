// A tree as the detection sees it: paths, and the texts of a few small files. Pure: whoever has the tree reads those files.

package import ForgeCore

package struct TestTree: Sendable {
    /// Sorted.
    let paths: [String]
    private let texts: [String: String]
    private let names: [String: Set<String>]
    /// Of the texts that are JSON: a package asks those above it, too.
    private let values: [String: JSON]

    package static let textBytesMax = 256 << 10
    package static let textsMax = 400
    static let depthMax = 6
    /// What lies in these is somebody else's, or was built.
    private static let foreign: Set<String> = [
        "node_modules", "bower_components", "vendor", "third_party", "thirdparty", "external", ".venv", "venv", "site-packages", ".tox",
        ".nox",
        "target", "build", "dist", ".build", "out", "Pods", "Carthage", "testdata", "test_data", "fixtures", "Fixtures", "__fixtures__",
        ".git",
        "__pycache__", "deps", "_build", ".gradle", "bin", "obj", ".github", ".circleci", ".yarn",
    ]
    /// Projects in these show how something is used.
    private static let shown: Set<String> = [
        "examples", "example", "samples", "sample", "demo", "demos", "docs", "doc", "templates", "benchmarks",
    ]

    package init(_ paths: some Sequence<RepositoryPath>, texts: [RepositoryPath: [UInt8]]) {
        var names: [String: Set<String>] = [:]
        var kept: [String] = []
        for path in paths {
            let text = path.text
            kept.append(text)
            let (folder, name) = Self.parted(text)
            names[folder, default: []].insert(name)
        }
        self.paths = kept.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.names = names
        self.texts = Dictionary(
            texts.filter { $0.value.count <= Self.textBytesMax }.map { ($0.key.text, String(decoding: $0.value, as: UTF8.self)) }
        ) { first, _ in first }
        var values: [String: JSON] = [:]
        for (path, text) in self.texts where path.hasSuffix(".json") || path.hasSuffix(".jsonc") {
            // What is no JSON is only not read.
            do throws(JSONError) { values[path] = try JSONParser.parse(text, limits: JSONLimits(depthMax: 64, valuesMax: 100_000)) } catch {
            }
        }
        self.values = values
    }

    /// Whether a folder of this name is worth going into.
    package static func enters(_ name: String) -> Bool { !foreign.contains(name) }

    /// Which of these files it wants to see, the nearest to the top first.
    package static func wanted(of paths: some Sequence<RepositoryPath>) -> [RepositoryPath] {
        var wanted: [(depth: Int, path: RepositoryPath)] = []
        var samples = 0
        for path in paths {
            let (folder, name) = parted(path.text)
            guard isOwn(folder) else { continue }
            if TestTable.wants(name) {
                wanted.append((depth(of: folder), path))
            } else if PythonTests.isTest(name), samples < 20 {
                // Whether tests are pytest's can only be seen in them.
                samples += 1
                wanted.append((depth(of: folder) + depthMax, path))
            }
        }
        return wanted.sorted { ($0.depth, $0.path) < ($1.depth, $1.path) }.prefix(textsMax).map(\.path)
    }

    /// Folders that hold something, without those that are somebody else's.
    var folders: [TestFolder] {
        names.keys.filter(Self.isOwn).sorted().map { TestFolder(tree: self, path: $0) }
    }

    func has(_ path: String) -> Bool {
        let (folder, name) = Self.parted(path)
        return names[folder]?.contains(name) == true
    }

    func names(in folder: String) -> Set<String> { names[folder] ?? [] }
    func text(_ path: String) -> String? { texts[path] }
    func json(_ path: String) -> JSON? { values[path] }

    /// Paths beneath a folder.
    func beneath(_ folder: String) -> ArraySlice<String> {
        guard !folder.isEmpty else { return paths[...] }
        let start = firstPlace(notBefore: folder + "/")
        return paths[start..<max(start, firstPlace(notBefore: folder + "0"))]
    }

    private func firstPlace(notBefore text: String) -> Int {
        var low = 0
        var high = paths.count
        while low < high {
            let middle = (low + high) / 2
            if paths[middle].utf8.lexicographicallyPrecedes(text.utf8) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    static func parted(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    }

    static func depth(of folder: String) -> Int { folder.isEmpty ? 0 : folder.utf8.count { $0 == UInt8(ascii: "/") } + 1 }

    private static func isOwn(_ folder: String) -> Bool {
        depth(of: folder) <= depthMax && !folder.split(separator: "/").contains { foreign.contains(String($0)) }
    }

    static func isShown(_ folder: String) -> Bool { folder.split(separator: "/").contains { shown.contains(String($0)) } }
}

/// One folder of a tree.
struct TestFolder {
    let tree: TestTree
    let path: String

    var place: RepositoryPath? { path.isEmpty ? nil : RepositoryPath(path) }
    var names: Set<String> { tree.names(in: path) }
    func has(_ name: String) -> Bool { tree.has(inside(name)) }
    func hasAny(_ names: String...) -> Bool { names.contains(where: has) }
    func text(_ name: String) -> String? { tree.text(inside(name)) }
    var beneath: ArraySlice<String> { tree.beneath(path) }
    func hasFolder(_ name: String) -> Bool { !tree.beneath(inside(name)).isEmpty }

    /// Whether a file beneath has such a name.
    func hasFile(where isWanted: (String) -> Bool) -> Bool { beneath.contains { isWanted(TestTree.parted($0).name) } }

    /// This one, then those above it.
    var andAbove: [TestFolder] {
        var folders = [self]
        var path = path
        while !path.isEmpty {
            path = TestTree.parted(path).folder
            folders.append(TestFolder(tree: tree, path: path))
        }
        return folders
    }

    func json(_ name: String) -> JSON? { tree.json(inside(name)) }

    private func inside(_ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }
}
