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
            guard case .update = file.change else { continue }
            do {
                files[file.path] = try await readText(file.path)
            } catch {
                throw PatchWriter.unwritten(error)
            }
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

/// Some of a patch is written, and stays.
struct TornPatch: Error {
    var message: String
}

/// Writes all of a patch, or puts back what it has written.
struct PatchWriter {
    private enum Undo {
        case restore(RepositoryPath, [UInt8])
        case remove(RepositoryPath)
        case removeFolder(RepositoryPath)
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
                throw TornPatch(message: "\(error). The patch was written in part, and could not be taken back in: \(names).")
            }
            throw Self.unwritten(error)
        }
    }

    /// The same, and what it means for the files; a call that nobody waits for any more is left as it is.
    static func unwritten(_ error: any Error) -> any Error {
        let what = "The patch was not applied; no file was changed."
        switch error {
        case let error as ToolProblem: return ToolProblem("\(error.message)\n\(what)")
        case let error as WorkFileError where error.kind != .cancelled: return WorkFileError(error.kind, "\(error.message)\n\(what)")
        default: return error
        }
    }

    private mutating func write(_ file: PatchedFile, over old: WorkFile?) async throws {
        switch file.effect {
        case .add(let bytes):
            await noteNewFolders(above: file.path)
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
            await noteNewFolders(above: other)
            try await files.move(file.path, to: other)
            undo.append(.move(other, to: file.path))
        }
    }

    /// Those that come into being with a file, the outermost first, so that they go last.
    private mutating func noteNewFolders(above path: RepositoryPath) async {
        let parts = path.bytes.split(separator: UInt8(ascii: "/"))
        for count in 1..<max(1, parts.count) {
            let folder = RepositoryPath(bytes: Array(parts.prefix(count).joined(separator: [UInt8(ascii: "/")])))
            do throws(WorkFileError) {
                if try await files.entry(folder) == nil { undo.append(.removeFolder(folder)) }
            } catch {
                // The write that follows says what is wrong there.
                return
            }
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
                case .removeFolder(let path): try await files.removeFolder(path)
                case .move(let path, let other): try await files.move(path, to: other)
                case .add(let path, let bytes): try await files.write(bytes, to: path, replacing: nil)
                }
            } catch {
                switch step {
                // It was never made, or holds by now what somebody else put there.
                case .removeFolder: break
                case .restore(let path, _), .remove(let path), .move(let path, _), .add(let path, _): lost.append(path)
                }
            }
        }
        return lost
    }
}
