// Projects of PHP: Composer's script, PHPUnit and Pest.

import ForgeCore

enum PHPTests {
    private static let setup = "composer install --no-interaction"

    static func composer(_ folder: TestFolder) -> [TestCandidate] {
        let script = folder.json("composer.json")?["scripts"]?["test"]
        guard let script, script.string?.isEmpty != true else { return [] }
        var candidate = TestCandidate(
            row: "composer", folder: folder.place, command: "composer test", setup: setup, why: "composer.json has scripts.test", score: 88)
        if let text = script.string, let flags = RunnerFlags.of(text), flags.measured.hasPrefix(text + " ") {
            candidate.measured = "composer test -- " + flags.measured.dropFirst(text.count + 1)
            candidate.format = flags.format
            candidate.collect = flags.collect
        }
        return [candidate]
    }

    static func phpunit(_ folder: TestFolder) -> [TestCandidate] {
        let configuration = ["phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml"].first(where: folder.has)
        let package = folder.text("composer.json") ?? ""
        let isPest = package.contains("\"pestphp/pest\"")
        guard configuration != nil || isPest || package.contains("\"phpunit/phpunit\"") else { return [] }
        let why = configuration.map { "there is \($0)" } ?? "composer.json names \(isPest ? "pest" : "phpunit")"
        return [.run("phpunit", folder, isPest ? "vendor/bin/pest" : "vendor/bin/phpunit", setup: setup, why: why, score: 90)]
    }
}
