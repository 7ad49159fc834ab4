// A program started by this one, with its standard input and output at hand. Its environment and arguments are given, never inherited by
// accident. Whoever starts one waits for it: a child outlives its owner only until `deinit`, which kills it.

import CSystem

package struct ChildProcess: ~Copyable {
    package let identifier: Int32
    package let output: Int32
    private var input: Int32?
    private var status: Int32?

    /// Standard error goes where ours goes, or nowhere.
    package static func start(
        _ path: String, arguments: [String], environment: [String: String], silencesErrors: Bool = false
    ) throws(SystemError) -> ChildProcess {
        var toChild: [Int32] = [0, 0]
        var fromChild: [Int32] = [0, 0]
        guard unsafe forge_pipe(&toChild) == 0, unsafe forge_pipe(&fromChild) == 0 else { throw .last("make a pipe for", path) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
        if silencesErrors { unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) }
        let argumentPointers = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        let environmentPointers = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            let all = unsafe argumentPointers + environmentPointers
            for index in unsafe all.indices { unsafe free(all[index]) }
        }
        var identifier: pid_t = 0
        let failure = unsafe posix_spawn(&identifier, path, &actions, nil, argumentPointers, environmentPointers)
        close(toChild[0])
        close(fromChild[1])
        guard failure == 0 else {
            close(toChild[1])
            close(fromChild[0])
            throw SystemError(call: "start", subject: path, number: failure, message: SystemError.text(of: failure))
        }
        return ChildProcess(identifier: identifier, output: fromChild[0], input: toChild[1])
    }

    private init(identifier: Int32, output: Int32, input: Int32) {
        self.identifier = identifier
        self.output = output
        self.input = input
    }

    /// Tells a child that reads its input to the end that there is no more.
    package mutating func closeInput() {
        guard let input else { return }
        close(input)
        self.input = nil
    }

    package borrowing func send(_ signal: Int32) {
        if status == nil { kill(identifier, signal) }
    }

    /// Blocks until it ends; its exit code, or 128 and the signal.
    package mutating func wait() -> Int32 {
        if let status { return status }
        closeInput()
        var raw: Int32 = 0
        while unsafe waitpid(identifier, &raw, 0) < 0, forge_errno() == EINTR {}
        let code = forge_exit_code(raw)
        status = code
        return code
    }

    deinit {
        if let input { close(input) }
        close(output)
        guard status == nil else { return }
        kill(identifier, SIGKILL)
        var raw: Int32 = 0
        unsafe waitpid(identifier, &raw, 0)
    }
}
