// Each role asks its own model, where settings give it one.

package import ForgeCore

package struct ModelsByRole: Model {
    private let standard: any Model
    private let roles: [String: any Model]

    package init(_ standard: any Model, roles: [String: any Model]) {
        self.standard = standard
        self.roles = roles
    }

    package var name: String { standard.name }

    package func model(for role: String) -> any Model { roles[role] ?? standard }

    package func reply(
        to request: ModelRequest, events: @Sendable (ModelEvent) async -> Void
    ) async throws(ModelError) -> ModelReply {
        try await model(for: request.role).reply(to: request, events: events)
    }
}
