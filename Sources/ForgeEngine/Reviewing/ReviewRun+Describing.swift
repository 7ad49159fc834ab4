// The description and the labels of a pull request, where the configuration wants them: made by rule from the change, without a model. A
// review's own credential may not write them, so they are written with another, and only when they are to be other than they are.

import ForgeConfig
import ForgeCore
import ForgeReview

extension ReviewRun {
    func describe(_ change: JudgedChange, _ output: OutputConfig) async throws {
        guard output.editsDescription || output.putsLabels else { return }
        let description = ChangeDescription(ChangeProfile(change.input.diff, generated: change.generated))
        guard ShownDescription(description, pull, output).isSomething else { return }
        let session = needs.host.session(place, .command, .work)
        do {
            _ = try await journal.step("description", .write) {
                try await unlessGone { try await write(description, output, session) }
                return Done()
            }
            await session.end()
        } catch {
            await session.end()
            throw error
        }
    }

    private func write(_ description: ChangeDescription, _ output: OutputConfig, _ session: any HostSession) async throws {
        // People write there, too: what they wrote since the review began stays.
        let shown = ShownDescription(description, try await session.pullRequest(pull.number), output)
        if let body = shown.body { try await session.setDescription(of: pull.number, to: body) }
        if shown.changesLabels { try await session.changeLabels(on: pull.number, adding: shown.added, removing: shown.removed) }
    }
}
