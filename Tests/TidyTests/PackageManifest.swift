// Package.swift as text, read for its targets and their edges. Never runs SwiftPM: a test inside `swift test` would wait for its own build.

struct ManifestTarget: Equatable, Sendable {
    let name: String
    let dependencies: Set<String>
    let isTest: Bool
}

enum PackageManifest {
    /// Calls that declare a target, and whether they declare tests.
    private static let declarers = [
        "module": false, "library": false, "target": false, "executableTarget": false, "systemLibrary": false, "tests": true,
        "testTarget": true,
    ]

    static func targets(_ source: SwiftSource) -> [ManifestTarget] {
        source.tokens.indices.compactMap { index in
            let token = source.tokens[index]
            guard token.kind == .word, let isTest = declarers[token.text], index + 1 < source.tokens.count,
                source.tokens[index + 1].is("("), index == 0 || !source.tokens[index - 1].is("func")
            else { return nil }
            return target(source, open: index + 1, isTest: isTest)
        }
    }

    private static func target(_ source: SwiftSource, open: Int, isTest: Bool) -> ManifestTarget? {
        let arguments = arguments(source, open: open)
        // `.target(name: name, …)` inside the manifest's own functions declares nothing by itself.
        guard let first = arguments.first, ["", "name"].contains(first.label), first.values.count == 1, first.values[0].kind == .string
        else { return nil }
        let list = arguments.dropFirst().first { ["", "dependencies"].contains($0.label) }
        let names = list?.values.filter { $0.kind == .string }.map(\.text) ?? []
        // The manifest's `tests` adds it to every test target.
        let added: Set<String> = isTest ? ["ForgeTestSupport"] : []
        return ManifestTarget(name: first.values[0].text, dependencies: added.union(names), isTest: isTest)
    }

    private struct Argument {
        var label = ""
        var values: [Token] = []
    }

    /// The arguments of the call whose parenthesis opens at `open`.
    private static func arguments(_ source: SwiftSource, open: Int) -> [Argument] {
        var arguments = [Argument()]
        var depth = 0
        for token in source.tokens[(open + 1)..<max(open + 1, source.closing(open) - 1)] {
            if token.kind == .mark {
                switch token.text {
                case "(", "[", "{": depth += 1
                case ")", "]", "}": depth -= 1
                case "," where depth == 0:
                    arguments.append(Argument())
                    continue
                case ":" where depth == 0:
                    arguments[arguments.count - 1].label = arguments[arguments.count - 1].values.first?.text ?? ""
                    arguments[arguments.count - 1].values = []
                    continue
                default: break
                }
            }
            arguments[arguments.count - 1].values.append(token)
        }
        return arguments
    }
}
