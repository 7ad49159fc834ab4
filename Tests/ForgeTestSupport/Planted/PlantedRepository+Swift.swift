// A library for tides, in Swift.

extension PlantedRepository {
    package static let swift = PlantedRepository(
        "swift",
        [
            PlantedFile("README.md", "# Tides\n\nHeights of the sea for the next days.\n\n    swift run tides Cuxhaven\n"),
            PlantedFile("LICENSE", "The authors let you do what you like with this, without any promise.\n"),
            PlantedFile(".gitignore", ".build\n"),
            PlantedFile(
                "Package.swift",
                base: """
                    // swift-tools-version: 6.0
                    import PackageDescription

                    let package = Package(
                        name: "Tides",
                        dependencies: [
                            .package(url: "https://github.com/harbour/moon.git", from: "1.4.0")
                        ],
                        targets: [
                            .target(name: "Tides", dependencies: [.product(name: "Moon", package: "moon")]),
                            .testTarget(name: "TidesTests", dependencies: ["Tides"]),
                        ])

                    """,
                head: """
                    // swift-tools-version: 6.0
                    import PackageDescription

                    let package = Package(
                        name: "Tides",
                        dependencies: [
                            .package(url: "https://github.com/harbour/moon.git", from: "1.5.0"),
                            .package(url: "https://github.com/harbour/waves.git", branch: "main"), ⟵ git-dependency-unpinned
                        ],
                        targets: [
                            .target(name: "Tides", dependencies: [.product(name: "Moon", package: "moon")]),
                            .testTarget(name: "TidesTests", dependencies: ["Tides"]),
                        ])

                    """),
            PlantedFile(
                "Sources/Tides/Height.swift",
                "/// Metres above the chart's zero.\npublic struct Height: Hashable, Sendable {\n    public var metres: Double\n}\n"),
            PlantedFile(
                "Sources/Tides/Harbour.swift",
                "public struct Harbour: Hashable, Sendable {\n    public var name: String\n    public var zone: Int\n}\n"),
            PlantedFile(
                "Sources/Tides/Client.swift",
                base: """
                    import Foundation

                    /// Asks the harbour office.
                    public struct Client {
                        var session: URLSession

                        public func heights(of harbour: Harbour) async throws -> [Height] {
                            guard let address = URL(string: "https://tides.harbour.dev/v1/\\(harbour.zone)") else { return [] }
                            let (body, _) = try await session.data(from: address)
                            return try JSONDecoder().decode([Double].self, from: body).map(Height.init)
                        }
                    }

                    """,
                head: """
                    import Foundation

                    /// Asks the harbour office. Never `try! JSONDecoder().decode` here: what comes is not ours.
                    public struct Client {
                        var session: URLSession

                        public func heights(of harbour: Harbour) async throws -> [Height] {
                            let address = URL(string: "https://tides.harbour.dev/v1/\\(harbour.zone)")! ⟵ force-unwrapped-input
                            let (body, _) = try await session.data(from: address)
                            print("!!!! \\(body.count)") ⟵ debug-print
                            return try JSONDecoder().decode([Double].self, from: body).map(Height.init)
                        }

                        /// The list of harbours changes once a year.
                        public func harbours() async throws -> [Harbour] {
                            let fixed = URL(string: "https://tides.harbour.dev/v1/harbours")!
                            let (body, _) = try await session.data(from: fixed)
                            return try JSONDecoder().decode([String].self, from: body).map { Harbour(name: $0, zone: 0) }
                        }
                    }

                    """),
            PlantedFile(
                "Sources/Tides/Store.swift",
                base: """
                    /// Heights that were asked for before.
                    final class Store {
                        let database: Database

                        init(database: Database) { self.database = database }

                        func forget(zone: Int) throws {
                            try database.execute(sql: "DELETE FROM heights WHERE zone = ?", arguments: [zone])
                        }
                    }

                    """,
                head: """
                    /// Heights that were asked for before.
                    final class Store {
                        let database: Database

                        init(database: Database) { self.database = database }

                        func forget(zone: Int) throws {
                            try database.execute(sql: "DELETE FROM heights WHERE zone = ?", arguments: [zone])
                        }

                        func forget(harbour: String) throws {
                            try database.execute(sql: "DELETE FROM heights WHERE harbour = '\\(harbour)'") ⟵ sql-string-other
                        }

                        func count(zone: Int) throws -> Int {
                            try database.number(sql: "SELECT count(*) FROM heights WHERE zone = ?", arguments: [zone])
                        }

                        func close() {
                            do { try database.close() } catch {} ⟵ empty-catch
                        }

                        func reopen() throws {
                            do {
                                try database.close()
                            } catch {
                                // It was closed already, which is what we want.
                            }
                            try database.open()
                        }
                    }

                    """),
            PlantedFile(
                "Sources/Tides/Database.swift",
                "protocol Database {\n    func execute(sql: String, arguments: [Int]) throws\n    func execute(sql: String) throws\n    func number(sql: String, arguments: [Int]) throws -> Int\n    func open() throws\n    func close() throws\n}\n"
            ),
            PlantedFile(
                "Sources/Tides/Access.swift", base: nil,
                head: """
                    // Who may move the zero of a chart.

                    struct Access {
                        var role: String

                        var isPilot: Bool { role == "pilot" }

                        /// The sign is shown as \\u{202E} in the table.
                        func mayMove() -> Bool {
                            let is\u{0410}dmin = role == "harbour master" ⟵ homoglyph-identifier
                            // T\u{4F}DO: ask the office, too ⟵ task-without-issue
                            // T\u{4F}DO(#31): and the pilots
                            return is\u{0410}dmin || isPilot ⟵ homoglyph-identifier
                        }

                        /// Fürs Protokoll: "Größe" und "Δh" sind erlaubt.
                        let Δh = 0.1
                    }

                    """),
            PlantedFile(
                "Tests/TidesTests/HeightTests.swift",
                base: """
                    import Testing

                    @testable import Tides

                    @Suite struct HeightTests {
                        @Test func `the sea is level at zero`() {
                            #expect(Height(metres: 0).metres == 0)
                        }

                        @Test func `heights compare by metres`() {
                            #expect(Height(metres: 1) == Height(metres: 1))
                        }

                        @Test func `a mean lies between`() {
                            let mean = mean(1, 2)
                            #expect(mean.metres == 1.5)
                        }
                    }

                    """,
                head: """
                    import Testing

                    @testable import Tides

                    @Suite struct HeightTests {
                        @Test func `the sea is level at zero`() {
                            #expect(true) ⟵ assertion-constant
                        }

                        @Test func `two heights compare by metres`() {
                            #expect(Height(metres: 1) == Height(metres: 1))
                        }

                        @Test(.disabled()) func `a mean lies between`() { ⟵ test-skipped
                            let mean = mean(1, 2)
                            #expect(mean.metres == 1.5)
                        }

                        @Test(.disabled("#44: the office changed its format")) func `an answer is read`() {
                            #expect(mean(1, 3).metres == 2)
                        }
                    }

                    """),
            PlantedFile(
                "Tests/TidesTests/HarbourTests.swift",
                base: """
                    import Testing

                    @testable import Tides

                    @Suite struct HarbourTests {
                        @Test func `a harbour has a name`() {
                            #expect(Harbour(name: "Cuxhaven", zone: 1).name == "Cuxhaven")
                        }

                        @Test func `harbours of two zones differ`() {
                            #expect(Harbour(name: "A", zone: 1) != Harbour(name: "A", zone: 2))
                        }

                        @Test func `zones count from one`() {
                            let zones = zones()
                            #expect(zones.first == 1)
                        }
                    }

                    """,
                head: """
                    import Testing

                    @testable import Tides

                    @Suite struct HarbourTests {
                        @Test func `a harbour has a name`() {
                            #expect(Harbour(name: "Cuxhaven", zone: 1).name == "Cuxhaven")
                        }

                        @Test func `zones count from one`() { ⟵ test-case-removed
                            let zones = zones()
                            #expect(zones.first != nil) ⟵ assertion-weakened
                        }
                    }

                    """),
            PlantedFile(
                "Tests/TidesTests/StoreTests.swift",
                "import Testing\n\n@Suite struct StoreTests {\n    @Test func `nothing is kept`() {\n        #expect([Int]().isEmpty)\n    }\n}\n"
            ),
            PlantedFile(
                ".github/workflows/test.yml",
                base: """
                    on: [push]
                    permissions:
                      contents: read
                    jobs:
                      test:
                        runs-on: ubuntu-latest
                        steps:
                          - uses: actions/checkout@v4
                          - run: swift build
                          - run: swift test
                    """,
                head: """
                    on: [push]
                    permissions: write-all ⟵ workflow-write-all
                    jobs:
                      test:
                        runs-on: ubuntu-latest
                        steps:
                          - uses: actions/checkout@v4
                          - uses: harbour/setup-swift@main ⟵ workflow-branch-action
                          - run: swift build
                          - run: swift test || true ⟵ check-always-passes
                          - run: docker rm --force tides || true
                          - name: Greet
                            env:
                              TITLE: ${{ github.event.pull_request.title }}
                            run: echo "$TITLE"
                    """),
            PlantedFile("Sources/Tides/Cart.swift.orig", base: nil, head: "struct Height {}\n", whole: ["merge-leftover-file"]),
        ])
}
