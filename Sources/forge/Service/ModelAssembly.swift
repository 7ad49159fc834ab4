// Settings to models: each place an endpoint with its key, each role a list of models to ask one after the other. The one place where the
// adapters of models are made.

import ForgeConfig
import ForgeCore
import ForgeHTTP
import ForgeModels
import ForgeRules

/// What asking models needs of the machine.
struct ModelSurroundings: Sendable {
    var client: HTTPClient
    var wall: WallClock
    var clock: any Clock<Duration>
    var jitter: Jitter
}

extension ModelSettings {
    /// Whether there is anybody to ask: a key, a transcript, or a server of one's own that wants no key.
    var isUsable: Bool {
        let names = [name] + fallbacks + roles.values.flatMap { [$0.name] + $0.fallbacks }
        return names.contains { name in
            let place = others[name]?.place ?? place
            return place.provider != .anthropic || place.apiKey != nil
        }
    }

    /// What it is called where there is only room for one.
    var title: String { provider == .scripted ? "a transcript" : name }

    /// Every role's model; nil when there is nobody to ask.
    func model(_ catalog: ModelCatalog, _ surroundings: ModelSurroundings) throws(SetUpProblem) -> ModelsByRole? {
        guard isUsable else { return nil }
        if provider == .scripted, let script {
            let model = TranscriptModel(try TranscriptFile.read(script), name: "scripted")
            return ModelsByRole(model, roles: [:])
        }
        var byRole: [String: any Model] = [:]
        for (role, own) in roles { byRole[role] = patient([own.name] + own.fallbacks, catalog, surroundings) }
        return ModelsByRole(patient([name] + fallbacks, catalog, surroundings), roles: byRole)
    }

    private func patient(_ names: [String], _ catalog: ModelCatalog, _ surroundings: ModelSurroundings) -> PatientModel {
        let attempts = names.map { name in
            let (there, called) = others[name].map { ($0.place, $0.name) } ?? (place, name)
            return StreamedModel(
                called, at: there.endpoint, client: surroundings.client, catalog: catalog, limits: limits, clock: surroundings.clock,
                wall: surroundings.wall)
        }
        return PatientModel(attempts, clock: surroundings.clock, jitter: surroundings.jitter)
    }

    private var limits: StreamLimits {
        var limits = StreamLimits()
        limits.idle = idleTimeout
        limits.total = turnTimeout
        return limits
    }
}

extension ModelSettings.Place {
    /// Of a provider that is asked over the network.
    var endpoint: ModelEndpoint {
        ModelEndpoint(wire, baseURL: baseURL.description, key: apiKey, apiVersion: apiVersion)
    }

    private var wire: ModelWire {
        switch provider {
        case .anthropic: .anthropic
        case .openai: .openAIChat
        case .openAIResponses: .openAIResponses
        // It is played from a file; nobody is asked.
        case .scripted: .anthropic
        }
    }
}

extension RulePacks {
    /// Prices, of the operator's own pack where there is one.
    func models() throws(CommandFailure) -> ModelCatalog {
        guard let file = library.others[ModelPack.name] else { preconditionFailure("the pack is in the binary") }
        let pack: ModelPack
        do throws(PackError) {
            pack = try ModelPack(yaml: file.bytes, name: file.name)
        } catch {
            throw .badInput("the packs of rules cannot be used:\n\(error)")
        }
        let failures = file.layer == .builtIn ? [] : pack.exampleReport().failures
        guard failures.isEmpty else { throw .badInput(failures.map { $0.text(file: file.name) }.joined(separator: "\n")) }
        return ModelCatalog(pack.entries.map(\.facts))
    }
}

extension ModelPack.Entry {
    fileprivate var facts: ModelFacts {
        func micro(_ dollars: Double) -> Int { Int((dollars * 1_000_000).rounded()) }
        let price = ModelPrice(input: micro(input), output: micro(output), cacheRead: micro(cacheRead), cacheWrite: micro(cacheWrite))
        return ModelFacts(prefix: name, provider: provider, price: price, window: window)
    }
}
