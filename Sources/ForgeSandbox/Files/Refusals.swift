// What the system refused, in words that a model can act on: the path as it was given, what is in the way, and what to do instead. It must
// never tell anything of what is outside of the worktree.

import CSandbox
import ForgeCore

/// What a path was wanted for.
enum Purpose: String {
    case read, write, remove, move, list
}

struct Refusals {
    let top: TopFolder

    /// How many names of a folder are compared with a name that is not there.
    private static let namesMax = 5_000

    func error(_ refusal: SystemRefusal, _ path: WorkPath, to purpose: Purpose) -> WorkFileError {
        let shown = path.path.shown
        // First, since a file that may not be made is not there, and that is not what is wrong.
        if [EACCES, EPERM, EROFS].contains(refusal.number) {
            return WorkFileError(.unavailable, "\(shown): the system does not allow to \(purpose.rawValue) it: leave it as it is")
        }
        if let found = obstacle(path) { return found }
        switch refusal.number {
        case ENOENT, ENOTDIR, ELOOP, EAGAIN, ESTALE, EXDEV:
            return WorkFileError(.changed, "\(shown): something moves files around there just now: try again")
        case EEXIST: return Self.exists(path)
        case EISDIR: return Self.isFolder(path, to: purpose)
        case ENXIO: return Self.notAFile(path)
        case ENAMETOOLONG: return WorkFileError(.invalid, "\(shown): the name is too long for this disk: choose a shorter one")
        case ENOSPC, EDQUOT: return WorkFileError(.unavailable, "\(shown): the disk is full: remove what is not needed")
        default:
            let text = unsafe String(cString: strerror(refusal.number))
            return WorkFileError(.unavailable, "\(shown): the system could not \(purpose.rawValue) it: \(text)")
        }
    }

    static func exists(_ path: WorkPath) -> WorkFileError {
        WorkFileError(.exists, "\(path.path.shown) is there already: read it and change it, or choose another name")
    }

    static func isFolder(_ path: WorkPath, to purpose: Purpose) -> WorkFileError {
        let advice = purpose == .read ? "list it, and name a file in it" : "name a file in it"
        return WorkFileError(.isFolder, "\(path.path.shown) is a folder: \(advice)")
    }

    static func isSymlink(_ path: WorkPath) -> WorkFileError {
        WorkFileError(.forbidden, "\(path.path.shown) is a symlink, and none is followed: name the file it stands for by its own path")
    }

    static func notAFile(_ path: WorkPath) -> WorkFileError {
        WorkFileError(.notAFile, "\(path.path.shown) is a pipe, a socket or a device: only files can be used")
    }

    /// What is wrong with the first part that is not as it has to be. Nil when all of it is there, or was a moment ago.
    private func obstacle(_ path: WorkPath) -> WorkFileError? {
        do throws(SystemRefusal) {
            var folder = try top.open([][...], forge_for_paths)
            for index in path.parts.indices {
                let isLast = index == path.parts.count - 1
                do throws(SystemRefusal) {
                    let kind = try FileFacts(of: path.parts[index], in: folder).kind
                    if kind == .symlink { return isLast ? Self.isSymlink(path) : symlink(path, index) }
                    guard !isLast else { return nil }
                    if kind != .folder { return fileInTheWay(path, index) }
                } catch {
                    return error.number == ENOENT ? missing(path, index) : nil
                }
                folder = try folder.open(path.parts[index], forge_for_paths)
            }
            return nil
        } catch {
            return nil
        }
    }

    private func shown(_ path: WorkPath, _ count: Int) -> String {
        RepositoryPath(bytes: Array(path.parts.prefix(count).joined(separator: [UInt8(ascii: "/")]))).shown
    }

    private func symlink(_ path: WorkPath, _ index: Int) -> WorkFileError {
        let link = shown(path, index + 1)
        return WorkFileError(.forbidden, "\(path.path.shown): \(link) is a symlink, and none is followed: use the path without it")
    }

    private func fileInTheWay(_ path: WorkPath, _ index: Int) -> WorkFileError {
        WorkFileError(.notFound, "\(path.path.shown): \(shown(path, index + 1)) is no folder, so nothing is beneath it")
    }

    private func missing(_ path: WorkPath, _ index: Int) -> WorkFileError {
        let isLast = index == path.parts.count - 1
        let what = isLast ? "there is no such file" : "there is no folder \(shown(path, index + 1))"
        guard let near = nearest(path, index) else {
            let place = index == 0 ? "the worktree" : shown(path, index)
            return WorkFileError(.notFound, "\(path.path.shown): \(what): list \(place) to see what is there")
        }
        let all = path.parts[..<index] + [near]
        let found = RepositoryPath(bytes: Array(all.joined(separator: [UInt8(ascii: "/")]))).shown
        return WorkFileError(.notFound, "\(path.path.shown): \(what); did you mean \(found)?")
    }

    private func nearest(_ path: WorkPath, _ index: Int) -> [UInt8]? {
        do throws(SystemRefusal) {
            let names = try FolderNames.read(try top.open(path.parts[..<index], forge_for_names), countMax: Self.namesMax)
            let wanted = String(decoding: path.parts[index], as: UTF8.self)
            return Nearest.name(to: wanted, in: names.lazy.compactMap { String(validating: $0.bytes, as: UTF8.self) }).map {
                Array($0.utf8)
            }
        } catch {
            return nil
        }
    }
}
