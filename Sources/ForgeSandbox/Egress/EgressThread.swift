// A thread of its own for what blocks on sockets: accepting, looking a name up, connecting, copying.

import CSandbox
import ForgeBlocking
import ForgeCore

actor EgressThread {
    private let executor = BlockingExecutor(label: "forge.sandbox.egress")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func carryOut<Answer: Sendable>(_ work: @Sendable () -> Answer) -> Answer { work() }
}

/// Something that listens, and ends when told.
final class EgressListener: Sendable {
    private let socket: Descriptor
    private let thread = EgressThread()
    /// Readable from the moment on at which everything is to end.
    let stop: Descriptor

    init(_ socket: Descriptor) throws(SandboxError) {
        self.socket = socket
        stop = try Descriptor.event()
    }

    /// Serves each connection, so many at once, until cancelled; then those that go on are told to end.
    func each(atOnce countMax: Int, _ serve: @escaping @Sendable (Descriptor) async -> Void) async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                var open = 0
                while let accepted = await next() {
                    if open >= countMax {
                        await group.next()
                        open -= 1
                    }
                    open += 1
                    group.addTask { await serve(accepted) }
                }
            }
        } onCancel: {
            stop.signal()
        }
    }

    /// Nil when it is to end.
    private func next() async -> Descriptor? {
        let (socket, stop) = (socket, stop)
        return await thread.carryOut { Self.accept(socket, stop) }
    }

    private static func accept(_ socket: Descriptor, _ stop: Descriptor) -> Descriptor? {
        while true {
            var queries = [
                pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0), pollfd(fd: stop.number, events: Int16(POLLIN), revents: 0),
            ]
            unsafe _ = poll(&queries, 2, -1)
            if queries[1].revents != 0 { return nil }
            let accepted = forge_accept(socket.number)
            if accepted >= 0 { return Descriptor(owned: accepted) }
            // Out of descriptors: a moment, and not forever in a circle.
            if forge_sandbox_errno() == EMFILE || forge_sandbox_errno() == ENFILE { unsafe _ = poll(&queries[1], 1, 100) }
        }
    }
}

enum SocketWait {
    /// Until it can be read or written, it is to stop, or the time is over. True when it can.
    static func ready(_ socket: Descriptor, _ events: Int32, stop: Descriptor, until end: Int64) -> Bool {
        while true {
            let left = end - forge_milliseconds()
            guard left > 0 else { return false }
            var queries = [
                pollfd(fd: socket.number, events: Int16(events), revents: 0), pollfd(fd: stop.number, events: Int16(POLLIN), revents: 0),
            ]
            let count = unsafe poll(&queries, 2, Int32(clamping: left))
            if queries[1].revents != 0 { return false }
            if count > 0 { return true }
        }
    }
}
