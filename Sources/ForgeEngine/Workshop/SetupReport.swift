// What became of one setup, for people and for programs: where its result came from, what it reached, and what of it is not there.

package import ForgeCore

package struct SetupReport: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// An earlier run had made it.
        case cached
        /// It ran, and is kept for the next one.
        case kept
        /// It ran in a person's own folder, and nothing of it is kept elsewhere.
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
    /// Nil where nothing of it was looked at: it was found in the cache, failed, or ran in a person's own folder.
    package var contents: SetupContents?

    package init(
        command: String, folder: RepositoryPath?, outcome: Outcome, problem: String? = nil, milliseconds: Int,
        seen: EgressSeen = EgressSeen(), contents: SetupContents? = nil
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
        if !seen.unreached.isEmpty { text += "; it could not reach \(seen.unreached.joined(separator: ", "))" }
        if !seen.refused.isEmpty { text += "; it was refused \(seen.refused.map(\.summary).joined(separator: ", "))" }
        return contents.map { text + Self.said(of: $0) } ?? text
    }

    private static func said(of contents: SetupContents) -> String {
        var text = ""
        if contents.changedCount > 0 {
            let more = contents.changedCount > contents.changed.count ? " and \(contents.changedCount - contents.changed.count) more" : ""
            let stay = contents.changedCount == 1 ? "stays as the commit has it" : "stay as the commit has them"
            text += "; it changed \(contents.changed.map(\.shown).joined(separator: ", "))\(more), which \(stay)"
        }
        if contents.leftOut > 0 {
            let things = contents.leftOut == 1 ? "1 thing was" : "\(contents.leftOut) things were"
            text += "; \(things) left out (no files, folders or links, a .git, not readable, or more than 100 folders deep)"
        }
        return text
    }

    package var json: JSON {
        JSON.object([
            .init("command", .string(command)), .init("folder", .string(folder?.text ?? ".")),
            .init("outcome", .string(outcome.rawValue)), .init("problem", JSON(problem)), .init("milliseconds", JSON(milliseconds)),
            .init("reached", .array(seen.reached.map(JSON.string))), .init("unreached", .array(seen.unreached.map(JSON.string))),
            .init("refused", .array(seen.refused.map(\.json))),
            .init("files", JSON(contents?.entries)), .init("bytes", JSON(contents?.bytes)), .init("left_out", JSON(contents?.leftOut)),
            .init("changed", contents.map { .array($0.changed.map { .string($0.text) }) } ?? .null),
            .init("changed_count", JSON(contents?.changedCount)),
        ]).withoutNulls
    }
}
