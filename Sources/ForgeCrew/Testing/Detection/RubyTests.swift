// Projects of Ruby: RSpec, Rails, Rake and Minitest.

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
