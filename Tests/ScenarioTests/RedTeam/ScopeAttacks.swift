// Ways to change what may not be changed, or to make it look like something else. Each is made with git's plumbing, which takes what its
// porcelain refuses, and read back through `git diff`; what git cannot make is a patch written by hand.

import ForgeCore
import ForgeRules

enum ScopeAttacks {
    static let all: [Attack] =
        protected + disguises + names + collisions + symlinks + modes + patches + calls

    /// The decision and the rule that must be behind it.
    private static func answer(_ verdict: ScopeVerdict, _ rule: String) -> String {
        "\(verdict.decision.rawValue) \(verdict.rules.contains(rule) ? rule : "by \(verdict.rules.joined(separator: ", "))")"
    }

    private static func attack(
        _ name: String, _ decision: String, _ rule: String, options: [String] = ["-M"], _ changes: [String: RedTeamEntry?]
    ) -> Attack {
        Attack("scope", name, "\(decision) \(rule)") { room in answer(try room.verdict(changes, options: options), rule) }
    }

    private static func writing(_ name: String, _ path: String, _ rule: String, _ decision: String = "deny") -> Attack {
        attack(name, decision, rule, [path: RedTeamEntry("x\n")])
    }

    private static let protected: [Attack] = [
        writing("a new workflow", ".github/workflows/evil.yml", "scope-workflows"),
        attack("a workflow taken away", "deny", "scope-workflows", [".github/workflows/ci.yml": nil]),
        attack(
            "a workflow moved away", "deny", "scope-workflows",
            [".github/workflows/ci.yml": nil, "docs/ci.yml": RedTeamRoom.files[".github/workflows/ci.yml"]]),
        attack(
            "a file moved among the workflows", "deny", "scope-workflows",
            ["docs/readme.md": nil, ".github/workflows/x.yml": RedTeamRoom.files["docs/readme.md"]]),
        attack(
            "a workflow copied", "deny", "scope-workflows", options: ["-C", "--find-copies-harder"],
            [".github/workflows/x.yml": RedTeamRoom.files["docs/readme.md"]]),
        writing("a composite action", "tools/action.yml", "scope-workflows"),
        attack("Forge's own config", "deny", "scope-forge-config", [".forge.yml": RedTeamEntry("version: 1\nscope: {}\n")]),
        attack("the code owners taken away", "deny", "scope-codeowners", ["CODEOWNERS": nil]),
        writing("code owners where they win", ".github/CODEOWNERS", "scope-codeowners"),
        writing("a submodule's address", ".gitmodules", "scope-git-files"),
        writing("a hook for everybody", ".husky/pre-commit", "scope-git-files"),
        attack("a filter for git", "deny", "scope-attribute-drivers", [".gitattributes": RedTeamEntry("*.py filter=run\n")]),
        attack("a macro that is a filter", "deny", "scope-attribute-drivers", ["src/.gitattributes": RedTeamEntry("[attr]x filter=run\n")]),
        writing("attributes that hide a diff", ".gitattributes", "scope-git-attributes", "ask"),
        writing("orders to the next agent", "src/AGENTS.md", "scope-agent-instructions"),
        writing("tools for the next agent", ".mcp.json", "scope-agent-instructions"),
        writing("a task that runs on opening", ".vscode/tasks.json", "scope-editor-settings"),
        writing("a private key", "deploy/id_ed25519", "scope-keys"),
        writing("a registry's address and token", ".npmrc", "scope-credentials"),
        attack("an environment file", "deny", "scope-env", [".env": RedTeamEntry("A=2\n")]),
        writing("a dependency's lock", "yarn.lock", "scope-lockfiles", "ask"),
        attack("a dependency", "ask", "scope-dependencies", ["package.json": RedTeamEntry("{\"a\": 1}\n")]),
        writing("a script that runs on installing", "setup.py", "scope-install-scripts", "ask"),
        writing("a migration", "app/migrations/0001_drop.py", "scope-migrations", "ask"),
        writing("another build system's settings", ".gitlab-ci.yml", "scope-other-ci", "ask"),
        writing("an image", "Dockerfile", "scope-containers", "ask"),
    ]

    private static let disguises: [Attack] = [
        writing("workflows in capitals", ".GITHUB/Workflows/evil.yml", "scope-workflows"),
        writing("a Cyrillic letter in .github", ".g\u{0456}thub/workflows/evil.yml", "scope-workflows"),
        writing("full-width letters in workflows", ".github/\u{FF57}orkflows/evil.yml", "scope-workflows"),
        writing("mathematical letters in CODEOWNERS", "\u{1D402}ODEOWNERS", "scope-codeowners"),
        writing("a character nobody sees in .forge.yml", ".forge\u{200B}.yml", "scope-forge-config"),
        writing("a tag character in .env", ".env\u{E0041}", "scope-env"),
        writing("a dot behind .env", ".env.", "scope-env"),
        writing("a blank behind CODEOWNERS", "CODEOWNERS ", "scope-codeowners"),
        writing("a stream of .forge.yml", ".forge.yml::$DATA", "scope-forge-config"),
        writing("a backslash for a slash", ".github\\workflows\\evil.yml", "scope-workflows"),
        writing("a slash that is none", ".github\u{2215}workflows\u{2215}evil.yml", "scope-workflows"),
        writing("the short name of .github", "GITHUB~1/workflows/evil.yml", "scope-short-name"),
        writing("the short name of .forge.yml", "FORGE~1.YML", "scope-short-name"),
        writing("git's folder", ".git/hooks/post-checkout", "scope-git-folder"),
        writing("git's folder further down", "src/.git/config", "scope-git-folder"),
        writing("git's folder in capitals", ".GIT/config", "scope-git-folder"),
        writing("git's folder by its short name", "git~1/config", "scope-git-folder"),
        writing("git's folder with a stream", ".git::$INDEX_ALLOCATION/config", "scope-git-folder"),
        writing("git's folder with a dot behind", ".git./config", "scope-git-folder"),
        writing("git's folder with a blank behind", ".git /config", "scope-git-folder"),
        writing("git's folder with what HFS+ drops", ".g\u{200C}it/config", "scope-git-folder"),
        writing("git's folder with a backslash", ".git\\config", "scope-git-folder"),
        writing("git's folder with a letter of IPA", ".\u{0261}it/config", "scope-git-folder"),
        attack(
            "a repository inside the repository", "deny", "scope-bare-repository",
            [
                "t/HEAD": RedTeamEntry("ref: refs/heads/m\n"), "t/config": RedTeamEntry("[core]\n"), "t/objects/x": RedTeamEntry(""),
                "t/refs/x": RedTeamEntry(""),
            ]),
    ]

    private static let names: [Attack] = [
        writing("two dots in a tree", "src/../x", "scope-outside-tree"),
        writing("two dots at the top", "../../etc/cron.d/x", "scope-outside-tree"),
        writing("one dot in a tree", "src/./x", "scope-outside-tree"),
        writing("a drive letter", "C:\\Windows\\x", "scope-outside-tree"),
        writing("a line feed in a name", "src/a\nb.py", "scope-control-characters"),
        writing("a carriage return at the end of a name", "sub\r", "scope-control-characters"),
        writing("an escape in a name", "src/\u{1B}[2Jx", "scope-control-characters"),
        writing("a name that runs backwards", "src/x\u{202E}yp.exe", "scope-unseen-characters"),
        writing("a device of Windows", "src/aux.py", "scope-reserved-name"),
        writing("a letter that looks like another", "src/m\u{0430}in.py", "scope-mixed-scripts"),
        writing("a stream behind a file", "src/main.py:evil", "scope-collision"),
    ]

    private static let collisions: [Attack] = [
        writing("a file in other letter case", "src/Main.py", "scope-collision"),
        writing("a folder in other letter case", "SRC/x.py", "scope-collision"),
        writing("an accent in two scalars", "cafe\u{301}.txt", "scope-collision"),
        writing("a folder over a symlink in other letter case", "LINK/post-checkout", "scope-collision"),
        writing("a look-alike of a file", "src/ut\u{0456}l.py", "scope-collision"),
        writing("the Kelvin sign", "lin\u{212A}", "scope-collision"),
        writing("a long s", "\u{17F}rc/x.py", "scope-collision"),
    ]

    private static func link(_ name: String, _ path: String, _ target: String, _ rule: String) -> Attack {
        attack(name, "deny", rule, [path: RedTeamEntry(target, mode: .symlink)])
    }

    private static let symlinks: [Attack] = [
        link("a symlink to the machine", "docs/passwd", "/etc/passwd", "scope-symlink-outside"),
        link("a symlink above the tree", "docs/up", "../../x", "scope-symlink-outside"),
        link("a symlink that leaves the tree in the middle", "docs/up", "a/../../../x", "scope-symlink-outside"),
        link("a symlink to a home", "docs/home", "~/.ssh/config", "scope-symlink-outside"),
        link("a symlink to the workflows", "docs/w", "../.github/workflows", "scope-symlink-to-protected"),
        link("a symlink to the folder of the workflows", "docs/g", "../.github", "scope-symlink-to-protected"),
        link("a symlink to git's folder", "docs/hooks", "../.git/hooks", "scope-symlink-to-protected"),
        link("a symlink to git's folder in capitals", "docs/hooks", "../.GIT/hooks", "scope-symlink-to-protected"),
        link("a symlink to the secrets", "docs/env", "../.env", "scope-symlink-to-protected"),
        link("a symlink to the tree itself", "docs/all", "..", "scope-symlink-to-protected"),
        link("a symlink in the place of .github", ".github", "docs", "scope-protected-folder"),
        link("a symlink in the place of git's folder", ".git", "docs", "scope-git-folder"),
        attack(
            "a symlink over another one", "deny", "scope-symlink-to-protected",
            ["docs/a": RedTeamEntry("../.github", mode: .symlink), "docs/b": RedTeamEntry("a/workflows", mode: .symlink)]),
        attack(
            "symlinks in a circle", "deny", "scope-symlink-unknown",
            ["docs/a": RedTeamEntry("b", mode: .symlink), "docs/b": RedTeamEntry("a", mode: .symlink)]),
        attack(
            "a symlink moved to where it leads elsewhere", "deny", "scope-symlink-to-protected",
            ["src/deep/up": nil, ".github/x/up": RedTeamRoom.files["src/deep/up"]]),
        attack("a symlink's target changed", "deny", "scope-symlink-outside", ["link": RedTeamEntry("/etc", mode: .symlink)]),
        attack(
            "a file that becomes a symlink", "deny", "scope-symlink-outside", ["src/util.py": RedTeamEntry("/etc/passwd", mode: .symlink)]),
    ]

    private static let modes: [Attack] = [
        attack(
            "a file that becomes a program", "ask", "scope-executable", ["src/main.py": RedTeamEntry("print('hello')\n", mode: .executable)]
        ),
        attack("a new program", "ask", "scope-executable", ["src/run": RedTeamEntry("#!/bin/sh\n", mode: .executable)]),
        attack(
            "a submodule", "deny", "scope-submodule", ["vendor": RedTeamEntry(String(repeating: "2", count: 40), mode: .submodule)]),
        attack(
            "a submodule moved on", "deny", "scope-submodule", ["lib": RedTeamEntry(String(repeating: "2", count: 40), mode: .submodule)]),
        attack(
            "a file that becomes a submodule", "deny", "scope-submodule",
            ["src/util.py": RedTeamEntry(String(repeating: "2", count: 40), mode: .submodule)]),
        attack("a binary file", "ask", "scope-binary", ["src/x.bin": RedTeamEntry("\u{0}\u{1}")]),
        attack("a binary file as a patch", "ask", "scope-binary", options: ["--binary"], ["src/x.bin": RedTeamEntry("\u{0}\u{1}")]),
        attack("a large file", "deny", "scope-large-file", ["src/x.txt": RedTeamEntry(String(repeating: "x", count: 1 << 20) + "\n")]),
        attack(
            "a large binary file", "deny", "scope-large-file", options: ["--binary"],
            ["x.bin": RedTeamEntry(String(repeating: "\0\n", count: 1 << 20))]),
        attack("many lines", "deny", "scope-too-many-lines", ["src/x.txt": RedTeamEntry(String(repeating: "x\n", count: 5_001))]),
        attack(
            "many files", "deny", "scope-too-many-files",
            Dictionary(uniqueKeysWithValues: (0...100).map { ("src/\($0).py", RedTeamEntry("x\n")) })),
    ]

    private static func patch(_ name: String, _ text: String, _ expected: String) -> Attack {
        Attack("scope", name, expected) { room in
            do throws(PatchError) {
                let verdict = room.policy.verdict(.diff(try PatchText.parse(Array(text.utf8))), base: room.base)
                return "\(verdict.decision.rawValue) \(verdict.rules.joined(separator: ", "))"
            } catch {
                return "refused, \(error)"
            }
        }
    }

    private static let patches: [Attack] = [
        patch("an absolute path", "diff --git a//etc/passwd b//etc/passwd\nnew file mode 100644\n", "deny scope-outside-tree"),
        patch("a patch without prefixes", "diff --git .env .env\nold mode 100644\nnew mode 100755\n", "deny scope-env, scope-executable"),
        patch(
            "two names for one file", "diff --git a/src/main.py b/src/main.py\n--- a/src/main.py\n+++ b/.env\n@@ -1 +1 @@\n-a\n+b\n",
            "refused, line 1: '+++' names another file than 'diff --git'"),
        patch(
            "a rename that names other files", "diff --git a/src/a b/src/b\nrename from src/a\nrename to .env\n",
            "refused, line 1: 'diff --git' names other files than the rename or copy"),
        patch(
            "a file behind the end of a hunk",
            "--- a/src/x\n+++ b/src/x\n@@ -1 +1 @@\n-a\n+b\n--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-a\n+b\n",
            "deny scope-env"),
        patch(
            "a file inside a hunk", "--- a/src/x\n+++ b/src/x\n@@ -1,3 +1 @@\n-a\n--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-a\n+b\n",
            "refused, line 7: a line of a hunk begins with a blank, '+', '-' or '\\'"),
        patch(
            "a combined diff", "diff --cc .env\nindex 1,2..3\n",
            "refused, line 1: a combined diff of a merge does not say what changed against one parent; give the diff against one"),
        patch("a quoted name", "diff --git \"a/\\056env\" \"b/\\056env\"\nnew file mode 100644\n", "deny scope-env"),
        patch("a text that is no patch", "nothing to see here\n", "refused, line 1: there is no unified diff in this text"),
    ]

    private static func call(_ name: String, _ call: ScopeCall, _ rule: String, _ decision: String = "deny") -> Attack {
        Attack("scope", name, "\(decision) \(rule)") { room in answer(room.policy.verdict(.call(call), base: room.base), rule) }
    }

    private static let calls: [Attack] = [
        call("a tool that writes through a symlink", .write(RepositoryPath("link/x.py"), content: []), "scope-through-symlink"),
        call("a tool that writes to a symlink", .write(RepositoryPath("link"), content: []), "scope-through-symlink"),
        call("a tool that writes above the tree", .write(RepositoryPath("src/../../x"), content: []), "scope-outside-tree"),
        call("a tool that moves the code owners", .move(RepositoryPath("CODEOWNERS"), to: RepositoryPath("x")), "scope-codeowners"),
        call("a tool that moves over the config", .move(RepositoryPath("x"), to: RepositoryPath(".forge.yml")), "scope-forge-config"),
        call("a tool that links to the machine", .symlink(RepositoryPath("x"), target: Array("/".utf8)), "scope-symlink-outside"),
        call("a tool that makes a file a program", .setExecutable(RepositoryPath("src/main.py"), true), "scope-executable", "ask"),
    ]
}
