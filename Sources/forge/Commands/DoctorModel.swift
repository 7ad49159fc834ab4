// What `forge doctor` says of models: whether there is anybody to ask, where, with a key or without, and at a price that is known. It asks
// nobody unless it was told to.

import ForgeConfig
import ForgeCore
import ForgeModels
import ForgeRules
import ForgeSystem

struct DoctorModel {
    let settings: ServerSettings
    let context: CommandContext
    let asks: Bool

    private static let name = "model"
    /// Some providers take no fewer.
    private static let answerTokens = 16

    var findings: [DoctorFinding] {
        get async {
            guard settings.model.isUsable else { return [nobody] }
            let catalog: ModelCatalog
            do throws(CommandFailure) {
                catalog = try RulePacks.load(folder: settings.rulesDir, .forCommands(context.environment)).models()
            } catch {
                return [DoctorFinding(name: Self.name, state: .wrong, detail: error.message, advice: "mend the folder of rules_dir")]
            }
            guard settings.model.provider != .scripted else { return asks ? [transcript, notAsked] : [transcript] }
            let places = names.map { place($0, catalog) }
            return asks ? places + [await answer(catalog)] : places
        }
    }

    private var nobody: DoctorFinding {
        DoctorFinding(
            name: Self.name, state: asks ? .wrong : .fine, detail: "none is configured: the rules review alone",
            advice: asks ? "set model.api_key_file; see docs/models.md" : nil)
    }

    private var transcript: DoctorFinding {
        do throws(SetUpProblem) {
            _ = try TranscriptFile.read(settings.model.script ?? "")
            return DoctorFinding(name: Self.name, state: .fine, detail: "the transcript \(settings.model.script ?? "") is played")
        } catch {
            return DoctorFinding(name: Self.name, state: .wrong, detail: error.description, advice: "mend model.script")
        }
    }

    /// A transcript's lines are for a crew's questions: none is for this one.
    private var notAsked: DoctorFinding {
        DoctorFinding(name: "model answers", state: .fine, detail: "a transcript is played, so --ask-model asks nobody")
    }

    /// Of all roles, each once.
    private var names: [String] {
        let model = settings.model
        let roles = model.roles.sorted { $0.key < $1.key }.flatMap { [$0.value.name] + $0.value.fallbacks }
        var seen: Set<String> = []
        return ([model.name] + model.fallbacks + roles).filter { seen.insert($0).inserted }
    }

    private func place(_ name: String, _ catalog: ModelCatalog) -> DoctorFinding {
        let (place, called) = settings.model.others[name].map { ($0.place, $0.name) } ?? (settings.model.place, name)
        let title = "\(Self.name) \(name)"
        let there = "\(place.provider.rawValue) at \(place.baseURL)"
        guard place.apiKey != nil || place.provider != .anthropic else {
            return DoctorFinding(
                name: title, state: .warning, detail: "\(there), without a key",
                advice: "set api_key_file for it; nobody answers there without")
        }
        let key = place.apiKey == nil ? "without a key" : "with a key"
        guard catalog.price(of: called) != nil || settings.budget.unpricedMillionUSD != nil else {
            return DoctorFinding(
                name: title, state: .warning, detail: "\(there), \(key), and nobody told what it costs: reviews do not ask it",
                advice: "name its price in a models.yml of rules_dir, or set budget.unpriced_million_usd; see docs/models.md")
        }
        return DoctorFinding(name: title, state: .fine, detail: "\(there), \(key)")
    }

    // MARK: Asking

    private func answer(_ catalog: ModelCatalog) async -> DoctorFinding {
        let began = MonotonicClock.nanoseconds
        do {
            let reply = try await ask(catalog)
            let seconds = JSON(Double(MonotonicClock.nanoseconds - began) / 1e9, decimals: 1).text
            let cost = reply.usage.microUSD.map { ", \(Dollars.text($0))" } ?? ""
            return DoctorFinding(name: "model answers", state: .fine, detail: "\(reply.model) after \(seconds) s\(cost)")
        } catch {
            let why = (error as? CommandFailure)?.message ?? "\(error)"
            return DoctorFinding(
                name: "model answers", state: .wrong, detail: why, advice: "'forge model list' shows who is asked; see docs/models.md")
        }
    }

    private func ask(_ catalog: ModelCatalog) async throws -> ModelReply {
        let http = try OutgoingHTTP(settings, context, redact: Redactor(settings.secrets).redact)
        defer { http.finish() }
        let surroundings = ModelSurroundings(
            client: http.clientForModels(), wall: context.clock, clock: ContinuousClock(), jitter: .system)
        guard let model = try settings.model.model(catalog, surroundings) else { throw SetUpProblem(description: "none is configured") }
        let request = ModelRequest(
            role: "person", system: "Answer with one word.", messages: [.material("Say: yes")], answerTokensMax: Self.answerTokens)
        return try await model.reply(to: request) { event in
            if case .waiting(let pause, let why) = event {
                context.note("forge: \(why); again in \(JSON(Double(pause.milliseconds) / 1_000, decimals: 1).text) s")
            }
        }
    }
}
