// The inner end of a unix socket that was bound into a sandbox: most programs speak TCP only, so this listens at a port of the sandbox's own
// loopback, where nothing else is, and carries each connection to the socket. It decides nothing; whoever listens there does.

import CSandbox
package import ForgeCore

package final class SocketBridge: Sendable {
    package let port: UInt16
    private let path: String
    private let listener: EgressListener

    private static let connectionsMax = 64

    /// - Parameter port: 0 for any that is free.
    package init(to path: String, port: UInt16 = 0) throws(SandboxError) {
        var given = port
        let socket = unsafe forge_listen_at_loopback(&given, 64)
        guard socket >= 0 else { throw .system("listen at port \(port) of the loopback", forge_sandbox_errno()) }
        listener = try EgressListener(Descriptor(owned: socket))
        self.path = path
        self.port = given
    }

    /// Until cancelled.
    package func run() async {
        await listener.each(atOnce: Self.connectionsMax) { await self.carry($0) }
    }

    private func carry(_ program: Descriptor) async {
        let (path, stop) = (path, listener.stop)
        await EgressThread().carryOut {
            let made = unsafe forge_connect_path(path)
            guard made >= 0 else { return }
            let socket = Descriptor(owned: made)
            var pair = SocketPair(
                program.number, socket.number, stop: stop.number,
                limits: CopyLimits(idle: .seconds(3_600), total: .seconds(86_400), bytesMax: .max))
            _ = pair.copy()
        }
    }
}
