// Check runs of programs that are not Forge, such as a linter of the pipeline.
import ForgeCore

extension GitHubStandIn {
    private static let otherApp: Int64 = 15_368

    /// Another program's word about a commit, with an annotation on each of these lines.
    package func check(
        _ name: String, at head: String, in repository: String, saying annotations: [(path: String, line: Int, message: String)]
    ) throws {
        try core.change { state throws(GitHubRefusal) in
            var run = StandInCheckRun(
                id: state.newID(), name: name, head: head, externalID: "", status: "completed", conclusion: "failure", startedAt: state.now,
                completedAt: state.now, app: Self.otherApp)
            run.annotations = annotations.map { annotation in
                [
                    "path": .string(annotation.path), "start_line": JSON(annotation.line), "end_line": JSON(annotation.line),
                    "annotation_level": "failure", "title": "no-unused", "message": .string(annotation.message), "raw_details": .null,
                    "blob_href": "",
                ]
            }
            state.repositories[repository.lowercased()]?.checks.append(run)
        }
    }
}
