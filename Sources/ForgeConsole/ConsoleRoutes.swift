// Everything a person or a program may ask of the service over HTTP, as routes.

package import ForgeCore
package import ForgeEngine

package struct ConsoleDependencies: Sendable {
    package var store: any Store
    package var health: HealthRoutes
    /// Told when a delivery is pending again.
    package var arrived: Wakeup
    /// Told when the journal has grown; the live streams look then.
    package var changed: Wakeup
    package var version: String
    package var bodyBytesMax: Int
    package var log: Log

    package init(
        store: any Store, health: HealthRoutes, arrived: Wakeup, changed: Wakeup, version: String, bodyBytesMax: Int = 1 << 20, log: Log
    ) {
        self.store = store
        self.health = health
        self.arrived = arrived
        self.changed = changed
        self.version = version
        self.bodyBytesMax = bodyBytesMax
        self.log = log
    }
}

package func consoleRoutes(_ dependencies: ConsoleDependencies) -> [HTTPRoute] {
    let gate = APIGate(store: dependencies.store, log: dependencies.log.named("api"))
    return dependencies.health.routes + endpoints(dependencies).map { gate.route($0, bodyBytesMax: dependencies.bodyBytesMax) }
}

func endpoints(_ dependencies: ConsoleDependencies) -> [Endpoint] {
    let store = dependencies.store
    let others =
        TicketEndpoints(store: store, changed: { dependencies.changed.notify() }).all
        + DeliveryEndpoints(store: store, arrived: { dependencies.arrived.notify() }).all + RunEndpoints(store: store).all
        + EventEndpoint(store: store, changed: dependencies.changed).all
    return others + [OpenAPIDocument(version: dependencies.version).endpoint(for: others)]
}
