// A folder as the detection of tests wants it: its paths, and the few small files that the table asks for. It follows no symlink, and leaves
// alone what others wrote or a build left.

import ForgeCore
import ForgeCrew
import ForgeSystem

enum TestFolderReader {
    private static let depthMax = 12
    private static let pathsMax = 200_000

    static func tree(_ folder: String) throws(CommandFailure) -> TestTree {
        let top = Array(folder.utf8)
        do throws(SystemError) {
            guard try Files.facts(top, followsSymlink: true).kind == .folder else {
                throw SystemError(call: "look at", subject: folder, number: 0, message: "it is no folder")
            }
        } catch {
            throw .badInput("\(folder) cannot be looked through: \(error.message)")
        }
        let paths = paths(in: top)
        var texts: [RepositoryPath: [UInt8]] = [:]
        for path in TestTree.wanted(of: paths) {
            if let bytes = text(top + [slash] + path.bytes) { texts[path] = bytes }
        }
        return TestTree(paths, texts: texts)
    }

    private static let slash = UInt8(ascii: "/")

    private static func paths(in top: [UInt8]) -> [RepositoryPath] {
        var paths: [RepositoryPath] = []
        var waiting: [(path: [UInt8], depth: Int)] = [([], 0)]
        while let (folder, depth) = waiting.popLast(), paths.count < pathsMax {
            // A folder that may not be read holds nothing that can be run either.
            guard let entries = try? Files.entries(of: folder.isEmpty ? top : top + [slash] + folder) else { continue }
            for entry in entries {
                let path = folder.isEmpty ? entry.name : folder + [slash] + entry.name
                switch entry.kind {
                case .file: paths.append(RepositoryPath(bytes: path))
                case .folder where depth < depthMax && TestTree.enters(String(decoding: entry.name, as: UTF8.self)):
                    waiting.append((path, depth + 1))
                case .folder, .symlink, .other: continue
                }
            }
        }
        return paths.sorted()
    }

    /// Nil when it is too large, or cannot be read: then its name is all that is known of it.
    private static func text(_ path: [UInt8]) -> [UInt8]? {
        do throws(SystemError) {
            let file = try FoundFile(path)
            guard file.facts.kind == .file, file.facts.byteCount <= TestTree.textBytesMax else { return nil }
            var bytes = [UInt8](repeating: 0, count: file.facts.byteCount)
            let count = try file.read(into: &bytes, from: 0, to: bytes.count)
            return Array(bytes.prefix(count))
        } catch {
            return nil
        }
    }
}
