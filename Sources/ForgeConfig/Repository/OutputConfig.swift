// What of a review is shown where, and what people may ask for in comments. A permission to write somewhere can only be taken away below, a
// check can only become stricter; where things are shown is taste.

package import ForgeCore

package struct OutputConfig: Sendable, Equatable {
    package enum Summary: String, Sendable, CaseIterable, ConfigValue {
        /// One comment, edited in place.
        case one
        /// A new one for each review: edits send no mail.
        case new
        case nothing
    }

    package enum WhenClean: String, Sendable, CaseIterable, ConfigValue {
        case check, comment
    }

    /// The least finding that fails the check, the strictest first.
    package enum FailsOn: String, Sendable, CaseIterable, OrderedChoice {
        case info, low, medium, high, critical, nothing

        package func includes(_ severity: FindingSeverity) -> Bool {
            FindingSeverity(rawValue: rawValue).map { severity >= $0 } ?? false
        }
    }

    package var summary: Summary
    package var showsInline: Bool
    package var makesCheckRun: Bool
    package var failsOn: FailsOn
    package var requestsChanges: Bool
    package var approves: Bool
    package var editsDescription: Bool
    package var putsLabels: Bool
    package var whenClean: WhenClean

    init(reading reader: inout LayeredReader) {
        summary = reader.read(
            "summary", .choice, "one", direction: .free, "The summary: one comment edited in place, a new one each time, or nothing.")
        showsInline = reader.read("inline", .bool, "true", direction: .free, "Whether findings are comments on their lines.")
        makesCheckRun = reader.read(
            "check_run", .bool, "true", direction: .tightenTrue, "Whether a review is a check run, with everything it found.")
        failsOn = reader.read(
            "check_fails_on", .choice, "nothing", direction: .minimum,
            "The least finding that fails the check: info, low, medium, high, critical, or nothing.")
        requestsChanges = reader.read(
            "request_changes", .bool, "false", direction: .tightenTrue, "Whether a review that fails the check requests changes.")
        approves = reader.read(
            "approve", .bool, "false", direction: .tightenFalse, "Whether a clean and complete review approves the pull request.")
        editsDescription = reader.read(
            "description", .bool, "false", direction: .tightenFalse, "Whether a summary is put into the pull request's description.")
        putsLabels = reader.read(
            "labels", .bool, "false", direction: .tightenFalse, "Whether pull requests are labelled by what was found.")
        whenClean = reader.read(
            "when_clean", .choice, "check", direction: .free, "What says that nothing was found: the check alone, or a comment too.")
    }
}

package struct CommandsConfig: Sendable, Equatable {
    package enum Name: String, Sendable, CaseIterable, ConfigValue, Hashable {
        case help, config, review, explain, ask, describe, pause, resume, ignore, dismiss, resolve, plan, fix, approve, reject, retry,
            cancel
    }

    /// What a person must be allowed to do in the repository. There is nothing below `write`.
    package enum Permission: String, Sendable, CaseIterable, OrderedChoice {
        case write, maintain, admin
    }

    package var enabled: [Name]
    package var permission: Permission
    /// For single commands; `permission` holds for them too.
    package var permissions: [String: Permission]
    package var usersDenied: [ConfigPattern]
    /// Bots are never heard, but these.
    package var botsAllowed: AgreedPatterns

    init(reading reader: inout LayeredReader) {
        let all = "[" + Name.allCases.map(\.rawValue).joined(separator: ", ") + "]"
        enabled = reader.read("enabled", .list(.choice), all, direction: .intersection(), "The commands that are listened to.")
        permission = reader.read(
            "permission", .choice, "write", direction: .maximum, "What it takes to command: write, maintain or admin.")
        let names = ValueType<Name>.choice
        let name = ValueType<String>(shape: names.shape) { node throws(Complaint) in try names.read(node).rawValue }
        permissions = reader.read(
            "permissions", .names(of: .choice, named: name), "{}", direction: .perName(.maximum),
            "The same for single commands, such as {approve: maintain}; the stricter of both holds.")
        usersDenied = reader.patterns("users_deny", .names, "[]", direction: .union(), "People who are not listened to.")
        botsAllowed = reader.agreed(
            "bots_allow", .names, "[]", direction: .intersection(), "Bots that are listened to, if they have the permission.")
    }

    /// What it takes to give this command; nil when nobody can.
    package func permission(for name: Name) -> Permission? {
        enabled.contains(name) ? max(permission, permissions[name.rawValue] ?? permission) : nil
    }
}
