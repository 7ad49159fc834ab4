// What became of one setup, for people and for programs: where its result came from, what it reached, and what of it is not there.

package import ForgeCore

package struct SetupReport: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// An earlier run had made it.
        case cached
        /// It ran, and is kept for the next one.
        case kept
        /// It ran, and is not kept: without lock files nobody could tell when it is out of date.
        case ran
        case failed
    }

    package var command: String
    /// Under the top of the worktree; nil is the top itself.
    package var folder: RepositoryPath?
    package var outcome: Outcome
    /// Nil when it went well.
    package var problem: String?
    /// Of the command, or of putting the result where it belongs.
    package var milliseconds: Int
    package var seen: EgressSeen
    package var contents: SetupContents

    package init(
        command: String, folder: RepositoryPath?, outcome: Outcome, problem: String? = nil, milliseconds: Int,
        seen: EgressSeen = EgressSeen(), contents: SetupContents = SetupContents()
    ) {
        self.command = command
        self.folder = folder
        self.outcome = outcome
        self.problem = problem
        self.milliseconds = milliseconds
        self.seen = seen
        self.contents = contents
    }

    /// In a sentence or two.
    package var summary: String {
        let how =
            switch outcome {
            case .cached: "was found in the cache"
            case .kept: "ran, and is kept"
            case .ran: "ran, and is not kept"
            case .failed: "failed: \(problem ?? "")"
            }
        var text = "setup '\(command)' \(how) (\(milliseconds) ms)"
        if !seen.reached.isEmpty { text += "; it reached \(seen.reached.joined(separator: ", "))" }
        if !seen.refused.isEmpty { text += "; it was refused \(seen.refused.joined(separator: ", "))" }
        if contents.changedCount > 0 {
            let more = contents.changedCount > contents.changed.count ? " and \(contents.changedCount - contents.changed.count) more" : ""
            text += "; it changed \(contents.changed.map(\.shown).joined(separator: ", "))\(more), which stay as the commit has them"
        }
        if contents.leftOut > 0 { text += "; \(contents.leftOut) of its files are no files, folders or links, and are left out" }
        return text
    }

    package var json: JSON {
        JSON.object([
            .init("command", .string(command)), .init("folder", .string(folder?.text ?? ".")),
            .init("outcome", .string(outcome.rawValue)), .init("problem", JSON(problem)), .init("milliseconds", JSON(milliseconds)),
            .init("reached", .array(seen.reached.map(JSON.string))), .init("refused", .array(seen.refused.map(JSON.string))),
            .init("files", JSON(contents.entries)), .init("bytes", JSON(contents.bytes)), .init("left_out", JSON(contents.leftOut)),
            .init("changed", .array(contents.changed.map { .string($0.text) })), .init("changed_count", JSON(contents.changedCount)),
        ]).withoutNulls
    }
}
