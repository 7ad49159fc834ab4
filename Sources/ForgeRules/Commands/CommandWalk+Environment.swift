// Variables that decide which program, library or module really runs: `PATH=/tmp:$PATH ls` runs what lies in /tmp. It must never judge the
// name of a variable alone: what its value leads to counts, as if it had been run by its path.

extension CommandWalk {
    /// What the value of such a variable is.
    private enum Steering {
        /// Folders in which files are looked for that run.
        case folders
        /// A command that the program runs.
        case command
        /// Options, of which some load code.
        case options
    }

    private static let steering: [String: Steering] = [
        "PATH": .folders, "LD_LIBRARY_PATH": .folders, "PYTHONPATH": .folders, "PYTHONHOME": .folders, "NODE_PATH": .folders,
        "PERL5LIB": .folders, "RUBYLIB": .folders, "CLASSPATH": .folders, "GIT_DIR": .folders, "GIT_COMMON_DIR": .folders,
        "GIT_EXEC_PATH": .folders, "GIT_TEMPLATE_DIR": .folders,
        "GIT_PAGER": .command, "PAGER": .command, "MANPAGER": .command, "GIT_EDITOR": .command, "EDITOR": .command, "VISUAL": .command,
        "GIT_SEQUENCE_EDITOR": .command, "GIT_SSH": .command, "BROWSER": .command, "LESSOPEN": .command, "LESSCLOSE": .command,
        "RUSTC": .command, "RUSTC_WRAPPER": .command, "RUSTC_WORKSPACE_WRAPPER": .command,
        "NODE_OPTIONS": .options, "JAVA_TOOL_OPTIONS": .options, "JDK_JAVA_OPTIONS": .options, "_JAVA_OPTIONS": .options,
        "MAKEFLAGS": .options, "GOFLAGS": .options,
    ]

    /// Where people install programs for themselves: what is there was there before.
    private static let ownProgramFolders = [
        ".cargo/bin", ".local/bin", ".local/share/mise", "go/bin", ".bun/bin", ".deno/bin", ".npm-global/bin", ".yarn/bin", ".pyenv",
        ".rbenv", ".asdf", ".nvm", ".volta/bin", ".swiftly/bin", ".dotnet", ".rustup", ".sdkman",
    ]

    private static let harmlessCommands: Set<String> = ["sccache", "ccache", "code", "subl", "micro", "rustc", "w3m", "lynx"]

    /// Judges what the variables that were set in this text make of a program.
    mutating func judgeEnvironment(of program: String) {
        for (name, variable) in state.variables {
            guard let steering = Self.steering[name] else { continue }
            for value in variable.alternatives { judge(value, steering, of: name, program) }
        }
    }

    private mutating func judge(_ value: Argument, _ steering: Steering, of name: String, _ program: String) {
        switch steering {
        case .folders:
            for folder in value.text.split(separator: ":") where !isProgramFolder(folder) {
                _ = judgeRunning(Argument(text: "\(folder)/\(program)", origin: value.origin), as: .shell)
            }
        case .command:
            let command = value.text.drop { $0 == "|" || $0 == "-" }
            if pack.harmlessHooks.contains(String(command)) || Self.harmlessCommands.contains(String(command)) { return }
            _ = inSubshell { walk in walk.evaluateText(Argument(text: String(command), origin: value.origin), .unknown) }
            raise(name, "would run '\(Self.shown(value.text))'")
        case .options:
            let loads = ["require", "import", "loader", "agent", "eval", "toolexec", "-r ", "$(", "jmx"]
            if value.isUnknown || loads.contains(where: value.text.contains) { raise(name, "would load '\(Self.shown(value.text))'") }
        }
    }

    private mutating func raise(_ name: String, _ why: String) {
        judgement.raise(.destructive, rule: "steering-variable", why: "'\(name)' \(why)")
    }

    private func isProgramFolder(_ folder: Substring) -> Bool {
        guard !folder.contains(Argument.unknownPiece), let absolute = PlaceReader.absolute(String(folder), in: state.folder) else {
            return false
        }
        return Self.programFolders.contains { (absolute + "/").hasPrefix($0) }
            || Self.ownProgramFolders.contains { "\(absolute)/".hasPrefix("\(PlaceReader.home)/\($0)/") }
    }
}
