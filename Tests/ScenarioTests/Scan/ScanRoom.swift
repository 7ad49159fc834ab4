// A folder with files to scan, and a small pack to scan them with.

import ForgeCore
import ForgeRules
import ForgeSystem
import ForgeTestSupport

struct ScanRoom {
    let folder: TemporaryFolder
    var tree: String { folder.path(of: "tree") }

    static func with<Answer>(_ work: (ScanRoom) async throws -> Answer) async throws -> Answer {
        try await TemporaryFolder.with { folder in
            let room = ScanRoom(folder: folder)
            try Files.createFolder(room.tree)
            return try await work(room)
        }
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let path = "\(tree)/\(name)"
        if let slash = path.lastIndex(of: "/") { try Files.createFolder(String(path[..<slash])) }
        try Files.write(bytes, to: path)
    }

    /// So deep that no path of it can be opened as one: unreadable for every user, root too.
    func tooDeepFolder() throws {
        let name = String(repeating: "d", count: 200)
        let top = "\(tree)/\(name)"
        try Files.createFolder(top)
        for _ in 0..<24 {
            let above = "\(tree)/above"
            try Files.createFolder(above)
            try Files.rename(top, to: "\(above)/\(name)")
            try Files.rename(above, to: top)
        }
    }

    static let pack = """
        version: 1
        pack: trial
        rules:
          - id: planted-key
            title: Planted key
            severity: high
            family: trial
            pattern: 'plantkey-[0-9]{6}'
            message: A planted key.
            matches: ['x plantkey-123456 y']
            ignores: ['plantkey-12345']
          - id: planted-python
            title: Planted word in Python
            severity: low
            family: trial
            pattern: 'plantword'
            paths: ['lib/**/*.py']
            message: A planted word.
            matches: [{path: lib/a/b.py, text: plantword}]
            ignores: [{path: lib/a/b.js, text: plantword}]
        """

    static func rules(_ yaml: String = pack) throws -> [PatternRule] {
        try PatternPack(yaml: Array(yaml.utf8), file: "trial.yml", layer: .operator).rules
    }
}
