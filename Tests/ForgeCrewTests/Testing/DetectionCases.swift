// The little trees of the detection's table test: as people lay them out, and as they mislead.

import ForgeCrew

private func node(_ script: String, _ more: String = "") -> String { "{\"name\": \"shop\", \"scripts\": {\"test\": \"\(script)\"}\(more)}" }
private let plainTest = "import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n"
private let pytestTest = "import pytest\n\ndef test_a():\n    assert True\n"

let detectionCases: [DetectionCase] = compiledCases + nodeCases + pythonCases + otherCases + treeCases

private let compiledCases: [DetectionCase] = [
    .init(
        name: "swift", files: ["Package.swift": "", "Tests/ATests/A.swift": ""], command: "swift test", setup: "swift package resolve",
        format: .swift),
    .init(
        name: "cargo", files: ["Cargo.toml": "[package]\nname = \"a\"\n", "src/lib.rs": ""], command: "cargo test", setup: "cargo fetch",
        format: .cargo),
    .init(
        name: "cargo with a lock and a workspace",
        files: ["Cargo.toml": "[workspace]\nmembers = [\"a\"]\n", "Cargo.lock": "", "a/Cargo.toml": "[package]\n"],
        command: "cargo test --workspace", setup: "cargo fetch --locked"),
    .init(
        name: "go", files: ["go.mod": "module a\n", "a_test.go": ""], command: "go test ./...", setup: "go mod download", format: .goEvents),
    .init(
        name: "go.work", files: ["go.work": "", "a/go.mod": "", "b/go.mod": ""], command: "go test $(go list -f '{{.Dir}}/...' -m)",
        format: .goEvents),
    .init(name: "maven", files: ["pom.xml": "<project/>", "src/test/java/A.java": ""], command: "mvn test", format: .junit),
    .init(
        name: "maven with its own program", files: ["pom.xml": "", "mvnw": "", "a/pom.xml": ""], command: "./mvnw test",
        setup: "./mvnw -B dependency:go-offline"),
    .init(name: "gradle", files: ["build.gradle": "plugins {}"], command: "gradle test", setup: "gradle testClasses", format: .junit),
    .init(
        name: "gradle in kotlin, with its own program", files: ["settings.gradle.kts": "", "gradlew": "", "app/build.gradle.kts": ""],
        command: "./gradlew test"),
    .init(
        name: "a gradle module", files: ["settings.gradle": "", "gradlew": "", "app/build.gradle": "", "app/src/a.kt": ""],
        near: ["app/src/a.kt"],
        command: "../gradlew test", folder: "app"),
    .init(name: "sbt", files: ["build.sbt": ""], command: "sbt test", row: "sbt"),
    .init(
        name: "dotnet solution",
        files: ["Shop.sln": "", "Shop/Shop.csproj": "<Project/>", "Shop.Tests/Shop.Tests.csproj": "Microsoft.NET.Test.Sdk"],
        command: "dotnet test", format: .dotnet),
    .init(
        name: "dotnet test project alone", files: ["Tests.csproj": "<PackageReference Include=\"Microsoft.NET.Test.Sdk\"/>"],
        command: "dotnet test"),
    .init(name: "dotnet without tests", files: ["Shop.csproj": "<Project/>"], command: nil),
    .init(
        name: "cmake", files: ["CMakeLists.txt": "project(a)\nenable_testing()\nadd_test(NAME a COMMAND a)\n"],
        command: "cmake -S . -B build && cmake --build build && ctest --test-dir build", format: .ctest),
    .init(name: "cmake without tests", files: ["CMakeLists.txt": "project(a)\n"], command: nil),
    .init(
        name: "meson", files: ["meson.build": "project('a', 'c')\nsubdir('t')\n", "t/meson.build": "test('a', e)\n"],
        command: "{ [ -d build ] || meson setup build; } && meson test -C build", format: .meson),
    .init(name: "bazel", files: ["MODULE.bazel": "", "BUILD": ""], command: "bazel test //...", format: .bazel),
    .init(
        name: "autotools", files: ["configure.ac": "", "Makefile.am": "TESTS = a\n"],
        command: "autoreconf -fi && ./configure && make check", row: "autotools"),
    .init(name: "zig", files: ["build.zig": "const t = b.step(\"test\", \"Run\");"], command: "zig build test"),
]

private let nodeCases: [DetectionCase] = [
    .init(
        name: "npm with jest", files: ["package.json": node("jest"), "package-lock.json": "{}"], command: "npm test", setup: "npm ci",
        format: .jest),
    .init(
        name: "npm without a lock", files: ["package.json": node("vitest run")], command: "npm test",
        setup: "npm install --no-package-lock", format: .jest),
    .init(
        name: "pnpm without a lock", files: ["package.json": node("jest", ", \"packageManager\": \"pnpm@9.0.0\"")],
        command: "pnpm test", setup: "pnpm install --no-lockfile"),
    .init(
        name: "yarn classic without a lock", files: ["package.json": node("jest", ", \"packageManager\": \"yarn@1.22.0\"")],
        command: "yarn test", setup: "yarn install --no-lockfile"),
    .init(
        name: "bun without a lock", files: ["package.json": node("jest", ", \"packageManager\": \"bun@1.2.0\"")],
        command: "bun run test", setup: "bun install --no-save"),
    .init(
        name: "npm with shrinkwrap", files: ["package.json": node("mocha"), "npm-shrinkwrap.json": ""], command: "npm test",
        setup: "npm ci", format: .tap),
    .init(
        name: "pnpm", files: ["package.json": node("tsc && vitest"), "pnpm-lock.yaml": ""], command: "pnpm test",
        setup: "pnpm install --frozen-lockfile", format: .jest),
    .init(
        name: "yarn classic", files: ["package.json": node("jest --coverage"), "yarn.lock": "# yarn lockfile v1\n"], command: "yarn test",
        setup: "yarn install --frozen-lockfile"),
    .init(
        name: "yarn berry by its settings", files: ["package.json": node("jest"), "yarn.lock": "", ".yarnrc.yml": ""], command: "yarn test",
        setup: "yarn install --immutable"),
    .init(
        name: "yarn berry by its lock", files: ["package.json": node("jest"), "yarn.lock": "__metadata:\n  version: 8\n"],
        command: "yarn test", setup: "yarn install --immutable"),
    .init(
        name: "yarn berry by packageManager",
        files: ["package.json": node("jest", ", \"packageManager\": \"yarn@4.1.0\""), "yarn.lock": ""], command: "yarn test",
        setup: "yarn install --immutable"),
    .init(
        name: "packageManager over a stray lock",
        files: ["package.json": node("jest", ", \"packageManager\": \"pnpm@9.0.0\""), "package-lock.json": ""], command: "pnpm test"),
    .init(
        name: "bun", files: ["package.json": node("jest"), "bun.lockb": ""], command: "bun run test", setup: "bun install --frozen-lockfile"
    ),
    .init(name: "bun's own runner", files: ["package.json": "{}", "bun.lock": "", "a.test.ts": ""], command: "bun test", format: .junit),
    .init(name: "no test specified", files: ["package.json": node("echo \\\"Error: no test specified\\\" && exit 1")], command: nil),
    .init(name: "a script that does nothing", files: ["package.json": node("echo ok")], command: nil),
    .init(
        name: "no test specified beside a make file",
        files: ["package.json": node("echo \\\"Error: no test specified\\\" && exit 1"), "Makefile": "test:\n\tnode t.js\n"],
        command: "make test"),
    .init(
        name: "another script", files: ["package.json": "{\"scripts\": {\"test:unit\": \"vitest\", \"build\": \"x\"}}"],
        command: "npm run test:unit", format: .jest),
    .init(
        name: "a runner and no script", files: ["package.json": "{\"devDependencies\": {\"vitest\": \"1\"}}", "pnpm-lock.yaml": ""],
        command: "pnpm exec vitest run", format: .jest),
    .init(name: "node's own runner", files: ["package.json": node("node --test")], command: "npm test", format: .tap),
    .init(name: "react-scripts", files: ["package.json": node("react-scripts test")], command: "npm test", format: .jest),
    .init(
        name: "a script with an environment", files: ["package.json": node("cross-env NODE_ENV=test jest")], command: "npm test",
        format: .jest),
    .init(name: "deno", files: ["deno.json": "{}", "a_test.ts": ""], command: "deno test", format: .junit),
    .init(name: "deno's task", files: ["deno.jsonc": "{\"tasks\": {\"test\": \"deno test -A\"}}"], command: "deno task test"),
    .init(name: "a package.json without scripts", files: ["package.json": "{\"name\": \"a\"}", "index.js": ""], command: nil),
]

private let pythonCases: [DetectionCase] = [
    .init(
        name: "pytest.ini", files: ["pytest.ini": "[pytest]\n", "tests/test_a.py": plainTest], command: "python3 -m pytest", format: .junit),
    .init(
        name: "pyproject with pytest",
        files: ["pyproject.toml": "[project]\nname = \"a\"\n[tool.pytest.ini_options]\naddopts = \"-q\"\n", "tests/test_a.py": ""],
        command: "python3 -m pytest", setup: "python3 -m venv .venv && .venv/bin/pip install -e . pytest"),
    .init(
        name: "an extra for tests",
        files: [
            "pyproject.toml": "[project]\nname = \"a\"\n[project.optional-dependencies]\ntest = [\"pytest\"]\n", "tests/test_a.py": "",
        ], command: "python3 -m pytest", setup: "python3 -m venv .venv && .venv/bin/pip install -e '.[test]'"),
    .init(
        name: "setup.cfg", files: ["setup.cfg": "[tool:pytest]\ntestpaths = tests\n", "setup.py": "", "tests/test_a.py": ""],
        command: "python3 -m pytest"),
    .init(
        name: "tox.ini with pytest's own part", files: ["tox.ini": "[tox]\n[testenv]\ncommands = pytest\n[pytest]\n", "test_a.py": ""],
        command: "python3 -m pytest"),
    .init(
        name: "tox alone", files: ["tox.ini": "[tox]\nenvlist = py3\n[testenv]\ncommands = python run.py\n"], command: "tox",
        setup: "tox --notest"),
    .init(name: "tox in pyproject", files: ["pyproject.toml": "[tool.tox]\nenv_list = [\"py3\"]\n"], command: "tox"),
    .init(
        name: "requirements name pytest", files: ["requirements.txt": "flask==2.0\npytest>=7\n", "test_a.py": ""],
        command: "python3 -m pytest", setup: "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"),
    .init(
        name: "requirements name something like pytest",
        files: ["requirements.txt": "pytest-is-not-this\nflask\n", "tests/__init__.py": "", "tests/test_a.py": plainTest],
        command: "python3 -m unittest discover"),
    .init(name: "conftest", files: ["conftest.py": "", "tests/test_a.py": ""], command: "python3 -m pytest"),
    .init(name: "tests import pytest", files: ["setup.py": "", "tests/test_a.py": pytestTest], command: "python3 -m pytest"),
    .init(
        name: "unittest in a package", files: ["setup.py": "", "tests/__init__.py": "", "tests/test_a.py": plainTest],
        command: "python3 -m unittest discover", format: .unittest),
    .init(
        name: "unittest in a folder", files: ["shop.py": "", "tests/test_a.py": plainTest], command: "python3 -m unittest discover -s tests"
    ),
    .init(
        name: "plain functions", files: ["shop.py": "", "test_shop.py": "import shop\n\ndef test_a():\n    assert shop\n"],
        command: "python3 -m pytest"),
    .init(
        name: "uv",
        files: [
            "pyproject.toml": "[project]\nname=\"a\"\n[dependency-groups]\ndev = [\"pytest\"]\n", "uv.lock": "", "tests/test_a.py": "",
        ], command: "uv run --frozen pytest", setup: "uv sync --frozen", format: .junit),
    .init(
        name: "poetry",
        files: [
            "pyproject.toml": "[tool.poetry]\nname = \"a\"\n[tool.poetry.group.dev.dependencies]\npytest = \"^8\"\n", "poetry.lock": "",
            "tests/test_a.py": "",
        ], command: "poetry run pytest", setup: "poetry install --no-interaction"),
    .init(
        name: "pdm", files: ["pyproject.toml": "[tool.pytest.ini_options]\n", "pdm.lock": "", "tests/test_a.py": ""],
        command: "pdm run pytest", setup: "pdm sync"),
    .init(
        name: "pipenv", files: ["Pipfile": "[dev-packages]\npytest = \"*\"\n", "Pipfile.lock": "{}", "tests/test_a.py": ""],
        command: "pipenv run pytest", setup: "pipenv sync --dev"),
    .init(
        name: "django", files: ["manage.py": "import django\n", "shop/tests.py": plainTest, "requirements.txt": "django\n"],
        command: "python3 manage.py test", row: "django", format: .unittest),
    .init(
        name: "django with pytest",
        files: [
            "manage.py": "from django.core import management\n", "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = a\n",
            "shop/tests.py": plainTest,
        ], command: "python3 -m pytest"),
    .init(name: "nox", files: ["noxfile.py": "import nox\n"], command: "nox"),
    .init(
        name: "a table inside a string is none",
        files: [
            "pyproject.toml": "[project]\nname = \"a\"\ndescription = \"\"\"\n[tool.poetry]\n\"\"\"\n", "tests/__init__.py": "",
            "tests/test_a.py": plainTest,
        ], command: "python3 -m unittest discover"),
    .init(name: "python without tests", files: ["setup.py": "", "shop.py": ""], command: nil),
]

private let otherCases: [DetectionCase] = [
    .init(
        name: "rspec", files: ["Gemfile": "gem 'rspec'\n", "spec/a_spec.rb": ""], command: "bundle exec rspec", setup: "bundle install",
        format: .rspec),
    .init(
        name: "rspec by its settings", files: [".rspec": "--color\n", "Gemfile": "", "spec/a_spec.rb": ""], command: "bundle exec rspec"),
    .init(
        name: "rails", files: ["Gemfile": "gem 'rails'\n", "bin/rails": "", "Rakefile": "", "test/a_test.rb": ""],
        command: "bin/rails test", row: "rails"),
    .init(
        name: "rake", files: ["Gemfile": "", "Rakefile": "Rake::TestTask.new\n", "test/a_test.rb": ""], command: "bundle exec rake test"),
    .init(
        name: "minitest", files: ["Gemfile": "", "test/a_test.rb": ""],
        command: "bundle exec ruby -Itest -Ilib -e 'Dir[\"./test/**/*_test.rb\"].sort.each { |f| require f }'"),
    .init(
        name: "phpunit", files: ["composer.json": "{}", "phpunit.xml.dist": ""], command: "vendor/bin/phpunit",
        setup: "composer install --no-interaction", format: .junit),
    .init(name: "pest", files: ["composer.json": "{\"require-dev\": {\"pestphp/pest\": \"2\"}}"], command: "vendor/bin/pest"),
    .init(
        name: "composer's script", files: ["composer.json": "{\"scripts\": {\"test\": \"php tests/run.php\"}}"], command: "composer test"),
    .init(name: "mix", files: ["mix.exs": "", "test/a_test.exs": ""], command: "mix test", setup: "mix deps.get", format: .mix),
    .init(name: "perl", files: ["Makefile.PL": "", "t/a.t": ""], command: "prove -lr t", format: .tap),
    .init(name: "bats", files: ["run.sh": "", "test/a.bats": ""], command: "bats -r test", format: .tap),
    .init(name: "dart", files: ["pubspec.yaml": "name: a\n", "test/a_test.dart": ""], command: "dart test", setup: "dart pub get"),
    .init(
        name: "flutter", files: ["pubspec.yaml": "dependencies:\n  flutter:\n    sdk: flutter\n", "test/a_test.dart": ""],
        command: "flutter test"),
    .init(name: "julia", files: ["Project.toml": "", "test/runtests.jl": ""], command: "julia --project -e 'using Pkg; Pkg.test()'"),
    .init(name: "stack", files: ["stack.yaml": "", "a.cabal": ""], command: "stack test"),
    .init(name: "cabal", files: ["a.cabal": ""], command: "cabal test all"),
    .init(name: "dune", files: ["dune-project": ""], command: "dune test"),
    .init(name: "rebar", files: ["rebar.config": ""], command: "rebar3 eunit"),
    .init(name: "leiningen", files: ["project.clj": ""], command: "lein test"),
    .init(name: "crystal", files: ["shard.yml": "", "spec/a_spec.cr": ""], command: "crystal spec"),
    .init(name: "gleam", files: ["gleam.toml": ""], command: "gleam test"),
    .init(name: "make test", files: ["Makefile": ".PHONY: test\nall:\n\ttrue\ntest: all\n\t./t.sh\n"], command: "make test"),
    .init(name: "make check", files: ["GNUmakefile": "check lint: all\n\t./t.sh\n"], command: "make check"),
    .init(
        name: "a make variable is no target", files: ["Makefile": "test := a\ntest ::= b\nCHECK = test: b\n.PHONY: test\n"], command: nil),
    .init(name: "just", files: ["justfile": "set shell := [\"sh\"]\ntest *args:\n    ./t.sh\n"], command: "just test"),
    .init(name: "task", files: ["Taskfile.yml": "version: '3'\ntasks:\n  test:\n    cmds: [./t.sh]\n"], command: "task test"),
]

private let treeCases: [DetectionCase] = [
    .init(name: "nothing", files: ["README.md": "# test\n"], command: nil),
    .init(name: "no file at all", files: [:], command: nil),
    .init(
        name: "what others wrote is left alone",
        files: ["node_modules/a/package.json": node("jest"), "vendor/b/go.mod": "", "third_party/c/Cargo.toml": ""], command: nil),
    .init(
        name: "examples come last", files: ["examples/a/package.json": node("jest"), "packages/deep/b/package.json": node("vitest")],
        command: "npm test", folder: "packages/deep/b"),
    .init(name: "a runner before a make file", files: ["go.mod": "", "Makefile": "test:\n\tgo test ./...\n"], command: "go test ./..."),
    .init(
        name: "a make file before a guess", files: ["Makefile": "test:\n\t./t.sh\n", "tests/test_a.py": plainTest], command: "make test"),
    .init(
        name: "the only project is in a folder", files: ["README.md": "", "server/go.mod": ""], command: "go test ./...", folder: "server"),
    .init(
        name: "the nearest project of a monorepo",
        files: [
            "package.json": node("turbo run test", ", \"workspaces\": [\"packages/*\"]"), "pnpm-lock.yaml": "",
            "packages/a/package.json": node("jest"), "packages/b/package.json": node("vitest"), "packages/b/src/x.ts": "",
        ],
        near: ["packages/b/src/x.ts"], command: "pnpm test", folder: "packages/b", setup: "pnpm install --frozen-lockfile", format: .jest),
    .init(
        name: "paths of two projects are the top's",
        files: ["package.json": node("turbo run test"), "packages/a/package.json": node("jest"), "packages/b/package.json": node("jest")],
        near: ["packages/a/x.ts", "packages/b/y.ts"], command: "npm test"),
    .init(
        name: "another language in a folder",
        files: ["package.json": node("jest"), "api/pyproject.toml": "[tool.pytest.ini_options]\n", "api/tests/test_a.py": ""],
        near: ["api/app/main.py"], command: "python3 -m pytest", folder: "api"),
    .init(name: "without paths the top is first", files: ["package.json": node("jest"), "api/go.mod": ""], command: "npm test"),
]
