// Looks at a database file before anything opens it with the intent to write: what is no database of ours is left as it is, byte for byte.
// Nothing here grows with the file; a full check is `verify`, on demand.

import ForgeCore
import Glibc

struct DatabaseFile {
    /// `Frge`, at byte 68 of every database this program makes.
    static let applicationID: Int64 = 0x4672_6765

    let path: String

    /// Nothing there, or an empty file, as an open leaves it that ended before its first commit.
    enum Finding { case absent, database(version: Int) }

    func inspect() throws(StoreError) -> Finding {
        guard let header = try header() else { return .absent }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw damaged("it does not begin as a SQLite database does")
        }
        try checkSize(header)
        let connection = try Connection(path: path, access: .read, lockWait: .seconds(5))
        connection.keepLogOnClose()
        guard try connection.number("SELECT count(*) FROM sqlite_schema") > 0 else { return .absent }
        guard try connection.number("PRAGMA application_id") == Self.applicationID else {
            throw damaged("it is a database of another program")
        }
        return .database(version: Int(try connection.number("PRAGMA user_version")))
    }

    /// The first 100 bytes; nil when there are none.
    private func header() throws(StoreError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .system(errno, call: "open database") }
            return nil
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .system(errno, call: "read database header") }
        return count == 0 ? nil : Array(bytes.prefix(count))
    }

    /// A file shorter than its header says was cut, unless the log still holds what is missing.
    private func checkSize(_ header: [UInt8]) throws(StoreError) {
        let field = Int(header[16]) << 8 | Int(header[17])
        let pageBytes = field == 1 ? 65_536 : field
        guard pageBytes >= 512, pageBytes.nonzeroBitCount == 1 else { throw damaged("its page size is \(field)") }
        let pages = header[28..<32].reduce(0) { $0 << 8 | Int($1) }
        // The log first: whoever moves it into the file meanwhile removes it when the file is whole.
        guard try size(of: path + "-wal") ?? 0 == 0, try size(of: path) ?? 0 < pages * pageBytes else { return }
        throw damaged("it ends before the last of its \(pages) pages")
    }

    private func size(of path: String) throws(StoreError) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .system(errno, call: "look at database") }
            return nil
        }
        return Int(status.st_size)
    }

    private func damaged(_ why: String) -> StoreError {
        StoreError(code: .corrupt, call: "open database", message: "\(path) was left as it is: \(why)")
    }
}
