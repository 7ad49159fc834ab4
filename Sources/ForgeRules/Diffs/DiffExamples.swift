// Examples about a change: what a rule finds in a diff that shows it. An example must never be taken for more than what stands in it.

internal import ForgeCore

enum DiffExamples {
    /// Whether a rule finds something; nil when the example shows no change.
    static func fires(_ index: Int, _ example: RuleExample, _ scanner: RuleScanner) -> Bool? {
        nil
    }
}
