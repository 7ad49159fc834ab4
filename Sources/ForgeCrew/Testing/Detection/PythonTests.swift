// Projects of Python: pytest, unittest, Django, tox and nox, and what they are started by.

enum PythonTests {
    static let names = [
        "pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", "setup.py", "requirements.txt", "requirements-dev.txt",
        "requirements_dev.txt",
        "dev-requirements.txt", "test-requirements.txt", "requirements-test.txt", "Pipfile", "noxfile.py", "manage.py",
    ]

    static func isTest(_ name: String) -> Bool {
        name.hasSuffix(".py") && (name.hasPrefix("test_") || name.hasSuffix("_test.py") || name == "tests.py" || name == "test.py")
    }

    private struct Project {
        let folder: TestFolder
        let outline: TableOutline
        let run: String
        let setup: String?
        let programs: [String]
    }

    static func candidates(_ folder: TestFolder) -> [TestCandidate] {
        let isProject = names.contains(where: folder.has) || folder.has("conftest.py")
        guard isProject || folder.path.isEmpty && hasTests(folder) else { return [] }
        let outline = TableOutline(folder.text("pyproject.toml") ?? "")
        let (run, setup, programs) = start(folder, outline)
        let project = Project(folder: folder, outline: outline, run: run, setup: setup, programs: programs)
        return [django(project), pytest(project), unittest(project), sessions(project)].compactMap(\.self)
    }

    private static func hasTests(_ folder: TestFolder) -> Bool { folder.hasFile(where: isTest) }

    /// What a command begins with, what installs, and where its programs are then.
    private static func start(_ folder: TestFolder, _ outline: TableOutline) -> (run: String, setup: String?, programs: [String]) {
        let isPackage = outline.has("project") || outline.has("build-system") || folder.has("setup.py")
        for place in folder.andAbove.prefix(3) {
            if place.has("uv.lock") { return ("uv run --frozen ", "uv sync --frozen", []) }
            if place.has("pdm.lock") { return ("pdm run ", "pdm sync", []) }
            if place.has("poetry.lock") { return ("poetry run ", "poetry install --no-interaction", []) }
            if place.has("Pipfile.lock") { return ("pipenv run ", "pipenv sync --dev", []) }
        }
        if outline.hasBeneath("tool.poetry") { return ("poetry run ", "poetry install --no-interaction", []) }
        if folder.has("Pipfile") { return ("pipenv run ", "pipenv install --dev", []) }
        var install: [String] = []
        for name in names where name.hasSuffix(".txt") && folder.has(name) { install.append("-r \(name)") }
        if isPackage { install.append("-e \(extras(outline))") }
        guard !install.isEmpty else { return ("", nil, [".venv/bin"]) }
        return ("", "python3 -m venv .venv && .venv/bin/pip install \(install.joined(separator: " "))", [".venv/bin"])
    }

    private static func extras(_ outline: TableOutline) -> String {
        for extra in ["test", "tests", "testing", "dev"] where outline.has(extra, in: "project.optional-dependencies") {
            return "'.[\(extra)]'"
        }
        return "."
    }

    private static func pytest(_ project: Project) -> TestCandidate? {
        guard let (why, score) = sign(of: project) else { return nil }
        let command = project.run.isEmpty ? "python3 -m pytest" : project.run + "pytest"
        var setup = project.setup
        if project.run.isEmpty, let text = setup, !names.contains(where: { $0.hasSuffix(".txt") && mentions(project.folder.text($0)) }),
            extras(project.outline) == "."
        {
            setup = text + " pytest"
        }
        return candidate(project, "pytest", command, setup, why, score)
    }

    /// Why the tests are pytest's.
    private static func sign(of project: Project) -> (String, Int)? {
        let folder = project.folder
        if folder.has("pytest.ini") { return ("there is pytest.ini", 95) }
        if project.outline.hasBeneath("tool.pytest") { return ("pyproject.toml has [tool.pytest]", 95) }
        if let text = folder.text("setup.cfg"), TableOutline(text).has("tool:pytest") { return ("setup.cfg has [tool:pytest]", 95) }
        if let text = folder.text("tox.ini"), TableOutline(text).has("pytest") { return ("tox.ini has [pytest]", 95) }
        guard hasTests(folder) || folder.hasFile(where: { $0 == "conftest.py" }) else { return nil }
        if folder.hasFile(where: { $0 == "conftest.py" }) { return ("there is a conftest.py", 90) }
        for name in names where name != "noxfile.py" && name != "setup.cfg" && mentions(folder.text(name)) {
            return ("\(name) names pytest", 90)
        }
        let sample = folder.beneath.first { path in
            isTest(TestTree.parted(path).name) && folder.tree.text(path).map { importsPytest($0) } == true
        }
        if let sample { return ("\(sample) imports pytest", 85) }
        let functions = folder.beneath.first { path in
            isTest(TestTree.parted(path).name)
                && folder.tree.text(path).map { $0.contains("\ndef test_") && !$0.contains("unittest") } == true
        }
        return functions.map { ("\($0) has tests that are plain functions", 80) }
    }

    private static func mentions(_ text: String?) -> Bool { text?.hasWord("pytest") == true }
    private static func importsPytest(_ text: String) -> Bool {
        text.hasPrefix("import pytest") || text.contains("\nimport pytest") || text.contains("\nfrom pytest ")
    }

    private static func unittest(_ project: Project) -> TestCandidate? {
        guard hasTests(project.folder), !project.folder.has("manage.py") else { return nil }
        let folder = ["tests", "test"].first { name in
            project.folder.hasFolder(name) && !project.folder.has("\(name)/__init__.py")
                && project.folder.tree.beneath(project.folder.path.isEmpty ? name : "\(project.folder.path)/\(name)").contains {
                    isTest(TestTree.parted($0).name)
                }
        }
        let command = "\(project.run)python3 -m unittest discover" + (folder.map { " -s \($0)" } ?? "")
        return candidate(
            project, "unittest", command, project.setup, "there are test files, and nothing says that they are for another runner", 65)
    }

    private static func django(_ project: Project) -> TestCandidate? {
        guard let text = project.folder.text("manage.py") ?? (project.folder.has("manage.py") ? "django" : nil), text.contains("django")
        else { return nil }
        // pytest-django says which settings it takes.
        let usesPytest = sign(of: project).map { $0.1 >= 95 } ?? false
        return candidate(
            project, "django", "\(project.run)python3 manage.py test", project.setup, "manage.py is Django's", usesPytest ? 70 : 96)
    }

    /// They make environments of their own, which takes a network: what they call is better called itself.
    private static func sessions(_ project: Project) -> TestCandidate? {
        if let text = project.folder.text("tox.ini") ?? project.folder.text("setup.cfg"),
            TableOutline(text).tables.keys.contains(where: { $0.hasPrefix("testenv") || $0.hasPrefix("tox:") })
        {
            return TestCandidate(
                row: "tox", folder: project.folder.place, command: "tox", setup: "tox --notest", why: "there are environments of tox",
                score: 50)
        }
        if project.outline.hasBeneath("tool.tox") {
            return TestCandidate(
                row: "tox", folder: project.folder.place, command: "tox", setup: "tox --notest", why: "pyproject.toml has [tool.tox]",
                score: 50)
        }
        guard project.folder.has("noxfile.py") else { return nil }
        return TestCandidate(row: "nox", folder: project.folder.place, command: "nox", why: "there is noxfile.py", score: 45)
    }

    private static func candidate(
        _ project: Project, _ row: String, _ command: String, _ setup: String?, _ why: String, _ score: Int
    ) -> TestCandidate {
        let flags = RunnerFlags.of(command)
        return TestCandidate(
            row: row, folder: project.folder.place, command: command, setup: setup, measured: flags?.measured, format: flags?.format,
            collect: flags?.collect, one: flags?.one, programs: project.programs, why: why, score: score)
    }
}
