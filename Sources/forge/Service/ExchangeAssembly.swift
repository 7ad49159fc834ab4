// What passed between Forge and a model, as runs keep it: without what is known to be secret, and without what the rules take for it. It must
// never be kept any other way.

import ForgeConfig
import ForgeCore
import ForgeEngine
import ForgeModels

extension ModelSettings {
    /// Nil when the operator does not want it.
    func exchanges(keptIn store: any RunStore, _ text: CrewText, _ metrics: Metrics, _ log: Log) -> ExchangeRecorder? {
        guard record else { return nil }
        return ExchangeRecorder(store: store, metrics: metrics, log: log) { model, keep in
            RecordingModel(model, redact: { text.masked($0) }) { await keep($0.json) }
        }
    }
}
