// Projects of the JVM, of Ruby and of PHP: what starts their tests, and whether they carry their own program for it.

import ForgeCore

enum JVMTests {
    /// Of many modules the top one runs them all.
    static func maven(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.has("pom.xml") else { return [] }
        let program = folder.has("mvnw") ? "./mvnw" : "mvn"
        let why = "there is pom.xml" + (folder.has("mvnw") ? " and mvnw" : "")
        return [.run("maven", folder, "\(program) test", setup: "\(program) -B dependency:go-offline", why: why, score: 95)]
    }

    static func gradle(_ folder: TestFolder) -> [TestCandidate] {
        let marks = ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"]
        guard let mark = marks.first(where: folder.has) else { return [] }
        // A module is run by the program at the top, with its own folder as the project.
        let top = folder.andAbove.last { $0.has("gradlew") }
        guard let top, top.path != folder.path else {
            let program = top == nil ? "gradle" : "./gradlew"
            let why = "there is \(mark)" + (top == nil ? "" : " and gradlew")
            return [.run("gradle", folder, "\(program) test", setup: "\(program) testClasses", why: why, score: 95)]
        }
        let up = String(repeating: "../", count: TestTree.depth(of: folder.path) - TestTree.depth(of: top.path))
        return [
            .run(
                "gradle", folder, "\(up)gradlew test", setup: "\(up)gradlew testClasses", why: "there is \(mark), and gradlew above",
                score: 95)
        ]
    }
}

enum RubyTests {
    private static let setup = "bundle install"

    static func rspec(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.hasAny("Gemfile", ".rspec", "Rakefile") else { return [] }
        let named = folder.text("Gemfile")?.contains("rspec") == true
        guard folder.has(".rspec") || folder.hasFolder("spec") && (named || folder.has("spec/spec_helper.rb")) else { return [] }
        let why =
            folder.has(".rspec") ? "there is .rspec" : "there is spec/, and " + (named ? "the Gemfile names rspec" : "a spec_helper.rb")
        return [.run("rspec", folder, "bundle exec rspec", setup: setup, why: why, score: 95)]
    }

    static func rails(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.has("bin/rails"), folder.hasFolder("test") else { return [] }
        return [.run("rails", folder, "bin/rails test", setup: setup, why: "there are bin/rails and test/", score: 93)]
    }

    static func rake(_ folder: TestFolder) -> [TestCandidate] {
        guard let text = folder.text("Rakefile"), text.contains("TestTask") || text.contains("task :test") || text.contains("task test:")
        else { return [] }
        return [.run("rake", folder, "bundle exec rake test", setup: setup, why: "the Rakefile has a test task", score: 85)]
    }

    static func minitest(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.has("Gemfile"), !folder.has("bin/rails"), folder.hasFile(where: { $0.hasSuffix("_test.rb") }), folder.hasFolder("test")
        else { return [] }
        let command = "bundle exec ruby -Itest -Ilib -e 'Dir[\"./test/**/*_test.rb\"].sort.each { |f| require f }'"
        return [.run("minitest", folder, command, setup: setup, why: "there are a Gemfile and test files", score: 60)]
    }
}

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
