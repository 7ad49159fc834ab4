// Whole files in and out, bounded, and the few questions that commands ask about paths.

import CSystem

package enum Files {
    /// The whole file. Larger than `bytesMax` is an error: a setting or a body has a size one can name.
    package static func read(_ path: String, bytesMax: Int = 64 << 20) throws(SystemError) -> [UInt8] {
        let descriptor = unsafe forge_open_for_reading(path)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { close(descriptor) }
        return try readAll(descriptor, name: path, bytesMax: bytesMax)
    }

    /// Everything up to the end of what stands behind a descriptor.
    package static func readAll(_ descriptor: Int32, name: String, bytesMax: Int) throws(SystemError) -> [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe CSystem.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, forge_errno() == EINTR { continue }
            guard count >= 0 else { throw .last("read", name) }
            guard count > 0 else { return all }
            all.append(contentsOf: chunk[..<count])
            guard all.count <= bytesMax else {
                throw SystemError(call: "read", subject: name, number: EFBIG, message: "larger than \(bytesMax) bytes")
            }
        }
    }

    /// Replaces the file's content; `mode` counts when it is new.
    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(SystemError) {
        let descriptor = unsafe forge_create(path, mode)
        guard descriptor >= 0 else { throw .last("create", path) }
        defer { close(descriptor) }
        try StandardStream.write(bytes, to: descriptor, name: path)
    }

    /// A new file takes the place of what is there, so that nobody may read it who may read the old one, or has that open. What is no
    /// file, such as a pipe, is written to. It must never write where a link leads.
    package static func replace(_ bytes: [UInt8], at path: String, mode: UInt32) throws(SystemError) {
        var facts = stat()
        if unsafe stat(path, &facts) == 0, forge_kind(facts.st_mode) == 3 { return try write(bytes, to: path, mode: mode) }
        if unsafe lstat(path, &facts) == 0, forge_kind(facts.st_mode) == 2 {
            throw SystemError(call: "replace", subject: path, number: ELOOP, message: "it is a link; name the file itself")
        }
        let beside = "\(path).\(getpid()).new"
        try createNew(bytes, at: beside, mode: mode)
        do throws(SystemError) {
            try rename(beside, to: path)
        } catch {
            unsafe unlink(beside)
            throw error
        }
    }

    /// Makes sure that `write` will be able to: for what is dear to come by. What stands in the file stays.
    package static func prepare(_ path: String, mode: UInt32 = 0o644) throws(SystemError) {
        let descriptor = unsafe forge_open_for_writing(path, mode)
        guard descriptor >= 0 else { throw .last("create", path) }
        close(descriptor)
    }

    /// Makes a file that is not there yet, and returns when the disk has it: for what nobody could make again. All of it or none.
    package static func createNew(_ bytes: [UInt8], at path: String, mode: UInt32) throws(SystemError) {
        let descriptor = unsafe forge_create_new(path, mode)
        guard descriptor >= 0 else { throw .last("create", path) }
        defer { close(descriptor) }
        do throws(SystemError) {
            try StandardStream.write(bytes, to: descriptor, name: path)
            guard fsync(descriptor) == 0 else { throw SystemError.last("keep", path) }
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Makes a folder and those above it.
    package static func createFolder(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            if unsafe mkdir(made, mode) != 0, forge_errno() != EEXIST { throw .last("create folder", made) }
        }
    }

    /// A new empty folder of a name nobody else has.
    package static func createTemporaryFolder(prefix: String) throws(SystemError) -> String {
        let base = Environment.current["TMPDIR"] ?? "/tmp"
        var template = Array("\(base)/\(prefix)XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) != nil }
        guard made else { throw .last("create folder", base) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a folder whose entries are files only.
    package static func removeFolder(_ path: String, files: [String]) {
        for file in files { unsafe unlink("\(path)/\(file)") }
        unsafe rmdir(path)
    }

    /// What is not there is removed already.
    package static func removeFile(_ path: String) { unsafe unlink(path) }

    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    package static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

    /// Others than its owner and group may read it.
    package static func isReadableByOthers(_ path: String) -> Bool {
        var facts = stat()
        return unsafe stat(path, &facts) == 0 && forge_others_may_read(facts.st_mode) != 0
    }

    package static func size(_ path: String) -> Int64? {
        var facts = stat()
        return unsafe stat(path, &facts) == 0 ? Int64(facts.st_size) : nil
    }

    /// What an ordinary user may still write there.
    package static func freeBytes(_ path: String) throws(SystemError) -> Int64 {
        var facts = statvfs()
        guard unsafe statvfs(path, &facts) == 0 else { throw .last("statvfs", path) }
        return Int64(facts.f_bavail) * Int64(facts.f_frsize)
    }
}
