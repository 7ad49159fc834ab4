// The one way out of a sandbox: a proxy at a unix socket that makes connections to hosts on a list, and writes each into the audit before it
// is made. The name is looked up here, once, and the address that was judged is the one that is connected to. It must never forward to
// this machine or its networks, nor read what it forwards.
//
// Accepted: whoever is on the list can be sent anything. A list of registries is no wall against a registry that takes uploads.

import CSandbox
package import ForgeCore
import Synchronization

package struct EgressLimits: Sendable {
    /// At once; more wait.
    package var connections = 64
    /// In all: each is a line of the audit, and who asks without end must not fill it.
    package var connectionsTotal = 5_000
    package var headTime = Duration.seconds(10)
    package var connectTime = Duration.seconds(15)
    package var idle = Duration.seconds(120)
    package var total = Duration.seconds(1_800)
    /// Of one connection, both ways together.
    package var bytesMax = 4 << 30

    package init() {}
}

/// One thing that happened, for the audit.
package enum EgressEvent: Hashable, Sendable {
    case refused(target: String, because: String)
    /// It would have been let through, and its name could not be looked up.
    case unknown(EgressTarget)
    /// Written before the connection is made: what cannot be written is not made.
    case allowed(EgressTarget, IPAddress)
    case closed(EgressTarget, CopyEnding, sent: Int, received: Int)
}

package struct EgressDependencies: Sendable {
    /// Nil is the system's own look-up.
    package var resolve: (@Sendable (_ host: String) -> [IPAddress])?
    package var guarding: AddressGuard
    package var audit: @Sendable (EgressEvent) async throws(StoreError) -> Void

    package init(
        resolve: (@Sendable (_ host: String) -> [IPAddress])? = nil, guarding: AddressGuard = AddressGuard(),
        audit: @escaping @Sendable (EgressEvent) async throws(StoreError) -> Void
    ) {
        self.resolve = resolve
        self.guarding = guarding
        self.audit = audit
    }
}

package final class EgressProxy: Sendable {
    private let rules: EgressRules
    private let limits: EgressLimits
    private let dependencies: EgressDependencies
    private let listener: EgressListener
    private let folder: Descriptor
    private let name: String
    private let accepted = Atomic<Int>(0)

    /// Listens at `name` in `folder`, which nobody else may enter: the socket itself is for whatever user the sandbox runs as.
    package init(
        folder: String, name: String, rules: EgressRules, limits: EgressLimits = EgressLimits(), dependencies: EgressDependencies
    ) throws(SandboxError) {
        self.rules = rules
        self.limits = limits
        self.dependencies = dependencies
        self.name = name
        self.folder = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY)
        let socket = unsafe forge_listen_at(self.folder.number, name, 0o666, 64)
        guard socket >= 0 else { throw .system("listen at \(folder)/\(name)", forge_sandbox_errno()) }
        listener = try EgressListener(Descriptor(owned: socket))
    }

    deinit { unsafe _ = unlinkat(folder.number, name, 0) }

    /// Serves until cancelled; connections that go on are cut then.
    package func run() async {
        await listener.each(atOnce: limits.connections) { await self.serve($0) }
    }

    private func serve(_ program: Descriptor) async {
        let number = accepted.add(1, ordering: .relaxed).newValue
        guard number <= limits.connectionsTotal else {
            let reason = "more than \(limits.connectionsTotal) connections"
            if number == limits.connectionsTotal + 1 { await note(.refused(target: "", because: reason)) }
            return Self.answer(program, 503, reason)
        }
        let thread = EgressThread()
        let (limits, stop) = (limits, listener.stop)
        let (request, rest) = await thread.carryOut { Self.readHead(program, stop, limits) }
        switch request {
        case .unfinished: return
        case .refused(let status, let reason):
            await note(.refused(target: "", because: reason))
            Self.answer(program, status, reason)
        case .connect(let target):
            guard rules.allows(target) else {
                return await refuse(program, target, "\(target) is ", "not on the list of hosts that may be reached")
            }
            await connect(program, to: target, rest, on: thread)
        }
    }

    private func connect(_ program: Descriptor, to target: EgressTarget, _ rest: [UInt8], on thread: EgressThread) async {
        let resolve = dependencies.resolve ?? Self.systemAddresses
        let found = await thread.carryOut { resolve(target.host) }
        guard !found.isEmpty else {
            await note(.unknown(target))
            return Self.answer(program, 502, "\(target.host) is not known")
        }
        guard let address = found.first(where: dependencies.guarding.allows) else {
            return await refuse(program, target, "\(target.host) ", "leads to this machine or its networks")
        }
        do throws(StoreError) {
            try await dependencies.audit(.allowed(target, address))
        } catch {
            return Self.answer(program, 503, "the audit could not be written")
        }
        let (limits, stop) = (limits, listener.stop)
        let (ending, sent, received) = await thread.carryOut {
            Self.carry(program, address, target.port, rest, stop, limits)
        }
        await note(.closed(target, ending, sent: sent, received: received))
    }

    /// The audit has the target beside the reason; the program is told in a sentence.
    private func refuse(_ program: Descriptor, _ target: EgressTarget, _ subject: String, _ reason: String) async {
        await note(.refused(target: target.description, because: reason))
        Self.answer(program, 403, subject + reason)
    }

    /// Of something that is over: there is nothing left to prevent.
    private func note(_ event: EgressEvent) async {
        do throws(StoreError) {
            try await dependencies.audit(event)
        } catch {
            // The store tells of itself that it cannot be written.
        }
    }

    // MARK: On its thread

    private static func readHead(_ program: Descriptor, _ stop: Descriptor, _ limits: EgressLimits) -> (EgressRequest, [UInt8]) {
        let end = forge_milliseconds() + limits.headTime.milliseconds
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: EgressRequest.bytesMax)
        while true {
            guard SocketWait.ready(program, POLLIN, stop: stop, until: end) else { return (.unfinished, []) }
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe forge_receive(program.number, $0.baseAddress, $0.count) }
            guard count > 0 else { return (.unfinished, []) }
            bytes += buffer[..<count]
            let (request, taken) = EgressRequest.read(bytes)
            if request != .unfinished { return (request, Array(bytes[taken...])) }
        }
    }

    private static func systemAddresses(_ host: String) -> [IPAddress] {
        var bytes = [UInt8](repeating: 0, count: 16 * Int(FORGE_ADDRESSES_MAX))
        let count = unsafe forge_resolve(host, &bytes)
        return (0..<max(0, Int(count))).map { index in
            func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
            return IPAddress(high: number(16 * index..<16 * index + 8), low: number(16 * index + 8..<16 * index + 16))
        }
    }

    private static func carry(
        _ program: Descriptor, _ address: IPAddress, _ port: UInt16, _ rest: [UInt8], _ stop: Descriptor, _ limits: EgressLimits
    ) -> (CopyEnding, Int, Int) {
        var bytes: [UInt8] = []
        for half in [address.high, address.low] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(half >> UInt64(shift) & 255)) }
        }
        let begun = unsafe forge_begin_connect(bytes, port)
        guard begun >= 0 else {
            answer(program, 502, "no connection")
            return (.broken, 0, 0)
        }
        let host = Descriptor(owned: begun)
        let end = forge_milliseconds() + limits.connectTime.milliseconds
        guard SocketWait.ready(host, POLLOUT, stop: stop, until: end), forge_socket_failure(begun) == 0 else {
            answer(program, 502, "no connection")
            return (.broken, 0, 0)
        }
        send("HTTP/1.1 200 Connection established\r\n\r\n", to: program)
        var pair = SocketPair(
            program.number, begun, first: rest, stop: stop.number,
            limits: CopyLimits(idle: limits.idle, total: limits.total, bytesMax: limits.bytesMax))
        let ending = pair.copy()
        return (ending, pair.bytes.there, pair.bytes.back)
    }

    private static func answer(_ program: Descriptor, _ status: Int, _ reason: String) {
        let text = "forge: \(reason)\n"
        send(
            "HTTP/1.1 \(status) Refused\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: \(text.utf8.count)\r\nconnection: close\r\n\r\n"
                + text, to: program)
    }

    /// A few hundred bytes on a new connection: the kernel takes them at once.
    private static func send(_ text: String, to program: Descriptor) {
        let bytes = Array(text.utf8)
        unsafe _ = bytes.withUnsafeBytes { unsafe forge_send(program.number, $0.baseAddress, $0.count) }
    }
}
