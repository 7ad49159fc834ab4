// Examples of rules over any text: what a rule finds in it.

internal import ForgeCore

enum TextExamples {
    static func fires(_ index: Int, _ example: RuleExample, _ scanner: RuleScanner) -> Bool {
        guard let text = example.text else { return false }
        if scanner.rules.rules[index].pack == InjectionDetector.pack {
            let readings = InjectionDetector.readings(of: String(decoding: text, as: UTF8.self))
            return !scanner.scan(readings, as: .text, only: index).hits.isEmpty
        }
        return !scanner.scan(text, path: example.path, as: .text, only: index).hits.isEmpty
    }
}
