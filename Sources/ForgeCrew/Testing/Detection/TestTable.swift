// The table of how tests are found: one row for each way, with what shows it. docs/tests.md has the same rows, and a test compares them.

package struct TestRow: Sendable {
    package var id: String
    /// What shows it, in words.
    package var marks: String
    package var command: String
    package var setup: String
    /// File names that it wants to read.
    var names: [String]
    var detect: @Sendable (TestFolder) -> [TestCandidate]

    init(
        _ id: String, _ marks: String, _ command: String, setup: String = "", reads names: [String] = [],
        _ detect: @escaping @Sendable (TestFolder) -> [TestCandidate]
    ) {
        self.id = id
        self.marks = marks
        self.command = command
        self.setup = setup
        self.names = names
        self.detect = detect
    }

    /// A file of such a name is enough.
    init(_ id: String, file: String, _ command: String, setup: String = "", score: Int) {
        self.init(id, "`\(file)`", "`\(command)`", setup: setup.isEmpty ? "" : "`\(setup)`") { folder in
            guard folder.has(file) else { return [] }
            return [TestCandidate.run(id, folder, command, setup: setup.isEmpty ? nil : setup, why: "there is \(file)", score: score)]
        }
    }
}

extension TestCandidate {
    /// With what is known of the command's runner.
    static func run(
        _ row: String, _ folder: TestFolder, _ command: String, setup: String? = nil, why: String, score: Int
    ) -> TestCandidate {
        let flags = RunnerFlags.of(command)
        return TestCandidate(
            row: row, folder: folder.place, command: command, setup: setup, measured: flags?.measured, format: flags?.format,
            collect: flags?.collect, one: flags?.one, why: why, score: score)
    }
}

package enum TestTable {
    package static let rows: [TestRow] = [
        TestRow("swift", file: "Package.swift", "swift test", setup: "swift package resolve", score: 95),
        TestRow(
            "cargo", "`Cargo.toml`", "`cargo test`, with `--workspace` where there is a `[workspace]`", setup: "`cargo fetch`",
            reads: ["Cargo.toml"], cargo),
        TestRow("go", "`go.mod`, `go.work`", "`go test ./...`", setup: "`go mod download`", go),
        TestRow(
            "node", "`package.json`: `scripts.test`, `test:unit`, …; else a runner among the dependencies",
            "`npm test`, `pnpm test`, `yarn test`, `bun run test`: by `packageManager`, else by the lock file, here or above",
            setup: "`npm ci`, `pnpm install --frozen-lockfile`, `yarn install --immutable`, …", reads: NodeTests.names, NodeTests.candidates
        ),
        TestRow("deno", "`deno.json`, `deno.jsonc`", "`deno task test`, `deno test`", setup: "`deno install`", NodeTests.deno),
        TestRow(
            "pytest", "`pytest.ini`, `[tool.pytest]`, `[tool:pytest]`, `conftest.py`, pytest in the requirements or in the tests",
            "`python3 -m pytest`, behind `uv run`, `poetry run`, … where there is such a lock",
            setup: "the lock's own, else a `.venv` with the requirements", reads: PythonTests.names
        ) { PythonTests.candidates($0) },
        TestRow("django", "`manage.py`", "`python3 manage.py test`", setup: "as pytest's", seenWithPytest),
        TestRow("unittest", "test files of Python", "`python3 -m unittest discover`", setup: "as pytest's", seenWithPytest),
        TestRow("tox", "`tox.ini`, `[tool.tox]`", "`tox`", setup: "`tox --notest`", seenWithPytest),
        TestRow("nox", "`noxfile.py`", "`nox`", seenWithPytest),
        TestRow(
            "rspec", "`.rspec`, `spec/`, rspec in the `Gemfile`", "`bundle exec rspec`", setup: "`bundle install`",
            reads: ["Gemfile", "Rakefile"], RubyTests.rspec),
        TestRow("rails", "`bin/rails` with `test/`", "`bin/rails test`", setup: "`bundle install`", RubyTests.rails),
        TestRow("rake", "`Rakefile` with a test task", "`bundle exec rake test`", setup: "`bundle install`", RubyTests.rake),
        TestRow("minitest", "`Gemfile` and `test/*_test.rb`", "`ruby -Itest …`", setup: "`bundle install`", RubyTests.minitest),
        TestRow("maven", "`pom.xml`", "`mvn test`, `./mvnw test`", setup: "`mvn -B dependency:go-offline`", JVMTests.maven),
        TestRow(
            "gradle", "`build.gradle`, `build.gradle.kts`, `settings.gradle`", "`gradle test`, `./gradlew test`",
            setup: "`gradle testClasses`", JVMTests.gradle),
        TestRow("sbt", file: "build.sbt", "sbt test", setup: "sbt update", score: 85),
        TestRow("mix", file: "mix.exs", "mix test", setup: "mix deps.get", score: 95),
        TestRow(
            "composer", "`composer.json`: `scripts.test`", "`composer test`", setup: "`composer install --no-interaction`",
            reads: ["composer.json"], PHPTests.composer),
        TestRow(
            "phpunit", "`phpunit.xml`, `phpunit.xml.dist`, or phpunit or pest in `composer.json`",
            "`vendor/bin/phpunit`, `vendor/bin/pest`", setup: "`composer install --no-interaction`", PHPTests.phpunit),
        TestRow(
            "cmake", "`CMakeLists.txt` with `enable_testing` or `include(CTest)`", "`cmake`, then `ctest` in `build`",
            reads: ["CMakeLists.txt"], BuildTests.cmake),
        TestRow("meson", "`meson.build` with a `test(`", "`meson test -C build`", reads: ["meson.build"], BuildTests.meson),
        TestRow("dotnet", "`*.sln`, `*.slnx`, or a test project", "`dotnet test`", setup: "`dotnet restore`", BuildTests.dotnet),
        TestRow("bazel", "`MODULE.bazel`, `WORKSPACE`", "`bazel test //...`", setup: "`bazel fetch //...`", BuildTests.bazel),
        TestRow("make", "`Makefile` with a target `test`, `check` or `tests`", "`make test`", reads: BuildTests.makefiles, BuildTests.make),
        TestRow("just", "`justfile` with a recipe `test`", "`just test`", reads: ["justfile", "Justfile", ".justfile"], BuildTests.just),
        TestRow("task", "`Taskfile.yml` with a task `test`", "`task test`", reads: ["Taskfile.yml", "Taskfile.yaml"], BuildTests.task),
        TestRow(
            "autotools", "`configure` or `configure.ac`, and `Makefile.am` or `Makefile.in`", "`./configure && make check`",
            BuildTests.autotools),
        TestRow("perl", "`t/*.t`", "`prove -lr t`", BuildTests.perl),
        TestRow("bats", "`*.bats`", "`bats -r test`", BuildTests.bats),
        TestRow(
            "dart", "`pubspec.yaml` and `test/`", "`dart test`, `flutter test`", setup: "`dart pub get`, `flutter pub get`",
            reads: ["pubspec.yaml"], BuildTests.dart),
        TestRow("julia", "`Project.toml` and `test/runtests.jl`", "`julia --project -e 'using Pkg; Pkg.test()'`", BuildTests.julia),
        TestRow("stack", file: "stack.yaml", "stack test", setup: "stack build --test --no-run-tests", score: 90),
        TestRow(
            "cabal", "`*.cabal`, `cabal.project`", "`cabal test all`", setup: "`cabal build --only-dependencies --enable-tests all`",
            BuildTests.cabal),
        TestRow("dune", file: "dune-project", "dune test", score: 85),
        TestRow("rebar", file: "rebar.config", "rebar3 eunit", setup: "rebar3 get-deps", score: 80),
        TestRow("leiningen", file: "project.clj", "lein test", setup: "lein deps", score: 85),
        TestRow("crystal", "`shard.yml` and `spec/`", "`crystal spec`", setup: "`shards install`", BuildTests.crystal),
        TestRow("gleam", file: "gleam.toml", "gleam test", setup: "gleam deps download", score: 90),
        TestRow("zig", "`build.zig` with a step `test`", "`zig build test`", reads: ["build.zig"], BuildTests.zig),
    ]

    private static let wantedNames: Set<String> = Set(rows.flatMap(\.names))

    static func wants(_ name: String) -> Bool {
        wantedNames.contains(name) || name.hasSuffix(".csproj") || name.hasSuffix(".fsproj")
    }

    /// Python's manifests are read once, for all of its rows.
    private static func seenWithPytest(_ folder: TestFolder) -> [TestCandidate] { [] }

    private static func cargo(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.has("Cargo.toml") else { return [] }
        let isWorkspace = TableOutline(folder.text("Cargo.toml") ?? "").has("workspace")
        let setup = folder.has("Cargo.lock") ? "cargo fetch --locked" : "cargo fetch"
        return [
            .run(
                "cargo", folder, isWorkspace ? "cargo test --workspace" : "cargo test", setup: setup,
                why: isWorkspace ? "Cargo.toml has a [workspace]" : "there is Cargo.toml", score: 95)
        ]
    }

    private static func go(_ folder: TestFolder) -> [TestCandidate] {
        if folder.has("go.work") {
            let command = "go test $(go list -f '{{.Dir}}/...' -m)"
            var candidate = TestCandidate.run("go", folder, command, setup: "go mod download", why: "there is go.work", score: 95)
            candidate.measured = command.replacing("go test", with: "go test -json")
            candidate.format = .goEvents
            return [candidate]
        }
        guard folder.has("go.mod") else { return [] }
        return [.run("go", folder, "go test ./...", setup: "go mod download", why: "there is go.mod", score: 95)]
    }
}
