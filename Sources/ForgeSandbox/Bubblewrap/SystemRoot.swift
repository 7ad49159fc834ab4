// What commands see of this machine's own system, found once: programs and libraries, and the few files of /etc that they cannot do
// without. Everything else of /etc stays outside: host names, users, keys.

import CSandbox

struct SystemRoot: Sendable, Equatable {
    /// Arguments of bwrap.
    var arguments: [String]

    static func found() -> SystemRoot {
        var arguments = ["--ro-bind", "/usr", "/usr"]
        for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
            switch unsafe forge_kind_at("/\(name)") {
            case 2: arguments += ["--ro-bind", "/\(name)", "/\(name)"]
            case 3: arguments += ["--symlink", "usr/\(name)", "/\(name)"]
            default: break
            }
        }
        for path in ["ld.so.cache", "alternatives", "localtime", "ssl/openssl.cnf", "ssl/certs"] where exists("/etc/\(path)") {
            arguments += ["--ro-bind", "/etc/\(path)", "/etc/\(path)"]
        }
        return SystemRoot(arguments: arguments)
    }

    /// Readable by anybody: a command is nobody.
    private static func exists(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    /// Written into the root itself, which becomes read-only: no mount for each.
    static let files: [(path: String, text: String)] = [
        ("/etc/passwd", "agent:x:1000:1000:agent:/agent:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"),
        ("/etc/group", "agent:x:1000:\nnogroup:x:65534:\n"),
        ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
        ("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    ]
}
