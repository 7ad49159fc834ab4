// That the code map in README.md is the import table, in words: a newcomer reads the one, the compiler and these tests hold the other.

import Foundation
import Testing

/// A row of the README's table of modules: its name and what it says it imports, as words.
struct MapRow: Equatable {
    let module: String
    let imports: Set<String>
}

/// The rows below `## Modules`.
func mapRows(_ readme: String) -> [MapRow] {
    let section = readme.components(separatedBy: "\n## Modules\n").dropFirst().first?.components(separatedBy: "\n## ").first ?? ""
    return section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().compactMap { line in
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard cells.count == 3 else { return nil }
        return MapRow(module: cells[0], imports: Set(cells[2].components(separatedBy: ", ")))
    }
}

/// What a row of the import table is called in the README.
func mapRow(_ row: ImportRow) -> MapRow {
    if row.opensToAll { return MapRow(module: row.module, imports: ["all"]) }
    let modules = row.imports.map { String($0.dropFirst("Forge".count)) }
    let libraries = row.wraps.map { library in
        switch library {
        case "COpenSSL": "OpenSSL"
        case "CYAML": "libyaml"
        case "CMicroHTTPD": "libmicrohttpd"
        case "CSQLite": "SQLite"
        case "CVectorscan": "Vectorscan"
        case "CPCRE2": "PCRE2"
        case "CGit2": "libgit2"
        case "CCurl": "libcurl"
        case "CSandbox": "libseccomp"
        case "CSystem": "libc"
        default: "C"
        }
    }
    let all = Set(modules + libraries)
    // Files that a module carries in C beside its library are no news to a reader of the map.
    let shown = row.wraps.count > 1 ? all.subtracting(["C"]) : all
    return MapRow(module: row.module, imports: shown.isEmpty ? ["none"] : shown)
}

@Suite struct CodeMapTests {
    @Test func `the README's map of modules is the import table`() throws {
        let readme = try #require(Project.files.first { $0.path == "README.md" }).text
        let shown = mapRows(readme)
        for row in ImportTable.rows {
            let wanted = mapRow(row)
            let found = shown.first { $0.module == row.module }
            #expect(found == wanted, "README.md: the row of \(row.module) has to name \(wanted.imports.sorted())")
        }
        #expect(shown.count == ImportTable.rows.count)
    }

    @Test func `a row of the map is read with its words`() {
        let text = "x\n## Modules\n\n| module | does | imports |\n|---|---|---|\n| A | b, c. | Core, libc |\n\n## Walk\n| D | e | f |\n"
        #expect(mapRows(text) == [MapRow(module: "A", imports: ["Core", "libc"])])
    }
}
