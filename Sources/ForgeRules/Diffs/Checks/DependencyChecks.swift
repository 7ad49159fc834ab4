// Checks about manifests, lock files and version numbers that must move together. A repository without lock files is left alone: whether there
// is one is asked, never assumed.

internal import ForgeCore

enum DependencyChecks {
    /// Manifests, and the lock files that follow them in the same folder.
    private static let pairs: [String: [String]] = [
        "package.json": ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"],
        "Cargo.toml": ["Cargo.lock"], "Gemfile": ["Gemfile.lock"], "Pipfile": ["Pipfile.lock"], "composer.json": ["composer.lock"],
        "pyproject.toml": ["poetry.lock", "uv.lock", "pdm.lock"], "go.mod": ["go.sum"], "Package.swift": ["Package.resolved"],
        "Podfile": ["Podfile.lock"], "mix.exs": ["mix.lock"], "pubspec.yaml": ["pubspec.lock"],
    ]

    static let withoutLockFile: ChangeCheck = { view in
        view.files.compactMap { file in
            guard let locks = pairs[file.path.nameText], !file.isDeleted, !file.isForeign, !file.traits.isTest, !file.traits.isExample
            else { return nil }
            guard let line = addedDependency(file) else { return nil }
            let paths = locks.map(file.path.sibling)
            guard !paths.contains(where: { path in view.files.contains { $0.path == path } }) else { return nil }
            guard let lock = paths.first(where: { view.repository.hasFile($0) == true }) else { return nil }
            return file.hit(line...line, message: "A dependency is added here, and \(lock.nameText) beside it does not know it.")
        }
    }

    /// The first line that names a dependency that was not named before.
    private static func addedDependency(_ file: ChangedFile) -> Int? {
        let before = Set(file.old.lines.indices.filter { file.old.lines[$0].isChanged }.compactMap { dependency(file.old.text($0), file) })
        var section = ""
        for (index, line) in file.new.lines.enumerated() {
            let text = file.new.text(index).trimmed
            if let name = heading(text, file) { section = name }
            guard line.isChanged, let name = dependency(text, file), !before.contains(name) else { continue }
            if isDependencySection(section, file) { return line.number }
        }
        return nil
    }

    private static func heading(_ text: ArraySlice<UInt8>, _ file: ChangedFile) -> String? {
        switch file.path.nameText {
        case "package.json", "composer.json":
            text.last == Byte.openBrace && text.first == Byte.doubleQuote ? text.string : text.first == Byte.closeBrace ? "" : nil
        case "Cargo.toml", "pyproject.toml", "Pipfile":
            text.first == Byte.openBracket ? text.string : text.starts("dependencies") ? "dependencies" : nil
        default: nil
        }
    }

    private static func isDependencySection(_ section: String, _ file: ChangedFile) -> Bool {
        switch file.path.nameText {
        case "package.json", "composer.json", "Cargo.toml", "pyproject.toml": section.contains("ependencies") || section.contains("require")
        case "Pipfile": section.contains("packages")
        default: true
        }
    }

    private static func dependency(_ line: ArraySlice<UInt8>, _ file: ChangedFile) -> String? {
        let text = line.trimmed
        switch file.path.nameText {
        case "package.json", "composer.json":
            guard text.first == Byte.doubleQuote, let end = text.dropFirst().firstIndex(of: Byte.doubleQuote) else { return nil }
            let value = text[(end + 1)...].trimmed
            return value.first == Byte.colon && value.dropFirst().trimmed.first == Byte.doubleQuote
                ? text[(text.startIndex + 1)..<end].string : nil
        case "Cargo.toml", "pyproject.toml", "Pipfile":
            let name = text.drop { $0 == Byte.doubleQuote || $0 == Byte.singleQuote }.prefix {
                Byte.isName($0) || $0 == Byte.minus || $0 == UInt8(ascii: ".")
            }
            return name.isEmpty || text.first == Byte.hash || text.first == Byte.openBracket ? nil : name.string
        case "go.mod":
            return text.names.isEmpty || !text.has(" v") || text.starts("module")
                ? nil : text.split(separator: Byte.space).first { !$0.elementsEqual("require".utf8) }?.string
        case "Package.swift":
            return text.has(".package(") && (text.has("url:") || text.has("id:"))
                ? text.split(separator: Byte.doubleQuote).dropFirst().first?.string : nil
        case "Gemfile": return text.starts("gem ") ? text.names.dropFirst().first : nil
        case "Podfile": return text.starts("pod ") ? text.names.dropFirst().first : nil
        default: return nil
        }
    }

    /// A lock file that knows new packages while no manifest changed: an update of what was there adds versions, seldom names.
    static let withoutManifest: ChangeCheck = { view in
        view.files.compactMap { file in
            guard file.traits.isLockFile, !file.isDeleted, !file.isAdded, !file.traits.isVendored, !file.traits.isTest else { return nil }
            let manifests = pairs.filter { $0.value.contains(file.path.nameText) }.keys
            guard !manifests.isEmpty, !view.files.contains(where: { manifests.contains($0.path.nameText) }) else { return nil }
            let before = Set(packages(file.old))
            // Where versions move, an update brought what its new versions need.
            let isUpdate = file.old.lines.indices.contains { file.old.lines[$0].isChanged && file.old.text($0).has("ersion") }
            guard !isUpdate, before.isEmpty, let new = packages(file.new, numbered: true).first else { return nil }
            return file.hit(new.line...new.line, message: "`\(new.name)` is locked here, and no manifest of this change asks for it.")
        }
    }

    private static func packages(_ text: ChangedText) -> [String] { packages(text, numbered: true).map(\.name) }

    private static func packages(_ text: ChangedText, numbered: Bool) -> [(name: String, line: Int)] {
        text.lines.indices.compactMap { index in
            guard text.lines[index].isChanged, let name = package(text.text(index)) else { return nil }
            return (name, text.lines[index].number)
        }
    }

    private static func package(_ line: ArraySlice<UInt8>) -> String? {
        let text = line.trimmed
        if text.starts("\"node_modules/"), text.last == Byte.openBrace {
            return text.dropFirst(14).prefix { $0 != Byte.doubleQuote }.string
        }
        if text.starts("name = \"") { return text.dropFirst(8).prefix { $0 != Byte.doubleQuote }.string }
        if text.starts("\"identity\" : \"") { return text.dropFirst(14).prefix { $0 != Byte.doubleQuote }.string }
        if text.has(" h1:"), !text.has("/go.mod ") { return text.prefix { $0 != Byte.space }.string }
        return nil
    }

    // MARK: Versions

    private struct Bump {
        var file: ChangedFile
        var old: String
        var new: String
        var line: Int
    }

    /// Files that named the same version and now name two.
    static let versionMismatches: ChangeCheck = { view in
        let bumps = view.files.filter { !$0.traits.isVendored && !$0.traits.isTest && !$0.traits.isExample }.compactMap(bump)
            .sorted { !$0.file.traits.isLockFile && $1.file.traits.isLockFile }
        return bumps.enumerated().compactMap { index, bump in
            guard
                let other = bumps[..<index].first(where: {
                    $0.old == bump.old && $0.new != bump.new && $0.file.path.folder == bump.file.path.folder
                })
            else {
                return nil
            }
            return bump.file.hit(
                bump.line...bump.line,
                message:
                    "The version was \(bump.old) here and in \(other.file.path.shown); now it is \(bump.new) here and \(other.new) there.")
        }
    }

    /// The project's own version, where a file changes it: the first one that it names.
    private static func bump(_ file: ChangedFile) -> Bump? {
        let places = [
            "package.json", "package-lock.json", "pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml", "__init__.py", "_version.py",
            "version.py",
            "VERSION", "version.txt", "composer.json", "Chart.yaml", "pubspec.yaml", "manifest.json", "galaxy.yml", "version.go",
            "build.gradle",
        ]
        guard places.contains(file.path.nameText), let run = file.runs.first(where: { $0.removed.count == $0.added.count }) else {
            return nil
        }
        for (removed, added) in zip(run.removed, run.added) where file.new.lines[added].number <= 60 {
            guard let old = version(file.old.text(removed), file), let new = version(file.new.text(added), file), old != new else {
                continue
            }
            return Bump(file: file, old: old, new: new, line: file.new.lines[added].number)
        }
        return nil
    }

    private static func version(_ line: ArraySlice<UInt8>, _ file: ChangedFile) -> String? {
        let text = line.trimmed
        let isBare = ["VERSION", "version.txt"].contains(file.path.nameText)
        guard isBare || text.starts("\"version\"") || text.starts("version") || text.starts("__version__") || text.starts("Version") else {
            return nil
        }
        // The version of a package, not one that something asks for.
        guard let start = text.firstIndex(where: Byte.isDigit) else { return nil }
        let number = text[start...].prefix { Byte.isName($0) || $0 == UInt8(ascii: ".") || $0 == Byte.minus || $0 == Byte.plus }
        return number.contains(UInt8(ascii: ".")) ? number.string : nil
    }
}
