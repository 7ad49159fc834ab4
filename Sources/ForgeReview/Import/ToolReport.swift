// What another tool's report comes to, whatever its form: findings with paths from the root of the repository, and a count of what could not
// be placed. Such a report is text from outside: it is read within limits, and nothing in it is carried out.

package import ForgeCore

package struct ToolReport: Sendable, Hashable {
    package var findings: [Finding] = []
    /// Entries about files that are not in the repository.
    package var outsideCount = 0
    /// Lines that are no entry, such as headings and totals; only of the form with one entry a line.
    package var skippedCount = 0

    package init() {}
}

package struct ToolReportError: Error, Hashable, Sendable, CustomStringConvertible {
    package var file: String
    package var place: TextPlace?
    package var message: String

    package init(file: String, place: TextPlace? = nil, message: String) {
        self.file = file
        self.place = place
        self.message = message
    }

    package var description: String { "\(file):\(place.map { "\($0.line):\($0.column):" } ?? "") \(message)" }
}

package enum ToolReportLimits {
    package static let bytesMax = 64 << 20
    static let findingsMax = 100_000
    static let textMax = 4_000
}

/// What a reader of reports needs to know of the place they are about.
package struct ToolReportContext: Sendable {
    /// The report's own name, for messages.
    package var file: String
    /// What the tool is called where its report does not say.
    package var tool: String?
    package var paths: ImportedPaths

    package init(file: String, tool: String? = nil, paths: ImportedPaths) {
        self.file = file
        self.tool = tool
        self.paths = paths
    }

    /// Bytes that are no UTF-8 are an error with its place: a repaired path would name another file.
    func checked(_ bytes: [UInt8]) throws(ToolReportError) {
        guard bytes.count <= ToolReportLimits.bytesMax else {
            throw ToolReportError(file: file, message: "larger than \(ToolReportLimits.bytesMax >> 20) MiB")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw ToolReportError(file: file, message: "this is UTF-16; write the report as UTF-8")
        }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw ToolReportError(
                file: file, place: TextPlace(of: error.byteOffsets.lowerBound, in: bytes), message: "a byte that is no UTF-8")
        }
    }
}

/// Paths as tools write them, made paths of the repository.
package struct ImportedPaths: Sendable {
    /// The folder that the repository's paths begin in, absolute, without a `/` at its end.
    private let root: [[UInt8]]
    /// Of the change, by their last part: a report made in a container has another root.
    private let changedByName: [[UInt8]: [RepositoryPath]]

    package init(root: String, changed: some Sequence<RepositoryPath>) {
        self.root = root.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
        changedByName = Dictionary(grouping: changed) { Array($0.name) }
    }

    /// A path of a file system; nil when it is outside the repository.
    package func repositoryPath(file path: some Sequence<UInt8>) -> RepositoryPath? {
        var bytes = Array(path)
        if !bytes.contains(UInt8(ascii: "/")), bytes.contains(UInt8(ascii: "\\")) {
            bytes = bytes.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        }
        guard bytes.first == UInt8(ascii: "/") || Self.hasDrive(bytes) else { return Self.joined(Self.resolved(bytes)) }
        guard let parts = Self.resolved(bytes) else { return nil }
        if !root.isEmpty, parts.count > root.count, parts.starts(with: root) { return Self.joined(Array(parts.dropFirst(root.count))) }
        return changedPath(endingLike: parts)
    }

    /// An address as SARIF and others write it: `file:///…`, or relative, with escapes.
    package func repositoryPath(address: String) -> RepositoryPath? {
        let text = address.prefix { $0 != "#" && $0 != "?" }
        if text.lowercased().hasPrefix("file:") {
            var rest = text.dropFirst(5)
            if rest.hasPrefix("//") {
                // `file://host/path`: whose the host is does not matter, the path is judged like any other.
                rest = rest.dropFirst(2).drop { $0 != "/" }
            }
            return repositoryPath(file: Self.withoutLeadingDriveSlash(PercentEncoding.decode(rest.utf8)))
        }
        // `https://…` and the like are no files here; `C:/x` and `a:b` are.
        guard !text.contains("://") else { return nil }
        return repositoryPath(file: PercentEncoding.decode(text.utf8))
    }

    /// `/C:/x` is `C:/x`.
    private static func withoutLeadingDriveSlash(_ bytes: [UInt8]) -> [UInt8] {
        bytes.first == UInt8(ascii: "/") && hasDrive(Array(bytes.dropFirst())) ? Array(bytes.dropFirst()) : bytes
    }

    private static func hasDrive(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 2, bytes[1] == UInt8(ascii: ":"), bytes[2] == UInt8(ascii: "/") else { return false }
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0] | 0x20)
    }

    /// Its parts without `.` and `..`; nil when it climbs out, or names nothing.
    private static func resolved(_ bytes: [UInt8]) -> [[UInt8]]? {
        guard !bytes.contains(0) else { return nil }
        var parts: [[UInt8]] = []
        for part in bytes.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual([UInt8(ascii: ".")]) { continue }
            if part.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(Array(part))
            }
        }
        return parts.isEmpty ? nil : parts
    }

    private static func joined(_ parts: [[UInt8]]?) -> RepositoryPath? {
        parts.map { RepositoryPath(bytes: Array($0.joined(separator: [UInt8(ascii: "/")]))) }
    }

    /// The one changed file whose whole path ends this one. Two that could be meant are none.
    private func changedPath(endingLike parts: [[UInt8]]) -> RepositoryPath? {
        guard let name = parts.last, let known = changedByName[name] else { return nil }
        let found = known.filter { path in
            let own = path.bytes.split(separator: UInt8(ascii: "/")).map(Array.init)
            return parts.suffix(own.count).elementsEqual(own)
        }
        return found.count == 1 ? found[0] : nil
    }
}

/// At most so long, for texts of tools that go on and on.
func shortened(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: ToolReportLimits.textMax, limitedBy: scalars.endIndex),
        end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "…"
}

/// A rule's id in one word, as `forge:ignore` names it.
func ruleName(_ text: String, else standard: String) -> String {
    let word = shortened(text).split { $0.isWhitespace || $0 == "," }.joined(separator: "-")
    return word.isEmpty ? standard : word
}
