// `forge audit verify`: does every link of the journal still hold?

import ForgeCore

enum AuditCommands {
    static let all = [verify]

    private static let verify = CommandSpecification(
        "audit verify", "check the journal's hash chain",
        details: """
            Walks every stream from its checkpoint or beginning. Exit code 1 and the first broken link when one does not hold.
            Keep the audit's head that it prints on another machine: a chain that was made anew as a whole is found by that alone.
            """,
        options: [.init("stream", "NAME", "only this stream, such as audit or ticket/7"), .json, .config]
    ) { arguments, context in
        try await withStore(arguments, context) { store in
            let stream = arguments.value("stream")
            let report = try await store.verifyJournal(stream: stream)
            // A mistyped name must not look like a chain that holds.
            if let stream, report.streams == 0, report.firstBreak == nil { throw CommandFailure.refused("there is no stream '\(stream)'") }
            if arguments.has("json") {
                try context.show(json(of: report))
            } else if let broken = report.firstBreak {
                try context.print("broken: stream \(broken.stream), link \(broken.sequence): \(broken.why)")
            } else {
                let head = report.auditHead.map { "; the audit's head is \($0)" } ?? ""
                try context.print("whole: \(report.links) links in \(report.streams) streams\(head)")
            }
            return report.firstBreak == nil ? .ok : .refused
        }
    }

    private static func json(of report: ChainReport) -> JSON {
        let broken = report.firstBreak.map {
            ["stream": .string($0.stream), "sequence": JSON($0.sequence), "why": .string($0.why)] as JSON
        }
        return JSON.object([
            .init("schema", 1), .init("whole", .bool(report.firstBreak == nil)), .init("streams", JSON(report.streams)),
            .init("links", JSON(report.links)), .init("audit_head", JSON(report.auditHead)), .init("first_break", broken ?? .null),
        ]).withoutNulls
    }
}
