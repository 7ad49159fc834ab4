// What the import table asks of the source and of Package.swift, as functions from text to problems.
// Must name, in every problem, the file to edit.

struct ImportLine: Equatable {
    let module: String
    let line: Int
}

/// The modules a file imports; `import struct Foundation.URL` is Foundation.
func importLines(_ source: SwiftSource) -> [ImportLine] {
    let kinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
    return source.tokens.indices.compactMap { index in
        guard source.tokens[index].is("import"), index + 1 < source.tokens.count else { return nil }
        let next = source.tokens[index + 1]
        let named = kinds.contains(next.text) && index + 2 < source.tokens.count ? source.tokens[index + 2] : next
        return named.kind == .word ? ImportLine(module: named.text, line: named.line) : nil
    }
}

/// The rows themselves: no row twice, no room that looks up or sideways, each C module wrapped once.
func problemsInTable(_ rows: [ImportRow]) -> [String] {
    var problems: [String] = []
    var rooms: [String: Room] = [:]
    var wrappedBy: [String: String] = [:]
    for row in rows {
        if rooms.updateValue(row.room, forKey: row.module) != nil { problems.append("\(ImportTable.file): \(row.module) has two rows") }
        for library in row.wraps.sorted() {
            if let other = wrappedBy.updateValue(row.module, forKey: library) {
                problems.append("\(ImportTable.file): \(library) is wrapped by \(other) and \(row.module); one module owns a C library")
            }
        }
    }
    for row in rows {
        for name in row.imports.sorted() {
            guard let room = rooms[name] else {
                problems.append("\(ImportTable.file): \(row.module) imports \(name), which has no row")
                continue
            }
            if !row.room.opensTo.contains(room), row.beside[name, default: ""].isEmpty {
                problems.append("\(ImportTable.file): \(row.module) (\(row.room)) must not import \(name) (\(room)); imports go down only")
            }
        }
        problems += problemsBeside(row, rooms)
    }
    return problems
}

/// A reason for what needs none hides that an edge is gone; and no reason is good enough to look up.
private func problemsBeside(_ row: ImportRow, _ rooms: [String: Room]) -> [String] {
    row.beside.keys.sorted().compactMap { name in
        guard row.imports.contains(name), let room = rooms[name], !row.room.opensTo.contains(room) else {
            return "\(ImportTable.file): \(row.module) gives a reason for \(name), which it does not import or may import anyway"
        }
        let isAdapter = room == .adapter && [.adapter, .support].contains(row.room)
        return isAdapter ? nil : "\(ImportTable.file): \(row.module) (\(row.room)) must not import \(name) (\(room)), whatever the reason"
    }
}

/// A file of the product: only what its module's row opens.
func problemsWithImports(_ source: SwiftSource, rows: [ImportRow]) -> [String] {
    guard let module = source.module else { return [] }
    guard let row = rows.first(where: { $0.module == module }) else {
        return ["module \(module) has no row in \(ImportTable.file); add one with its room and imports"]
    }
    let modules = Set(rows.map(\.module))
    return importLines(source).compactMap { line in
        let isOpen =
            row.imports.contains(line.module) || row.wraps.contains(line.module) || row.system.contains(line.module)
            || line.module == "Synchronization" || (row.opensToAll && modules.contains(line.module))
        if isOpen { return nil }
        return
            "\(source.path):\(line.line): \(module) must not import \(line.module); if it has to, say so in \(ImportTable.file) and Package.swift"
    }
}

/// A file of a test target: what the target depends on, and the system's.
func problemsWithTestImports(_ source: SwiftSource, targets: [ManifestTarget]) -> [String] {
    guard let target = targets.first(where: { $0.name == source.module }) else { return [] }
    return importLines(source).compactMap { line in
        if ImportTable.testSystem.contains(line.module) || line.module == "Synchronization" || target.dependencies.contains(line.module) {
            return nil
        }
        return "\(source.path):\(line.line): \(target.name) imports \(line.module) but does not depend on it in Package.swift"
    }
}

/// Package.swift and the table say the same: the same modules, the same edges.
func problemsWithManifest(_ targets: [ManifestTarget], rows: [ImportRow]) -> [String] {
    var problems: [String] = []
    let libraries = Set(rows.flatMap(\.wraps))
    let modules = Set(rows.map(\.module))
    for target in targets where !target.isTest && !modules.contains(target.name) && !libraries.contains(target.name) {
        problems.append(
            "Package.swift: target \(target.name) is in no row of \(ImportTable.file); add one, or name it in the row that wraps it")
    }
    for row in rows {
        guard let target = targets.first(where: { $0.name == row.module }) else {
            problems.append("\(ImportTable.file): \(row.module) is no target in Package.swift; declare it there or remove the row")
            continue
        }
        let open = row.opensToAll ? modules.subtracting([row.module]) : row.imports.union(row.wraps)
        for extra in target.dependencies.subtracting(open).sorted() {
            problems.append("Package.swift: \(row.module) depends on \(extra), which its row in \(ImportTable.file) does not open")
        }
        if !row.opensToAll {
            for unused in open.subtracting(target.dependencies).sorted() {
                problems.append("\(ImportTable.file): \(row.module) may import \(unused), but does not depend on it in Package.swift")
            }
        }
    }
    return problems
}

/// `unsafe` belongs where C is wrapped: everywhere else the compiler's promise of memory safety is whole.
func problemsWithUnsafe(_ source: SwiftSource, rows: [ImportRow]) -> [String] {
    guard source.isProduct, let module = source.module, ImportTable.unsafeWithoutC[module] == nil else { return [] }
    // A module without a row is already a problem of its own, named once.
    guard let row = rows.first(where: { $0.module == module }), row.wraps.isEmpty else { return [] }
    return source.tokens.filter { $0.is("unsafe") }.map {
        "\(source.path):\($0.line): \(module) wraps no C library and must not say `unsafe`; move this into a module that does (\(ImportTable.file))"
    }
}

/// `folders` are those directly under Tests/; each is a declared target, and `XTests` has an X to test.
func problemsWithTestTargets(folders: Set<String>, targets: [ManifestTarget]) -> [String] {
    let wholes: Set<String> = ["ScenarioTests", "TidyTests"]  // they test the whole, not one module
    return folders.sorted().compactMap { folder in
        guard let target = targets.first(where: { $0.name == folder }) else {
            return "Tests/\(folder): is no target in Package.swift; declare it, or its tests never run"
        }
        guard target.isTest, !wholes.contains(folder) else { return nil }
        let module = String(folder.dropLast("Tests".count))
        if folder.hasSuffix("Tests"), targets.contains(where: { $0.name == module }), target.dependencies.contains(module) { return nil }
        return "Tests/\(folder): tests no module; Package.swift has no target \(module), or the test target does not depend on it"
    }
}
