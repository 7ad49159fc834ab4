// What all connections of one server share: its bounds, its routes, what it is handed, and whether it is stopping.

import ForgeCore
import Glibc
import Synchronization

final class ServerCore: Sendable {
    /// How far the server has come. It only goes forward.
    enum Stage: Int {
        case serving
        /// No new connections and no further requests on the old ones; what is under way goes on.
        case draining
        /// Nothing waits any more: no connection may be suspended from now on.
        case closing
    }

    let limits: ServerLimits
    let routes: RouteTable
    let log: Log
    let instruments: ServerInstruments
    let monotonic: @Sendable () -> UInt64
    let requestIDs: @Sendable () -> String
    let allowance: RequestAllowance
    let connections = ConnectionTable()
    let lingering = LingeringSockets()
    let isEncrypted: Bool
    let startMessages = Mutex<[String]?>([])
    private let stageNumber = Atomic<Int>(Stage.serving.rawValue)
    private let bodyBytes = Atomic<Int>(0)
    let wake: WakeSignal

    init(routes: [HTTPRoute], limits: ServerLimits, isEncrypted: Bool, _ dependencies: ServerDependencies, wake: WakeSignal) {
        self.limits = limits
        self.routes = RouteTable(routes, dependencies.metrics)
        self.log = dependencies.log.named("http")
        self.instruments = ServerInstruments(dependencies.metrics)
        self.monotonic = dependencies.monotonic
        self.requestIDs = dependencies.requestIDs
        self.isEncrypted = isEncrypted
        self.wake = wake
        allowance = RequestAllowance(perMinute: limits.requestsPerAddressMinute, addressesMax: limits.addressesRemembered)
    }

    var stage: Stage {
        get { Stage(rawValue: stageNumber.load(ordering: .sequentiallyConsistent)) ?? .closing }
        set { stageNumber.store(newValue.rawValue, ordering: .sequentiallyConsistent) }
    }

    func deadline(_ time: Duration) -> UInt64 { monotonic() &+ time.nanoseconds }

    /// Counts bytes of bodies being read; false if there is no room for them, and then they are not counted.
    func reserveBody(_ count: Int) -> Bool {
        let (_, after) = bodyBytes.add(count, ordering: .relaxed)
        if after <= limits.bodyBytesBuffered { return true }
        bodyBytes.subtract(count, ordering: .relaxed)
        return false
    }

    func releaseBody(_ count: Int) { bodyBytes.subtract(count, ordering: .relaxed) }

    /// The library says that a connection is open.
    func connectionStarted(_ descriptor: Int32) -> Connection? {
        guard let connection = connections.connection(descriptor) else { return nil }
        connection.started()
        instruments.connections.add(1)
        return connection
    }

    /// The library says that a connection is closed; its descriptor is open until this returns.
    func connectionClosed(_ connection: Connection) {
        if connection.closed() { lingering.keep(connection.descriptor, until: deadline(.seconds(2))) }
        connections.remove(connection)
        instruments.connections.add(-1)
        if stage != .serving { wake.raise() }
    }
}
