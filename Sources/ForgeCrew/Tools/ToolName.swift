// The tools there are, in the order in which every model sees them, and who gets which. It must never change with a run: a prompt is cached
// from its first byte on, and tools stand in front of everything.

package enum ToolName: String, Hashable, Sendable, CaseIterable {
    case readFile = "read_file"
    case listFiles = "list_files"
    case search
    case findSymbol = "find_symbol"
    case outline
    case editFile = "edit_file"
    case applyPatch = "apply_patch"
    case createFile = "create_file"
    case deleteFile = "delete_file"
    case moveFile = "move_file"
    case runCommand = "run_command"
    case runTests = "run_tests"
    case gitDiff = "git_diff"
    case gitLog = "git_log"
    case gitBlame = "git_blame"
    case showTicket = "show_ticket"
    case note
    case submitPlan = "submit_plan"
    case submitWork = "submit_work"
    case submitVerdict = "submit_verdict"
    case giveUp = "give_up"

    /// What it does to the worktree.
    package enum Effect: Hashable, Sendable {
        /// Changes nothing; several at once are fine.
        case reads
        /// Changes files itself.
        case writes
        /// Starts a program, which may change files.
        case runs
        /// Only the runner remembers it.
        case notes
        /// Ends the role's work.
        case ends
    }

    package var effect: Effect {
        switch self {
        case .readFile, .listFiles, .search, .findSymbol, .outline, .gitDiff, .gitLog, .gitBlame, .showTicket: .reads
        case .editFile, .applyPatch, .createFile, .deleteFile, .moveFile: .writes
        case .runCommand, .runTests: .runs
        case .note: .notes
        case .submitPlan, .submitWork, .submitVerdict, .giveUp: .ends
        }
    }
}

/// What kind of work a role does, which decides what it is given.
package enum ToolRole: String, Hashable, Sendable, CaseIterable {
    /// Looks and plans.
    case reader
    /// Changes files.
    case engineer
    /// Runs things and judges.
    case qa

    /// What it hands its work in with.
    package var submission: ToolName {
        switch self {
        case .reader: .submitPlan
        case .engineer: .submitWork
        case .qa: .submitVerdict
        }
    }

    package var tools: [ToolName] { ToolName.allCases.filter(mayUse) }

    package func mayUse(_ tool: ToolName) -> Bool {
        switch tool.effect {
        case .reads, .notes: true
        case .writes: self == .engineer
        case .runs: self != .reader
        case .ends: tool == submission || tool == .giveUp
        }
    }
}
