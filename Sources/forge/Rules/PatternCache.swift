// Compiled rules kept in a file, so that only the first run pays for compiling them. It must never be trusted: a file that is damaged, stale,
// somebody else's or open to others is compiled again, and one that cannot be written costs time and a note, nothing else.

import ForgeCore
import ForgeCrypto
import ForgePatterns
import ForgeRules
import ForgeSystem

struct PatternCache: Sendable {
    /// Nil when there is no place for it.
    let folder: String?

    /// Beside the databases of other sets of rules; the oldest go.
    private static let filesMax = 8
    private static let bytesMax = 64 << 20
    private static let prefix = "patterns-"

    /// For commands: `$XDG_CACHE_HOME/forge`, else `~/.cache/forge`. The service has its data folder.
    static func forCommands(_ environment: [String: String]) -> PatternCache {
        // A relative one is to be ignored: https://specifications.freedesktop.org/basedir-spec
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return PatternCache(folder: "\(base)/forge") }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return PatternCache(folder: nil) }
        return PatternCache(folder: "\(home)/.cache/forge")
    }

    /// For the service: `$XDG_CACHE_HOME/forge` where that is set, else a folder beside its data. A service's home may be anybody's.
    static func forService(_ data: String, _ environment: [String: String]) -> PatternCache {
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return PatternCache(folder: "\(base)/forge") }
        return PatternCache(folder: "\(data)/patterns")
    }

    /// The rules, compiled; `note` hears why it took longer than it should.
    func ruleSet(_ rules: [PatternRule], note: (String) -> Void) throws(PackError) -> RuleSet {
        let key = SHA256.digest(RuleSet.identity(of: rules))
        guard let folder else {
            note("compiled rules are kept nowhere: neither XDG_CACHE_HOME nor HOME is set")
            return try RuleSet(rules)
        }
        let path = "\(folder)/\(Self.prefix)\(Hex.encode(Array((key + Array(PatternDatabase.platformKey.utf8)).hashed.prefix(8))))"
        do throws(CacheMiss) {
            return try read(path, rules, key)
        } catch {
            if let reason = error.reason { note("\(path) is not used: \(reason)") }
        }
        let compiled = try RuleSet(rules)
        do throws(SystemError) {
            try write(compiled.serializedDatabase(key: key), to: path, in: folder, filesMax: Self.filesMax, prefix: Self.prefix)
        } catch {
            note("compiled rules could not be kept: \(error)")
        }
        return compiled
    }

    private func read(_ path: String, _ rules: [PatternRule], _ key: [UInt8]) throws(CacheMiss) -> RuleSet {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Self.contents(of: path)
        } catch {
            throw CacheMiss(reason: error.isMissing ? nil : error.message)
        }
        do throws(SerializedDatabaseError) {
            return try RuleSet(rules, serializedDatabase: bytes, key: key)
        } catch {
            throw CacheMiss(reason: error.description)
        }
    }

    /// Whoever can write the file could make the library read outside its memory: so only what is ours alone is read.
    static func contents(of path: String) throws(SystemError) -> [UInt8] {
        func refusal(_ message: String) -> SystemError { SystemError(call: "read", subject: path, number: 0, message: message) }
        let file = try FoundFile(Array(path.utf8))
        guard file.facts.kind == .file else { throw refusal("it is no file") }
        guard file.facts.isOursAlone else { throw refusal("others may write it") }
        guard file.facts.byteCount <= bytesMax else { throw refusal("it is too large") }
        var bytes = [UInt8](repeating: 0, count: file.facts.byteCount)
        let count = try file.read(into: &bytes, from: 0, to: bytes.count)
        guard count == bytes.count else { throw refusal("it was cut short") }
        return bytes
    }

    /// Of the files with the prefix the newest stay.
    func write(_ bytes: [UInt8], to path: String, in folder: String, filesMax: Int, prefix: String) throws(SystemError) {
        try Files.createFolder(folder)
        let new = "\(path).\(ProcessFacts.identifier).new"
        do throws(SystemError) {
            // Left over from a process of this number that was killed; its mode might not be ours.
            try Files.remove(new)
            try Files.write(bytes, to: new, mode: 0o600)
            try Files.rename(new, to: path)
        } catch {
            // The first error is the one to tell; the rest of the file is in nobody's way.
            try? Files.remove(new)
            throw error
        }
        removeOldest(in: folder, filesMax, prefix)
    }

    private func removeOldest(in folder: String, _ filesMax: Int, _ prefix: String) {
        // A folder that cannot be listed keeps its files: a few megabytes.
        let entries = (try? Files.entries(of: Array(folder.utf8))) ?? []
        let ours = entries.filter { $0.kind == .file && $0.name.starts(with: prefix.utf8) }
            .map { "\(folder)/\(String(decoding: $0.name, as: UTF8.self))" }
        guard ours.count > filesMax else { return }
        // One that is gone meanwhile is the oldest of all, and removing it again is no error.
        let aged = ours.map { (path: $0, age: (try? Files.facts(Array($0.utf8)))?.changedAt ?? 0) }.sorted { $0.age > $1.age }
        // As above.
        for file in aged.dropFirst(filesMax) { try? Files.remove(file.path) }
    }
}

/// Why a file was not used; no reason is needed for one that is not there.
private struct CacheMiss: Error {
    var reason: String?
}

extension [UInt8] {
    fileprivate var hashed: [UInt8] { SHA256.digest(self) }
}
