// Rules about any text, over a text as it came. What is found must never be copied out of the text: it may be a credential.

package import ForgeCore

/// What every text goes through: belongs to one worker, like the scanner inside it.
package final class SecretScanner {
    private let scanner: RuleScanner

    package init(_ rules: RuleSet) {
        scanner = RuleScanner(rules)
    }

    /// Places are those of the text as it was given.
    package func scan(_ text: [UInt8], path: RepositoryPath? = nil) -> RuleScan { scanner.scan(text, path: path, as: .text) }
}
