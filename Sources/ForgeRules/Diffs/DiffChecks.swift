// Checks over lines of a diff and over a diff as a whole, by the names that packs use.

enum DiffChecks {
    static let table: [String: RuleCheck] = [:]
}
