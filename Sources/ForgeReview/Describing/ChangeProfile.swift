// A change in numbers and words, by rule: how large, where, and what about it is worth a closer look. Values for labels and texts; nothing
// here reads a line's meaning.

package import ForgeCore

package struct ChangeProfile: Hashable, Sendable {
    package enum Size: String, Hashable, Sendable, CaseIterable {
        case extraSmall = "XS", small = "S", medium = "M", large = "L", extraLarge = "XL"

        /// Lines added and removed that people wrote.
        package init(lines: Int) {
            switch lines {
            case ..<10: self = .extraSmall
            case ..<50: self = .small
            case ..<200: self = .medium
            case ..<600: self = .large
            default: self = .extraLarge
            }
        }
    }

    package enum Risk: String, Hashable, Sendable, CaseIterable {
        case migration, pipeline, access, dependencies, deployment, policy
        case testsDeleted = "tests-deleted"

        var sentence: String {
            switch self {
            case .migration: "it changes how data is stored"
            case .pipeline: "it changes what runs in the pipeline"
            case .access: "it touches who may do what"
            case .dependencies: "it changes what the project is built from"
            case .deployment: "it changes how the project is deployed"
            case .policy: "it changes who reviews, or what is checked"
            case .testsDeleted: "it deletes tests"
            }
        }
    }

    package struct File: Hashable, Sendable {
        package var path: RepositoryPath
        package var oldPath: RepositoryPath?
        package var kind: ChangeKind
        package var nature: FileNature
        package var added: Int
        package var removed: Int
        /// What the changed lines stand in, as git shows it.
        package var places: [String]
    }

    package var files: [File]
    package var size: Size
    /// The folders with the most changed lines, at most three.
    package var areas: [String]
    package var risks: [Risk]

    private static let areasMax = 3

    /// `generated` holds what `.gitattributes` calls so.
    package init(_ diff: Diff, generated: Set<RepositoryPath> = []) {
        files = diff.files.map { File($0, generated: generated) }
        size = Size(lines: files.lazy.filter(\.nature.isWritten).reduce(0) { $0 + $1.added + $1.removed })
        areas = Self.areas(of: files)
        let found = Set(files.flatMap(\.risks))
        risks = Risk.allCases.filter(found.contains)
    }

    private static func areas(of files: [File]) -> [String] {
        var lines: [String: Int] = [:]
        for file in files where file.nature.isWritten {
            if let area = file.area { lines[area, default: 0] += file.added + file.removed + 1 }
        }
        return lines.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(areasMax).map(\.key)
    }

    /// `size/M`, `area/api`, `risk/migration`.
    package var labels: [String] {
        ["size/\(size.rawValue)"] + areas.map { "area/\($0)" } + risks.map { "risk/\($0.rawValue)" }
    }

    /// Labels of ours that a pull request has and should have no more. Only the size is ours alone: an area or a risk may be a person's word.
    package static func staleLabels(among current: [String], wanted: [String]) -> [String] {
        let sizes = Set(Size.allCases.map { "size/\($0.rawValue)" })
        return current.filter { sizes.contains($0) && !wanted.contains($0) }
    }
}

extension ChangeProfile.File {
    private static let placesMax = 3
    private static let placeCharacters = 60

    init(_ file: FileChange, generated: Set<RepositoryPath>) {
        path = file.path
        oldPath = file.kind == .renamed || file.kind == .copied ? file.old?.path : nil
        kind = file.kind
        nature = FileNature(of: file, generated: generated)
        added = file.addedCount
        removed = file.removedCount
        places = []
        for hunk in file.hunks where places.count < Self.placesMax {
            let place = Self.place(hunk.heading)
            if !place.isEmpty, !places.contains(place) { places.append(place) }
        }
    }

    /// `func total(of basket: Basket) -> Int` of `    func total(of basket: Basket) -> Int {`
    private static func place(_ heading: [UInt8]) -> String {
        let text = String(decoding: heading.prefix(400), as: UTF8.self)
        let parts = text.split { $0 == " " || $0 == "\t" }
        let line = parts.joined(separator: " ")
        let bare = line.reversed().drop { $0 == "{" || $0 == ":" || $0 == " " }
        return shortened(visible(String(bare.reversed()), charactersMax: 300), charactersMax: placeCharacters)
    }

    /// Folders that only hold others.
    private static let containers: Set<String> = [
        "src", "sources", "source", "lib", "libs", "packages", "apps", "services", "crates", "modules", "internal", "pkg", "cmd",
        "components",
        "projects", "plugins",
    ]

    /// The top folder, or the one below where that only holds others; nil at the top, and for names that fit no label.
    fileprivate var area: String? {
        switch nature {
        case .test: return "tests"
        case .documentation: return "docs"
        case .pipeline: return "ci"
        default: break
        }
        let parts = path.bytes.split(separator: UInt8(ascii: "/"))
        guard parts.count > 1 else { return nil }
        let first = String(decoding: parts[0], as: UTF8.self).lowercased()
        let name = Self.containers.contains(first) && parts.count > 2 ? String(decoding: parts[1], as: UTF8.self).lowercased() : first
        let isPlain = name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-_.".utf8.contains($0) }
        return isPlain && name.utf8.count <= 40 ? name : nil
    }

    private static let accessWords: Set<String> = [
        "auth", "authentication", "authorization", "authorisation", "authorize", "oauth", "oauth2", "login", "logout", "session",
        "sessions",
        "permission", "permissions", "password", "passwords", "token", "tokens", "jwt", "saml", "sso", "acl", "rbac", "crypto", "security",
        "access", "credentials", "signin", "signup", "roles", "policies",
    ]

    fileprivate var risks: [ChangeProfile.Risk] {
        var found: [ChangeProfile.Risk] = []
        switch nature {
        case .migration: found.append(.migration)
        case .pipeline: found.append(.pipeline)
        case .dependencies, .lock: found.append(.dependencies)
        case .deployment: found.append(.deployment)
        case .test where kind == .deleted: found.append(.testsDeleted)
        default: break
        }
        let text = path.text.lowercased()
        if text == ".forge.yml" || text.hasSuffix("codeowners") || text == ".github/dependabot.yml" { found.append(.policy) }
        if nature == .source || nature == .configuration, !Self.words(of: path).isDisjoint(with: Self.accessWords) { found.append(.access) }
        return found
    }

    /// `OAuthTokenStore.swift` is about `o`, `auth`, `oauth`, `token` and `store`.
    private static func words(of path: RepositoryPath) -> Set<String> {
        var words: Set<String> = []
        var word = ""
        var last = ""
        func end() {
            if !word.isEmpty { words.formUnion([word, last + word]) }
            last = word
            word = ""
        }
        for scalar in path.text.unicodeScalars {
            if scalar.properties.isUppercase, !(word.isEmpty) { end() }
            guard scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) else {
                end()
                last = ""
                continue
            }
            word += scalar.properties.lowercaseMapping
        }
        end()
        return words
    }
}
