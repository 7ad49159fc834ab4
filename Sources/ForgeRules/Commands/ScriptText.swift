// What can be told from code without its grammar: its texts in quotes, and names of calls that reach out of it. It must never promise
// that code without such names is harmless in more than the sandbox's sense.

struct ScriptText {
    struct Calls: OptionSet {
        let rawValue: UInt16
        static let starts = Calls(rawValue: 1)
        static let deletes = Calls(rawValue: 2)
        static let deletesTrees = Calls(rawValue: 4)
        static let opens = Calls(rawValue: 8)
        static let writes = Calls(rawValue: 16)
        static let network = Calls(rawValue: 32)
        static let environment = Calls(rawValue: 64)
        static let hides = Calls(rawValue: 128)
        static let forks = Calls(rawValue: 256)
    }

    private let code: String
    /// What stands in quotes, the quotes of three languages taken alike.
    let strings: [String]

    init(_ code: String) {
        self.code = code
        strings = Self.strings(in: Array(code.unicodeScalars.prefix(1 << 16)))
    }

    private static func strings(in scalars: [UnicodeScalar]) -> [String] {
        var found: [String] = []
        var at = 0
        while at < scalars.count, found.count < 64 {
            let quote = scalars[at]
            guard quote == "'" || quote == "\"" || quote == "`" else {
                at += 1
                continue
            }
            var text = ""
            var end = at + 1
            while end < scalars.count, scalars[end] != quote {
                if scalars[end] == "\\", end + 1 < scalars.count { end += 1 }
                text.unicodeScalars.append(scalars[end])
                end += 1
            }
            if !text.isEmpty { found.append(text) }
            at = end + 1
        }
        return found
    }

    private static let shapes: [(Calls, [String])] = [
        (
            .starts,
            [
                "os.system", "subprocess", "os.popen", "os.exec", "os.spawn", "popen(", "pty.spawn", "commands.getoutput", "system(",
                "system ", "exec(", "exec ",
                "execsync", "spawnsync", "spawn(", "child_process", "execfile", "shell_exec", "passthru", "proc_open", "pcntl_exec", "qx",
                "kernel.", "open3", "io.popen",
                "`", "%x", "runtime.getruntime", "processbuilder", "os.startfile", "shell-command", "call-process", "start-process",
            ]
        ),
        (
            .deletes,
            [
                "rmtree", "os.remove", "os.unlink", "unlink", "os.rmdir", "removedirs", "rmsync", "rmdirsync", "fs.rm", "unlinksync",
                "file.delete", "rm_rf", "rm_r(", "remove_entry",
                "fileutils.rm", "rimraf", "send2trash", "remove_tree", "rmdir(", "delete-directory", "delete-file",
            ]
        ),
        (
            .deletesTrees,
            ["rmtree", "rmsync", "rmdirsync", "fs.rm", "rm_rf", "rm_r(", "rimraf", "remove_tree", "removedirs", "remove_entry"]
        ),
        (.opens, ["open", "read", "path(", "file", "io.", "slurp", "cat", "load"]),
        (
            .writes,
            [
                "'w'", "\"w\"", "'a'", "\"a\"", "'wb'", "\"wb\"", "'w+'", "write_text", "write_bytes", "writefile", "appendfile",
                "file_put_contents", "file.write", "truncate", "createwritestream",
            ]
        ),
        (
            .network,
            [
                "socket", "urllib", "requests.", "http.client", "httplib", "urlopen", "fetch(", "https.get", "http.get", "http.request",
                "https.request", "net.connect", "('https')", "('http')", "(\"https\")", "(\"http\")", "('net')", "(\"net\")", "inet_aton",
                "net::http",
                "open-uri", "uri.open", "lwp", "tcpsocket", "smtplib", "ftplib", "paramiko", "axios", "curl", "file_get_contents('http",
                "file_get_contents(\"http", "fsockopen", "io::socket", "dgram", "websocket", "httpx", "aiohttp",
            ]
        ),
        (.environment, ["os.environ", "process.env", "%env", "env.to_h", "getenv()", "$_env", "/environ", "env.each", "dict(os.environ"]),
        (
            .hides,
            [
                "eval", "exec(", "__import__", "getattr(", "compile(", "fromcharcode", "b64decode", "base64", "codecs.decode",
                "marshal.loads", "pickle.loads", "new function", "chr(", "unhexlify", "fromhex", "atob(", "decode64", "pack(",
            ]
        ),
        (
            .forks,
            [
                "fork while", "fork()while", "while 1:os.fork", "while true:os.fork", "while(1){fork", "while (1) { fork", "loop{fork",
                "loop { fork", "while 1: os.fork", "while true: os.fork", "fork until",
            ]
        ),
    ]

    private static let shapeBytes = shapes.map { ($0.0, $0.1.map { Array($0.utf8) }) }

    var calls: Calls {
        let text = Array(code.lowercased().utf8)
        var found: Calls = []
        for (call, names) in Self.shapeBytes where names.contains(where: { Self.has(text, $0) }) { found.insert(call) }
        // One variable by name is no dump, but its name may say that it is a credential.
        if found.contains(.environment), !isDump(text) { found.remove(.environment) }
        return found
    }

    /// Whether bytes hold others: a search by characters is ten times slower, and each name is looked for in each script.
    private static func has(_ text: [UInt8], _ name: [UInt8]) -> Bool {
        guard let first = name.first, text.count >= name.count else { return name.isEmpty }
        for start in 0...(text.count - name.count) where text[start] == first {
            if text[start..<(start + name.count)].elementsEqual(name) { return true }
        }
        return false
    }

    private static func hasAny(_ text: [UInt8], _ names: [String]) -> Bool {
        names.contains { has(text, Array($0.utf8)) }
    }

    private func isDump(_ text: [UInt8]) -> Bool {
        Self.hasAny(text, ["token", "secret", "key", "password", "credential"])
            || !Self.hasAny(text, ["os.environ[", "os.environ.get", "process.env.", "process.env["])
    }

    var isReverseShell: Bool {
        let text = Array(code.lowercased().utf8)
        // A bare socket in the same code as a started program has few other uses.
        if Self.hasAny(text, ["socket"]), calls.contains(.starts) { return true }
        return Self.hasAny(
            text, ["/bin/sh", "/bin/bash", "dup2", "pty.spawn", "cmd.exe", "'sh'", "\"sh\"", "\"bash\"", "'bash'"])
    }

    /// sed: nothing of the file is left.
    static func deletesEveryLine(_ script: String) -> Bool {
        let plain = script.filter { !$0.isWhitespace && $0 != "{" && $0 != "}" && $0 != ";" }
        return ["d", "1,$d", "0,$d", "/.*/d", "/^/d", "/$/d", "1!d1d", "$!d$d", "s/.*//", "s/.*//g", "s/^.*$//"].contains(plain)
    }

    /// A list of texts, joined: `['rm', '-rf', '/']`.
    var commandLine: String? {
        strings.count > 1 ? strings.map { $0.contains(" ") ? CommandWalk.quoted($0) : $0 }.joined(separator: " ") : nil
    }

    /// Texts as paths, with the home folder where a call would put it.
    var paths: [String] {
        let isHomed =
            code.contains("expanduser") || code.contains("homedir") || code.contains("Path.home") || code.contains("Dir.home")
            || code.contains("ENV['HOME']") || code.contains("environ['HOME']") || code.contains("environ[\"HOME\"]")
            || code.contains("env.HOME")
        var found = strings.map { text in text.hasPrefix("~") ? PlaceReader.home + text.dropFirst() : text }
        if isHomed { found.append(PlaceReader.home) }
        if isHomed {
            found += strings.filter { $0.hasPrefix(".") || $0.hasPrefix("/.") }.map { PlaceReader.home + "/" + $0.drop { $0 == "/" } }
        }
        return found
    }

    /// awk: `print … | "command"` and `"command" | getline`.
    var isPipedToText: Bool {
        let plain = code.filter { !$0.isWhitespace }
        return plain.contains("|\"") || plain.contains("\"|")
    }

    /// awk: `print > "path"`.
    var targets: [String] {
        code.split(separator: ">").dropFirst().compactMap { piece in ScriptText(String(piece)).strings.first }
    }
}
