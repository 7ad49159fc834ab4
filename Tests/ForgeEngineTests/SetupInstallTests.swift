// Which setups are for any commit with the same lock files: install lines, word by word, and nothing that could read what else it has.

import ForgeCore
import Testing

@testable import ForgeEngine

@Suite struct SetupInstallTests {
    private static let project: [String: String] = [
        "package-lock.json": "{}", "package.json": "{}", "Cargo.lock": "", "go.sum": "", "yarn.lock": "", "web/pnpm-lock.yaml": "",
        "web/app/package.json": "{}", "composer.lock": "", "composer.json": "{}", "uv.lock": "", "pom.xml": "", "Gemfile.lock": "",
        "requirements.txt": "-r requirements/base.txt\nflask==3.0 --hash=sha256:1\n# -e .\n", "requirements/base.txt": "six\n-c more.txt\n",
        "requirements/more.txt": "six==1.0; python_version < '4'\n", "deps.pip": "six\n",
    ]

    private func check(
        _ setup: String, _ expected: Bool, in folder: String? = nil, _ changes: [String: String?] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var files: [String: String] = Self.project
        for (path, text) in changes { files[path] = text }
        let known = files.map { SetupFile(RepositoryPath($0.key), Array($0.value.utf8)) }
        let found = SetupInstall.decidesAlone(setup, folder: folder.map { RepositoryPath($0) }, files: known)
        #expect(found == expected, "\(setup)", sourceLocation: sourceLocation)
    }

    @Test func `install lines with their lock are known, alone and after each other`() {
        for setup in [
            "npm ci", "npm ci --no-audit --quiet", "yarn install --frozen-lockfile", "yarn --immutable", "cargo fetch",
            "cargo fetch --locked",
            "go mod download", "bundle install", "composer install --no-interaction", "uv sync --frozen", "mvn -B dependency:go-offline",
            "npm ci && cargo fetch", "set -e\nnpm ci\ngo mod download\n",
            "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
            "pip install pytest -r deps.pip", "cd web && pnpm install --frozen-lockfile", "cd web; cd ..; npm ci",
        ] { check(setup, true) }
        check("pnpm install --frozen-lockfile", true, in: "web/app")
    }

    @Test func `anything else is for its own commit`() {
        for setup in [
            "", "make gen", "npm install", "npm run build", "npm ci && make gen", "npm ci | tee log", "npm ci; $(cat x)", "CI=1 npm ci",
            "npm ci > log", "npm ci &", "yarn install", "pnpm install --frozen-lockfile", "uv sync", "poetry install --no-interaction",
            "pip install -e .", "pip install .", "pip install -r requirements.txt -e .", "pip install -r nowhere.txt", "pip install six",
            "pip install ./six -r deps.pip", "sh setup.sh", "gradle testClasses", "cd ../x && npm ci", "npm ci --prefix elsewhere",
            "python3 -m venv .venv", "bundle install --gemfile=x", "npm ci 'a'", "cd nowhere && npm ci", "cd other && npm ci",
        ] { check(setup, false) }
        check("npm ci", false, in: "nowhere")
        check("npm ci", false, ["package-lock.json": nil as String?])
    }

    @Test func `what runs scripts of the commit, or copies its folders, is for its own commit`() {
        let script = #"{"scripts": {"postinstall": "node gen.js"}}"#
        check("npm ci", false, ["package.json": script])
        check("npm ci", false, ["web/app/package.json": script])
        check("npm ci --ignore-scripts", true, ["package.json": script])
        check("npm ci", true, ["package.json": #"{"scripts": {"test": "jest"}}"#])
        check("npm ci", false, ["package.json": "{"])
        check("npm ci", false, ["package.json": #"{"dependencies": {"a": "file:../a"}}"#])
        check("npm ci", false, ["binding.gyp": "{}"])
        check("cargo fetch", true, ["package.json": script])
        check("uv sync --frozen", false, ["uv.lock": "source = { editable = \".\" }"])
        check("composer install --no-interaction", false, ["composer.json": #"{"autoload": {"classmap": ["src"]}}"#])
        check("bundle install", false, ["Gemfile": "eval_gemfile 'other'"])
        for line in [
            "-e .", "./six", "six @ file:///worktree/six", "-r ../outside.txt", "-r base.pip", "six.whl", "-f wheels", "vendor/six",
        ] {
            check("pip install -r requirements.txt", false, ["requirements/more.txt": line])
        }
        check("pip install -r requirements.txt", false, ["requirements.txt": "-r requirements.txt\n"])
    }

    @Test func `files that the lines name are asked for`() {
        let found = SetupInstall.named(in: "cd a && pip install -r ../deps.pip --constraint=c.txt && sh x.sh", folder: nil)
        #expect(found == [RepositoryPath("deps.pip"), RepositoryPath("a/c.txt")])
    }
}
