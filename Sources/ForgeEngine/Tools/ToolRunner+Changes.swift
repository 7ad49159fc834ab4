// Tools that change files. Each reads what is there, makes the new text, and writes it only if nobody else has written meanwhile; a patch over
// several files is written whole or not at all.

import ForgeCore
import ForgeCrew

extension ToolRunner {
    func change(_ action: ToolAction) async throws -> ToolOutcome {
        let shown: String
        switch action {
        case .editFile(let path, let edit): shown = try await apply(edit, to: path)
        case .applyPatch(let patch): shown = try await apply(patch)
        case .createFile(let path, let content):
            try await place.files.write(Array(content.utf8), to: path, replacing: nil)
            shown = "Made \(path.shown), \(ToolText.size(content.utf8.count)).\n"
        case .deleteFile(let path):
            try await place.files.remove(path)
            shown = "Deleted \(path.shown).\n"
        case .moveFile(let path, let other):
            try await place.files.move(path, to: other)
            shown = "Moved \(path.shown) to \(other.shown).\n"
        default: preconditionFailure("only these five change files")
        }
        return ToolOutcome(text: shown, touched: .files(Set(action.changedPaths)))
    }

    // MARK: - One passage

    private func apply(_ edit: TextEdit, to path: RepositoryPath) async throws -> String {
        let file = try await readText(path)
        let result: EditResult
        do throws(ToolProblem) {
            result = try EditMatcher.apply(edit, to: file.bytes)
        } catch {
            throw ToolProblem("\(path.shown): \(text.redacted(error.message))")
        }
        try await place.files.write(result.bytes, to: path, replacing: file.stamp)
        return text.edited(path, result)
    }

    private func readText(_ path: RepositoryPath) async throws -> WorkFile {
        let file = try await place.files.read(path, bytesMax: limits.fileBytesMax)
        guard !ToolText.isBinary(file.bytes) else { throw ToolProblem("'\(path.shown)' is a binary file, which is not edited as text.") }
        return file
    }

    // MARK: - Several files

    private func apply(_ patch: PatchEnvelope) async throws -> String {
        var files: [RepositoryPath: WorkFile] = [:]
        for file in patch.files {
            if case .update = file.change { files[file.path] = try await readText(file.path) }
        }
        let patched: [PatchedFile]
        do throws(ToolProblem) {
            patched = try PatchApplier.apply(patch, to: files.mapValues(\.bytes))
        } catch {
            throw ToolProblem(text.redacted(error.message))
        }
        var writer = PatchWriter(files: place.files, bytesMax: limits.fileBytesMax)
        try await writer.write(patched, over: files)
        return text.patched(patched)
    }
}

/// Writes all of a patch, or puts back what it has written.
struct PatchWriter {
    private enum Undo {
        case restore(RepositoryPath, [UInt8])
        case remove(RepositoryPath)
        case move(RepositoryPath, to: RepositoryPath)
        case add(RepositoryPath, [UInt8])
    }

    let files: any WorkFiles
    let bytesMax: Int
    private var undo: [Undo] = []

    init(files: any WorkFiles, bytesMax: Int) {
        self.files = files
        self.bytesMax = bytesMax
    }

    mutating func write(_ patched: [PatchedFile], over old: [RepositoryPath: WorkFile]) async throws {
        // What goes, goes last: only that loses more than bytes when it has to be put back, whether it is executable.
        let ordered = patched.filter { $0.effect != .delete } + patched.filter { $0.effect == .delete }
        do {
            for file in ordered { try await write(file, over: old[file.path]) }
        } catch {
            let lost = await putBack()
            guard lost.isEmpty else {
                let names = lost.map(\.shown).joined(separator: ", ")
                throw ToolProblem("\(error). The patch was written in part, and could not be taken back in: \(names).")
            }
            throw error
        }
    }

    private mutating func write(_ file: PatchedFile, over old: WorkFile?) async throws {
        switch file.effect {
        case .add(let bytes):
            try await files.write(bytes, to: file.path, replacing: nil)
            undo.append(.remove(file.path))
        case .delete:
            let gone = try await files.read(file.path, bytesMax: bytesMax)
            try await files.remove(file.path)
            undo.append(.add(file.path, gone.bytes))
        case .update(let bytes, _):
            guard let old else { preconditionFailure("every updated file was read") }
            try await update(file, bytes, over: old)
        }
    }

    private mutating func update(_ file: PatchedFile, _ bytes: [UInt8], over old: WorkFile) async throws {
        if bytes != old.bytes {
            try await files.write(bytes, to: file.path, replacing: old.stamp)
            undo.append(.restore(file.path, old.bytes))
        }
        if let other = file.movedTo {
            try await files.move(file.path, to: other)
            undo.append(.move(other, to: file.path))
        }
    }

    /// Those that could not be put back.
    private mutating func putBack() async -> [RepositoryPath] {
        var lost: [RepositoryPath] = []
        while let step = undo.popLast() {
            do throws(WorkFileError) {
                switch step {
                case .restore(let path, let bytes):
                    let now = try await files.read(path, bytesMax: bytesMax)
                    try await files.write(bytes, to: path, replacing: now.stamp)
                case .remove(let path): try await files.remove(path)
                case .move(let path, let other): try await files.move(path, to: other)
                case .add(let path, let bytes): try await files.write(bytes, to: path, replacing: nil)
                }
            } catch {
                switch step {
                case .restore(let path, _), .remove(let path), .move(let path, _), .add(let path, _): lost.append(path)
                }
            }
        }
        return lost
    }
}
