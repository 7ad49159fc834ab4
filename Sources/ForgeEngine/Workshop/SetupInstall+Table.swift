// The install lines of package managers that are known to make the same of the same lock, word by word. A line that is not here serves its own
// commit only; so does one with a flag that is not here.

extension SetupInstall {
    /// They say how much is told, and how fast it goes.
    static let flags = [
        "-q", "--quiet", "--silent", "--no-progress", "--verbose", "-v", "--color=never", "--no-color", "--prefer-offline",
    ]

    static let table: [SetupInstall] = node + python + others

    /// Folders of the commit are copied, or their scripts run.
    private static let nodeTies = [
        "package.json": ["file:", "\"injected\"", "\"gypfile\""], "pnpm-workspace.yaml": ["file:", "injectWorkspacePackages"],
        "pnpm-lock.yaml": ["injected: true"],
        ".yarnrc.yml": ["yarnPath: ./", "yarnPath: \"", "yarnPath: '", "yarnPath: /", "yarnPath: .."],
        ".yarnrc": ["yarn-path"], ".pnpmfile.cjs": [""], ".pnpmfile.mjs": [""], "pnpmfile.js": [""], "binding.gyp": [""],
        "bunfig.toml": ["preload"],
    ]

    private static let node: [SetupInstall] =
        [["npm", "ci"], ["npm", "clean-install"]].map { words in
            SetupInstall(
                words: words, locks: ["package-lock.json", "npm-shrinkwrap.json"],
                flags: ["--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", "--include=dev", "--omit=dev"], ties: nodeTies)
        }
        + [["yarn", "install"], ["yarn"]].map { words in
            SetupInstall(
                words: words, locks: ["yarn.lock"], needs: ["--frozen-lockfile", "--immutable"],
                flags: ["--non-interactive", "--ignore-scripts", "--ignore-engines", "--check-cache", "--immutable-cache"], ties: nodeTies)
        }
        + [["pnpm", "install"], ["pnpm", "i"]].map { words in
            SetupInstall(
                words: words, locks: ["pnpm-lock.yaml"], needs: ["--frozen-lockfile"], flags: ["--ignore-scripts", "--reporter=silent"],
                ties: nodeTies)
        }
        + [
            SetupInstall(
                words: ["bun", "install"], locks: ["bun.lock", "bun.lockb"], needs: ["--frozen-lockfile"], flags: ["--ignore-scripts"],
                ties: nodeTies),
            SetupInstall(
                words: ["deno", "install"], locks: ["deno.lock"], needs: ["--frozen", "--frozen=true"],
                ties: ["deno.json": ["importMap"], "deno.jsonc": ["importMap"]]),
        ]

    /// The project itself is no part of what is installed, nor is any other folder.
    private static let python: [SetupInstall] =
        ["install", "sync"].map { word in
            SetupInstall(
                words: ["poetry", word], locks: ["poetry.lock"], needs: ["--no-root"], flags: ["--no-interaction", "-n", "--no-ansi"],
                ties: ["poetry.lock": ["type = \"directory\"", "type = \"file\""]])
        } + [
            SetupInstall(
                words: ["uv", "sync"], locks: ["uv.lock"], needs: ["--frozen", "--locked"],
                flags: ["--all-extras", "--all-groups", "--dev", "--no-dev"],
                ties: ["uv.lock": ["editable = ", "directory = ", "path = "]]),
            SetupInstall(
                words: ["pdm", "sync"], locks: ["pdm.lock"], needs: ["--no-self"], flags: ["--dev", "-d", "--clean"],
                ties: ["pdm.lock": ["path = "]]),
            SetupInstall(
                words: ["pipenv", "sync"], locks: ["Pipfile.lock"], flags: ["--dev", "-d"],
                ties: ["Pipfile.lock": ["\"path\"", "\"file\""], "Pipfile": ["path = ", "file = "]]),
        ]

    private static let others: [SetupInstall] =
        [
            SetupInstall(
                words: ["bundle", "install"], locks: ["Gemfile.lock"], flags: ["--jobs=4", "--retry=3", "--deployment", "--frozen"],
                ties: [
                    "Gemfile": ["eval_gemfile", "instance_eval", "require", "load", "File", "Dir", "IO.", "Pathname", "`", "system", "%x"]
                ]),
            // A list of the commit's own classes is made.
            SetupInstall(
                words: ["composer", "install"], locks: ["composer.lock"],
                flags: ["--no-interaction", "-n", "--prefer-dist", "--no-ansi", "--dev", "--no-dev", "--no-scripts"],
                ties: [
                    "composer.json": [
                        "classmap", "optimize-autoloader", "apcu-autoloader", "\"path\"", "-cmd\"", "-autoload-dump\"",
                        "-package-install\"",
                        "-package-update\"", "-package-uninstall\"", "-file-download\"", "-operations-exec\"", "\"init\"", "\"command\"",
                    ]
                ]),
            SetupInstall(words: ["cargo", "fetch"], locks: ["Cargo.lock"], flags: ["--locked"]),
            SetupInstall(words: ["go", "mod", "download"], locks: ["go.sum"], flags: ["all", "-x"]),
            SetupInstall(
                words: ["mix", "deps.get"], locks: ["mix.lock"], flags: ["--check-locked"],
                ties: ["mix.exs": ["Code.", "File", "System.cmd"]]),
            SetupInstall(
                words: ["swift", "package", "resolve"], locks: ["Package.resolved"],
                ties: ["Package.swift": ["import Foundation", "import Glibc", "import Darwin"]]),
            SetupInstall(words: ["dotnet", "restore"], locks: ["packages.lock.json"], flags: ["--locked-mode", "--nologo"]),
        ]
        + ["mvn", "./mvnw"].flatMap { program in
            [["-B"], ["--batch-mode"], ["-B", "-q"], []].map { between in
                // Without a lock of its own, what it asks for is in the manifest.
                SetupInstall(
                    words: [program] + between + ["dependency:go-offline"], locks: ["pom.xml"],
                    flags: ["-B", "--batch-mode", "-ntp", "--no-transfer-progress"])
            }
        }
}
