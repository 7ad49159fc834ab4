// `forge notify`: the post-receive hook of a repository on this machine. It turns what was pushed into deliveries and never stops a push:
// by then the push is done.

import ForgeCore
import ForgeLocalHost
import ForgeSystem

enum NotifyCommand {
    static let all = [notify]

    private static let linesBytesMax = 16 << 20

    private static let notify = CommandSpecification(
        "notify", "tell Forge what was pushed: the post-receive hook of a bare repository",
        details: """
            Reads lines 'OLD NEW REF' on standard input, as git gives them to a post-receive hook. What they mean for pull requests
            becomes deliveries, which 'forge deliveries list' shows. --install writes that hook; one that somebody else wrote stays.
            """,
        options: [
            .init("install", "OWNER/NAME", "write the hook of this repository, with the settings in force now"),
            .init("repository", "OWNER/NAME", "where the push went (default: the only one there is)"),
            .init("as", "NAME", "who pushed (default: $USER)"), .config,
        ]
    ) { arguments, context in
        try await withLocalDesk(arguments, context) { desk in
            if let name = arguments.value("install") {
                let repository = try LocalDesk.repository(named: name)
                let hook = PushHook(folder: try await desk.repositories.path(of: repository))
                try hook.install(hook.text(for: repository, settings: settingsPath(arguments, context)))
                try context.print("every push to \(repository) is told to Forge now")
                return .ok
            }
            let repository = try await desk.repository(arguments)
            // A hook runs where nobody is logged in, too, and a push that was made must not be lost for want of a name.
            let isNamed = ["USER", "LOGNAME"].contains { !context.environment[$0, default: ""].isEmpty } || arguments.value("as") != nil
            let login = isNamed ? try context.login(arguments) : "git"
            let notes = try await desk.host.pushed(try changes(), in: repository, by: login)
            for note in notes { context.note("forge: \(note.sentence(in: repository))") }
            return .ok
        }
    }

    private static func changes() throws -> [RefChange] {
        let text = String(decoding: try Files.readAll(StandardStream.input, name: "standard input", bytesMax: linesBytesMax), as: UTF8.self)
        return try text.split(separator: "\n").map { line throws(CommandFailure) in
            guard let change = RefChange(line: line) else {
                throw .badInput("'\(Table.flat(String(line.prefix(200))))' is no line of a push")
            }
            return change
        }
    }

    /// As a hook can use it, which runs in another folder.
    private static func settingsPath(_ arguments: Arguments, _ context: CommandContext) -> String? {
        let path = arguments.value("config") ?? context.environment["FORGE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        return path.map { $0.hasPrefix("/") ? $0 : "\(ProcessFacts.workingFolder)/\($0)" }
    }
}

/// The file that git runs after a push.
struct PushHook {
    private let path: String
    private static let mark = "# Written by 'forge notify --install'."

    init(folder: String) { path = "\(folder)/hooks/post-receive" }

    func text(for repository: RepositoryName, settings: String?) -> String {
        let config = settings.map { " --config \(Self.quoted($0))" } ?? ""
        return """
            #!/bin/sh
            \(Self.mark) It tells Forge what was pushed; the push itself is done by then.
            exec \(Self.quoted(ProcessFacts.executablePath)) notify --repository \(Self.quoted(repository.description))\(config)

            """
    }

    func install(_ text: String) throws {
        if Files.exists(path) {
            let found = String(decoding: try Files.read(path, bytesMax: 1 << 20), as: UTF8.self)
            guard found.contains(Self.mark) else {
                let line = text.split(separator: "\n").last.map { $0.dropFirst("exec ".count) } ?? ""
                throw CommandFailure.refused("\(path) is somebody else's; have it run, with its own standard input:\n  \(line)")
            }
        }
        try Files.createFolder(String(path.dropLast("/post-receive".count)), mode: 0o755)
        // Beside it and then in its place: a push meanwhile finds the whole of one of the two.
        let aside = "\(path).forge-\(ProcessFacts.identifier)"
        try Files.write(Array(text.utf8), to: aside, mode: 0o755)
        try Files.rename(aside, to: path)
    }

    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}

extension PushNote {
    fileprivate func sentence(in repository: RepositoryName) -> String {
        switch self {
        case .pushed(let key, let head): "\(repository)#\(key.number) is looked at again, at \(head.short)"
        case .merged(let key): "\(repository)#\(key.number) is merged"
        case .closed(let key): "\(repository)#\(key.number) is closed: its branch is gone"
        case .unclaimed(let branch):
            "to have \(Table.flat(branch)) reviewed: forge pr open \(Table.flat(branch)) --repository \(repository)"
        }
    }
}
