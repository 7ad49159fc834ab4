// Parts of examples that only the makers of credentials know how to end: checksums. They must never make a credential that works.

enum SecretExamples {
    static let functions: [String: ExampleFunction] = [:]
}
