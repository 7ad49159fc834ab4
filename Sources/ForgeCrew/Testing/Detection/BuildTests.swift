// Tests behind build tools and task files, and of languages with one way to run them.

enum BuildTests {
    static let makefiles = ["Makefile", "GNUmakefile", "makefile"]

    static func make(_ folder: TestFolder) -> [TestCandidate] {
        guard let name = makefiles.first(where: folder.has), let text = folder.text(name) else { return [] }
        let targets = MakeTargets.of(text)
        guard let target = ["test", "check", "tests"].first(where: targets.contains) else { return [] }
        // It stands back behind a runner whose tests can be told apart, and before what is only guessed.
        return [.run("make", folder, "make \(target)", why: "\(name) has the target '\(target)'", score: 70)]
    }

    static func just(_ folder: TestFolder) -> [TestCandidate] {
        for name in ["justfile", "Justfile", ".justfile"] {
            guard let text = folder.text(name),
                text.split(separator: "\n").contains(where: {
                    $0.hasPrefix("test:") || $0.hasPrefix("test ") && $0.contains(":") && !$0.contains(":=")
                })
            else { continue }
            return [.run("just", folder, "just test", why: "\(name) has the recipe 'test'", score: 55)]
        }
        return []
    }

    static func task(_ folder: TestFolder) -> [TestCandidate] {
        for name in ["Taskfile.yml", "Taskfile.yaml"] {
            guard let text = folder.text(name), text.split(separator: "\n").contains(where: { $0.hasPrefix("  test:") }) else { continue }
            return [.run("task", folder, "task test", why: "\(name) has the task 'test'", score: 55)]
        }
        return []
    }

    static func cmake(_ folder: TestFolder) -> [TestCandidate] {
        guard let text = folder.text("CMakeLists.txt") else { return [] }
        let lower = text.lowercased()
        guard lower.contains("enable_testing") || lower.contains("include(ctest)") else { return [] }
        let command = "cmake -S . -B build && cmake --build build && ctest --test-dir build"
        return [.run("cmake", folder, command, why: "CMakeLists.txt enables tests", score: 92)]
    }

    static func meson(_ folder: TestFolder) -> [TestCandidate] {
        guard let text = folder.text("meson.build"), text.contains("project(") else { return [] }
        let isTested = folder.beneath.contains { path in
            TestTree.parted(path).name == "meson.build" && folder.tree.text(path)?.contains("test(") == true
        }
        guard isTested else { return [] }
        let build = "{ [ -d build ] || meson setup build; } && "
        var candidate = TestCandidate.run("meson", folder, "meson test -C build", why: "meson.build has tests", score: 92)
        candidate.command = build + candidate.command
        candidate.measured = build + candidate.measured
        candidate.one = candidate.one.map { build + $0 }
        return [candidate]
    }

    static func dotnet(_ folder: TestFolder) -> [TestCandidate] {
        let solution = folder.names.sorted().first { $0.hasSuffix(".sln") || $0.hasSuffix(".slnx") }
        let project = folder.names.sorted().first { name in
            (name.hasSuffix(".csproj") || name.hasSuffix(".fsproj"))
                && (folder.text(name)?.contains("Microsoft.NET.Test.Sdk") ?? name.contains("Test"))
        }
        guard let mark = solution ?? project else { return [] }
        return [.run("dotnet", folder, "dotnet test", setup: "dotnet restore", why: "there is \(mark)", score: solution == nil ? 90 : 93)]
    }

    static func bazel(_ folder: TestFolder) -> [TestCandidate] {
        guard let mark = ["MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel"].first(where: folder.has) else { return [] }
        return [.run("bazel", folder, "bazel test //...", setup: "bazel fetch //...", why: "there is \(mark)", score: 75)]
    }

    static func autotools(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.hasAny("configure", "configure.ac"), folder.hasAny("Makefile.am", "Makefile.in") else { return [] }
        let start = folder.has("configure") ? "./configure" : "autoreconf -fi && ./configure"
        return [
            .run(
                "autotools", folder, "\(start) && make check", why: "there is \(folder.has("configure") ? "configure" : "configure.ac")",
                score: 60)
        ]
    }

    static func perl(_ folder: TestFolder) -> [TestCandidate] {
        let place = folder.path.isEmpty ? "t" : "\(folder.path)/t"
        guard folder.tree.names(in: place).contains(where: { $0.hasSuffix(".t") }) else { return [] }
        return [
            .run(
                "perl", folder, "prove -lr t", why: "there are tests in t/",
                score: folder.hasAny("Makefile.PL", "Build.PL", "cpanfile", "dist.ini") ? 90 : 65)
        ]
    }

    static func bats(_ folder: TestFolder) -> [TestCandidate] {
        for name in ["test", "tests"] {
            let place = folder.path.isEmpty ? name : "\(folder.path)/\(name)"
            guard folder.tree.names(in: place).contains(where: { $0.hasSuffix(".bats") }) else { continue }
            return [.run("bats", folder, "bats -r \(name)", why: "there are .bats files in \(name)/", score: 60)]
        }
        return []
    }

    static func dart(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.has("pubspec.yaml"), folder.hasFolder("test") else { return [] }
        let program = folder.text("pubspec.yaml")?.contains("sdk: flutter") == true ? "flutter" : "dart"
        return [.run("dart", folder, "\(program) test", setup: "\(program) pub get", why: "there are pubspec.yaml and test/", score: 92)]
    }

    static func julia(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.has("Project.toml"), folder.has("test/runtests.jl") else { return [] }
        return [
            .run(
                "julia", folder, "julia --project -e 'using Pkg; Pkg.test()'", setup: "julia --project -e 'using Pkg; Pkg.instantiate()'",
                why: "there is test/runtests.jl", score: 92)
        ]
    }

    static func cabal(_ folder: TestFolder) -> [TestCandidate] {
        guard let mark = folder.names.sorted().first(where: { $0.hasSuffix(".cabal") || $0 == "cabal.project" }) else { return [] }
        let setup = "cabal build --only-dependencies --enable-tests all"
        return [.run("cabal", folder, "cabal test all", setup: setup, why: "there is \(mark)", score: 85)]
    }

    static func crystal(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.has("shard.yml"), folder.hasFolder("spec") else { return [] }
        return [.run("crystal", folder, "crystal spec", setup: "shards install", why: "there are shard.yml and spec/", score: 90)]
    }

    static func zig(_ folder: TestFolder) -> [TestCandidate] {
        guard folder.text("build.zig")?.contains("\"test\"") == true else { return [] }
        return [.run("zig", folder, "zig build test", why: "build.zig has a step 'test'", score: 90)]
    }
}
