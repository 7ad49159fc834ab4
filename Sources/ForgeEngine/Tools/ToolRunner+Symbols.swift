// Definitions by universal-ctags, inside the sandbox: it reads files that anybody may have written. It gets only files in which the name
// stands at all, and never a folder, so that what is ignored stays so.

import ForgeCore
import ForgeCrew

extension ToolRunner {
    func definitions(of name: String, beneath path: RepositoryPath?) async throws -> String {
        let found = try await place.files.search(WorkSearch(pattern: name, isLiteral: true, beneath: path, matchesMax: 5_000))
        var paths: [RepositoryPath] = []
        for match in found.matches where paths.last != match.path { paths.append(match.path) }
        guard !paths.isEmpty else { return text.symbols(name, []) }
        let symbols = try await symbols(of: Array(paths.prefix(limits.symbolFilesMax)))
        let shown = text.symbols(name, symbols.filter { Self.names($0.name, name) })
        let isCut = found.isCut || paths.count > limits.symbolFilesMax
        return isCut ? shown + "The name stands in too many places to look at all of them; give a path.\n" : shown
    }

    /// `Cart`, in backquotes, or behind what it is a member of.
    private static func names(_ symbol: String, _ name: String) -> Bool {
        symbol == name || symbol == "`\(name)`" || symbol.hasSuffix(".\(name)") || symbol.hasSuffix("::\(name)")
    }

    func outline(of path: RepositoryPath) async throws -> String {
        guard let entry = try await place.files.entry(path) else {
            throw ToolProblem("\(path.shown): there is no such file; use list_files to see what is there.")
        }
        guard entry.kind == .file || entry.kind == .executable else {
            throw ToolProblem("\(path.shown) is no file, and an outline is of one: use list_files, and name a file.")
        }
        return text.outline(path, try await symbols(of: [path]))
    }

    private func symbols(of paths: [RepositoryPath]) async throws -> [CodeSymbol] {
        let command = SandboxCommand(
            arguments: SymbolReader.arguments(), worktree: place.folder, writesWorktree: false, input: SymbolReader.input(paths),
            limits: limits.symbols)
        let ending = try await sandbox().run(command)
        let symbols = SymbolReader.read(ending.output, of: paths)
        guard ending.isSuccess || !symbols.isEmpty else { throw Self.problem(ending) }
        return symbols
    }

    private static func problem(_ ending: SandboxEnding) -> ToolProblem {
        switch ending.exit {
        case .limit: ToolProblem("reading the symbols took too long, or too much; use search.")
        case .code, .signal: ToolProblem("symbols cannot be read on this machine: universal-ctags with JSON output is needed. Use search.")
        }
    }
}
