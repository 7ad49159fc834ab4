// What a file is written in, told by its name alone: a diff has no more. It must never guess from the content; an unknown name is `.other`,
// and rules that need a language stay silent there.

internal import ForgeCore

enum Language: String, Hashable, Sendable {
    case swift, python, javascript, typescript, go, java, kotlin, scala, ruby, rust, c, cpp, objectiveC, csharp, php, dart
    case shell, makefile, dockerfile, yaml, toml, json, ini, terraform, sql, graphql, proto, xml, html, css
    /// Words for people: Markdown and its like.
    case prose
    case other

    init(path: RepositoryPath) {
        let name = String(decoding: path.name, as: UTF8.self)
        if let known = Self.names[name] {
            self = known
            return
        }
        if name.hasPrefix("Dockerfile") || name.hasPrefix("Containerfile") {
            self = .dockerfile
            return
        }
        if name.hasSuffix(".txt"), name.hasPrefix("requirements") || name.hasPrefix("constraints") {
            self = .ini
            return
        }
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
            self = .other
            return
        }
        self = Self.extensions[name[name.index(after: dot)...].lowercased()] ?? .other
    }

    /// Whether someone writes behaviour in it: what tests, licence headers and look-alike letters are about.
    var isProgram: Bool {
        switch self {
        case .swift, .python, .javascript, .typescript, .go, .java, .kotlin, .scala, .ruby, .rust, .c, .cpp, .objectiveC, .csharp, .php,
            .dart:
            true
        default: false
        }
    }

    /// Blocks in braces, `//` and `/* */`.
    var isLikeC: Bool {
        switch self {
        case .swift, .javascript, .typescript, .go, .java, .kotlin, .scala, .rust, .c, .cpp, .objectiveC, .csharp, .php, .dart, .proto: true
        default: false
        }
    }

    private static let names: [String: Language] = [
        "Makefile": .makefile, "GNUmakefile": .makefile, "makefile": .makefile, "Rakefile": .ruby, "Gemfile": .ruby, "Podfile": .ruby,
        "Fastfile": .ruby, "Vagrantfile": .ruby, "Jenkinsfile": .java, "Pipfile": .toml, "Brewfile": .ruby, ".bashrc": .shell,
        ".profile": .shell, ".zshrc": .shell, ".env": .ini, ".npmrc": .ini, ".editorconfig": .ini, ".coveragerc": .ini, ".flake8": .ini,
        ".pylintrc": .ini, "pylintrc": .ini, ".eslintrc": .json, ".swiftlint.yml": .yaml, "CMakeLists.txt": .makefile, "CODEOWNERS": .ini,
        "LICENSE": .prose, "COPYING": .prose, "NOTICE": .prose, "AUTHORS": .prose,
    ]

    private static let extensions: [String: Language] = [
        "swift": .swift, "py": .python, "pyi": .python, "pyx": .python, "js": .javascript, "mjs": .javascript, "cjs": .javascript,
        "jsx": .javascript, "ts": .typescript, "tsx": .typescript, "mts": .typescript, "cts": .typescript, "vue": .javascript,
        "svelte": .javascript, "go": .go, "java": .java, "groovy": .java, "gradle": .java, "kt": .kotlin, "kts": .kotlin, "scala": .scala,
        "rb": .ruby, "rake": .ruby, "gemspec": .ruby, "podspec": .ruby, "rs": .rust, "c": .c, "h": .c, "cc": .cpp, "cpp": .cpp,
        "cxx": .cpp, "hpp": .cpp, "hh": .cpp, "hxx": .cpp, "ipp": .cpp, "m": .objectiveC, "mm": .objectiveC, "cs": .csharp, "php": .php,
        "dart": .dart, "sh": .shell, "bash": .shell, "zsh": .shell, "ksh": .shell, "mk": .makefile, "cmake": .makefile,
        "dockerfile": .dockerfile, "yml": .yaml, "yaml": .yaml, "toml": .toml, "json": .json, "jsonc": .json, "json5": .json,
        "ini": .ini, "cfg": .ini, "conf": .ini, "properties": .ini, "env": .ini, "tf": .terraform, "tfvars": .terraform, "hcl": .terraform,
        "sql": .sql, "graphql": .graphql, "gql": .graphql, "proto": .proto, "xml": .xml, "plist": .xml, "xsd": .xml, "svg": .xml,
        "csproj": .xml, "html": .html, "htm": .html, "css": .css, "scss": .css, "less": .css, "md": .prose, "markdown": .prose,
        "rst": .prose, "txt": .prose, "adoc": .prose, "mdx": .prose,
    ]
}
