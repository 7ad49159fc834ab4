// Projects of the JVM: Maven and Gradle, and whether they carry their own program.

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
