// How tests wait for what other tasks do: one side sends, the other takes, in order, and nobody sleeps.

struct Mailbox<Letter: Sendable>: Sendable {
    private let stream: AsyncStream<Letter>
    private let continuation: AsyncStream<Letter>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func send(_ letter: Letter) { continuation.yield(letter) }

    /// The next letter, or nil when the waiting was cancelled. One taker at a time.
    func take() async -> Letter? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next(isolation: #isolation)
    }
}

extension Mailbox where Letter == Void {
    func send() { send(()) }
}

/// Runs something that ends only by cancellation beside the work, and cancels it at the work's end.
func beside<Answer: Sendable>(
    _ background: @escaping @Sendable () async -> Void, _ work: () async throws -> Answer
) async throws -> Answer {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await background() }
        let answer = try await work()
        group.cancelAll()
        return answer
    }
}
