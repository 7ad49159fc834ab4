// The roles that may ask a model: whom settings may give a model of their own. A role that is not here is a slip of the pen, since nobody
// would ever ask in its name.

package enum ModelRole {
    /// The crew of reviews, which also answers questions.
    package static let reviewer = "reviewer"
    package static let skeptic = "skeptic"
    /// Whoever asks by hand.
    package static let person = "person"

    /// Of the crew `forge`: one plans, three work on what is theirs, one reproduces and judges.
    private static let engineers = ["lead", "backend", "frontend", "migration", "qa"]

    /// Of the crew `governed`: five domains, and in each one who carries out, one who reviews and one who approves.
    private static let governed = ["architecture", "development", "testing", "security", "devops"].flatMap { domain in
        ["executor", "reviewer", "approver"].map { "\(domain)_\($0)" }
    }

    /// All there are, those of the crews too that do not work yet: settings for them are ready before they are.
    package static let all = [reviewer, skeptic, person] + engineers + governed

    /// What is wrong with a name; nil when it is one of them.
    package static func problem(with name: String) -> String? {
        guard !all.contains(name) else { return nil }
        if let nearest = Nearest.name(to: name, in: all) { return "did you mean '\(nearest)'?" }
        return "there are \(all.joined(separator: ", "))"
    }
}
