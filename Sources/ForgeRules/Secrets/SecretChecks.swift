// Checks of captured credentials, by the names that packs use. A check must never say what it was given.

enum SecretChecks {
    static let table: [String: RuleCheck] = [:]
}
