// Where a path leads, as far as a rule cares. Paths are judged as text, against a worktree that stands for the real one: no file is
// looked at, so that a verdict is the same everywhere. It must never call a path harmless that may lead elsewhere.

/// The kinds of places a rule can name; a path may be of several.
struct Place: OptionSet, Sendable, Hashable {
    let rawValue: UInt32

    static let worktree = Place(rawValue: 1 << 0)
    static let build = Place(rawValue: 1 << 1)
    static let generated = Place(rawValue: 1 << 2)
    static let source = Place(rawValue: 1 << 3)
    static let git = Place(rawValue: 1 << 4)
    static let temporary = Place(rawValue: 1 << 5)
    static let temporaryRoot = Place(rawValue: 1 << 6)
    static let sibling = Place(rawValue: 1 << 7)
    static let machine = Place(rawValue: 1 << 8)
    static let system = Place(rawValue: 1 << 9)
    static let host = Place(rawValue: 1 << 10)
    static let home = Place(rawValue: 1 << 11)
    static let homeFolder = Place(rawValue: 1 << 12)
    static let cache = Place(rawValue: 1 << 13)
    static let device = Place(rawValue: 1 << 14)
    static let null = Place(rawValue: 1 << 15)
    static let network = Place(rawValue: 1 << 16)
    static let kernel = Place(rawValue: 1 << 17)
    static let socket = Place(rawValue: 1 << 18)
    static let credential = Place(rawValue: 1 << 19)
    static let sensitive = Place(rawValue: 1 << 20)
    static let startup = Place(rawValue: 1 << 21)
    static let unknown = Place(rawValue: 1 << 22)

    /// As packs write them.
    static let names: [String: Place] = [
        "worktree": .worktree, "build": .build, "generated": .generated, "source": .source, "git": .git, "temporary": .temporary,
        "temporary-root": .temporaryRoot, "sibling": .sibling, "machine": .machine, "system": .system, "host": .host, "home": .home,
        "home-folder": .homeFolder, "cache": .cache, "device": .device, "null": .null, "network": .network, "kernel": .kernel,
        "socket": .socket, "credential": .credential, "sensitive": .sensitive, "startup": .startup, "unknown": .unknown,
    ]
}

/// The patterns of a pack that say which paths are special.
package struct PlacePatterns: Sendable {
    var build: Set<String> = []
    var buildPatterns: [String] = []
    var generated = PatternList()
    /// Patterns with a slash are of the whole path, `~` being a home folder; others of a name anywhere.
    var credential = PatternList()
    var harmless = PatternList()
    var sensitive = PatternList()
    var startup = PatternList()
    var caches = PatternList()
    var sockets = PatternList()

    package init() {}
}

struct PlaceReader: Sendable {
    static let worktree = "/worktrees/repository/current"
    /// Where home folders are: whose they are does not matter to a rule.
    static let homes = ["home", "Users"]
    static let home = "/\(homes[0])/agent"
    private static let worktreeParts = ["worktrees", "repository", "current"]

    let patterns: PlacePatterns

    /// The absolute form of a path, `.` and `..` taken out; nil when it begins with something unknown.
    static func absolute(_ path: String, in folder: String?) -> String? {
        guard path.first != Argument.unknownPiece else { return nil }
        if path.isEmpty { return folder }
        let whole: String
        if path.utf8.first == Byte.slash {
            whole = path
        } else {
            guard let folder else { return nil }
            whole = folder + "/" + path
        }
        var parts: [Substring] = []
        for part in whole.utf8.split(separator: Byte.slash) {
            if part.elementsEqual(".".utf8) { continue }
            if part.elementsEqual("..".utf8) { _ = parts.popLast() } else { parts.append(Substring(part)) }
        }
        return "/" + throughProc(parts).joined(separator: "/")
    }

    /// `/proc/self/root/x` is `/x`, and `/proc/self/cwd/x` stands in the worktree.
    private static func throughProc(_ parts: [Substring]) -> [Substring] {
        guard parts.count >= 3, parts[0] == "proc" else { return parts }
        if parts[2] == "root" { return throughProc(Array(parts.dropFirst(3))) }
        if parts[2] == "cwd" { return worktreeParts.map { Substring($0) } + parts.dropFirst(3) }
        return parts
    }

    /// `isPattern`: the path's wildcards are live.
    func place(of path: String, isPattern: Bool, in folder: String?) -> Place {
        if isURL(path) || isRemote(path), let name = path.split(separator: "/").last {
            return special(String(name), "/\(name)").union(.unknown)
        }
        guard let absolute = Self.absolute(path, in: folder) else {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return special(name, name).union(.unknown)
        }
        if Argument.hasUnknownPiece(absolute) { return placeWithUnknown(absolute) }
        var parts = absolute.utf8.split(separator: Byte.slash).map { String(Substring($0)) }
        if isPattern { Self.dropCatchAll(&parts) }
        return place(ofParts: parts, isPattern: isPattern)
    }

    private func isURL(_ path: String) -> Bool {
        guard let colon = path.utf8.firstIndex(of: Byte.colon) else { return false }
        return path.utf8[colon...].starts(with: "://".utf8) || path.contains("://")
    }

    /// `host:path`, as scp and rsync have it.
    private func isRemote(_ path: String) -> Bool {
        guard let colon = path.utf8.firstIndex(of: Byte.colon), path.utf8.first != Byte.slash else { return false }
        return colon > path.startIndex && !path[..<colon].contains("/") && path[path.index(after: colon)...].contains("/")
    }

    /// Something unknown inside: it may be nothing, so the place without it counts too.
    private func placeWithUnknown(_ absolute: String) -> Place {
        let parts = absolute.split(separator: "/").map(String.init)
        let without = parts.map { $0.filter { $0 != Argument.unknownPiece } }.filter { !$0.isEmpty }
        var place = self.place(ofParts: without, isPattern: false).intersection([.machine, .credential, .device, .kernel])
        let shaped = parts.map { $0.contains(Argument.unknownPiece) ? "1" : $0 }
        place.formUnion(
            self.place(ofParts: shaped, isPattern: false).intersection([.credential, .sensitive, .temporary, .home, .system, .host]))
        return place.union(.unknown)
    }

    /// A last part that takes everything means the folder itself.
    private static func dropCatchAll(_ parts: inout [String]) {
        let catchAll: Set<String> = ["*", "**", ".*", "?*", ".[!.]*", "..?*", ".??*", "*.*", "[!.]*", ".[^.]*", "{*,.*}"]
        while let last = parts.last, catchAll.contains(last) { parts.removeLast() }
    }

    private func place(ofParts parts: [String], isPattern: Bool) -> Place {
        guard let name = parts.last else { return .machine }
        let path = "/" + parts.joined(separator: "/")
        var place = special(name, path, isPattern: isPattern)
        if parts.starts(with: Self.worktreeParts) {
            place.formUnion(inWorktree(Array(parts.dropFirst(Self.worktreeParts.count)), name))
        } else {
            place.formUnion(outside(parts, isPattern: isPattern))
        }
        return place
    }

    private func inWorktree(_ rest: [String], _ name: String) -> Place {
        guard let first = rest.first else { return .worktree }
        if first == ".git" { return .git }
        if rest.contains(".git") { return [.git, .source] }
        if rest.contains(where: { patterns.build.contains($0) }) { return .build }
        for part in rest { for pattern in patterns.buildPatterns where Wildcard.matches(part, pattern) { return .build } }
        if patterns.generated.matches(name: name, path: nil) { return .generated }
        return .source
    }

    private static let systemFolders: Set<String> = [
        "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "opt", "proc", "root", "run", "sbin", "srv", "sys", "usr", "var", "home",
        "Users", "System", "Library", "Applications", "mnt", "media", "nix", "snap", "host",
    ]

    private func outside(_ parts: [String], isPattern: Bool) -> Place {
        let first = parts[0]
        if isPattern, Wildcard.hasPattern(first) { return .machine }
        if parts.count < Self.worktreeParts.count, Self.worktreeParts.starts(with: parts) { return .machine }
        if first == Self.worktreeParts[0] { return .sibling }
        switch first {
        case "tmp": return parts.count == 1 ? .temporaryRoot : .temporary
        case "private" where parts.count > 1: return outside(Array(parts.dropFirst()), isPattern: isPattern)
        case "dev": return device(parts)
        case "proc", "sys": return kernel(parts)
        case "root": return home(parts, depth: parts.count - 1)
        case "home", "Users": return parts.count == 1 ? .machine : home(parts, depth: parts.count - 2)
        case "var" where parts.count > 1 && parts[1] == "tmp": return parts.count == 2 ? .temporaryRoot : .temporary
        case "var" where parts.count == 3 && ["lib", "www", "spool", "mail", "backups"].contains(parts[1]): return [.machine, .host]
        case "var", "opt", "srv", "mnt", "media", "run":
            return parts.count <= 2 ? (parts.count == 1 ? .machine : [.machine, .host]) : .host
        case "usr" where parts.count > 3 && parts[1] == "local": return .host
        default:
            if parts.count == 1 { return .machine }
            return Self.systemFolders.contains(first) ? .system : .host
        }
    }

    private func device(_ parts: [String]) -> Place {
        guard parts.count > 1 else { return .machine }
        switch parts[1] {
        case "null", "zero", "full", "random", "urandom", "stdin", "stdout", "stderr", "tty", "fd", "pts", "ptmx", "console": return .null
        case "shm": return parts.count == 2 ? .temporaryRoot : .temporary
        case "tcp", "udp": return .network
        default: return .device
        }
    }

    private func kernel(_ parts: [String]) -> Place {
        if parts.count == 1 { return .machine }
        if parts[0] == "sys" || parts[1] == "sys" || parts[1] == "sysrq-trigger" { return .kernel }
        if parts.count > 2, parts[2] == "environ" || parts[2] == "mem" || parts[2] == "auxv" { return [.credential, .host] }
        return .host
    }

    private func home(_ parts: [String], depth: Int) -> Place {
        if depth == 0 { return .machine }
        let relative = "~/" + parts.suffix(depth).joined(separator: "/")
        if patterns.caches.matches(name: relative, path: relative + "/") { return .cache }
        return depth == 1 ? [.homeFolder, .home] : .home
    }

    // MARK: - Special by name

    private func special(_ name: String, _ path: String, isPattern: Bool = false) -> Place {
        var place: Place = []
        let homed = Self.homed(path)
        if patterns.credential.matches(name: name, path: homed) || isPattern && meansCredential(name, homed) {
            if !patterns.harmless.matches(name: name, path: homed) { place.insert(.credential) }
        }
        if patterns.sensitive.matches(name: name, path: homed) { place.insert(.sensitive) }
        if patterns.startup.matches(name: name, path: homed) { place.insert(.startup) }
        if patterns.sockets.matches(name: name, path: homed) { place.insert(.socket) }
        return place
    }

    /// Whether a live pattern would take in a place with credentials.
    private func meansCredential(_ name: String, _ homed: String) -> Bool {
        for pattern in patterns.credential.texts {
            if pattern.utf8.contains(Byte.slash) {
                if Self.isWorded(homed), Wildcard.matches(pattern.replacing("*", with: "x"), homed) { return true }
            } else if Self.isWorded(name), !pattern.utf8.contains(Byte.star), Wildcard.matches(pattern, name) {
                return true
            }
        }
        return false
    }

    private static func homed(_ path: String) -> String {
        guard path.hasPrefix("/root") || homes.contains(where: { path.dropFirst().hasPrefix($0) }) else { return path }
        let parts = path.split(separator: "/")
        guard let first = parts.first else { return path }
        let own = first == "root" ? 1 : homes.contains { $0 == first } ? 2 : 0
        guard own > 0, parts.count >= own else { return path }
        return "~" + parts.dropFirst(own).map { "/" + $0 }.joined()
    }

    /// A pattern with a letter of its own: `.e*` may mean `.env`, but `*` does not mean it in particular.
    private static func isWorded(_ text: String) -> Bool {
        Wildcard.hasPattern(text) && text.split(separator: "/").last.map { $0.contains { $0.isLetter } } ?? false
    }
}
