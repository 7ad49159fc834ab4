// All examples of all packs, for the command that shows them. A pack that cannot be read must never be passed over: it fails the whole.

package enum PackTesting {
    /// One report for each pack, in the order of the layers.
    package static func reports(_ files: [PackFile]) throws(PackErrors) -> [ExampleReport] {
        let library = try PackLibrary(files, runsExamples: false)
        var reports: [ExampleReport] = []
        var errors: [PackError] = []
        for pack in library.packs {
            do throws(PackError) {
                reports.append(try pack.exampleReport())
            } catch {
                errors.append(error)
            }
        }
        for (name, file) in library.others.sorted(by: { $0.key < $1.key }) {
            do throws(PackError) {
                if let report = try otherReport(name, file) { reports.append(report) }
            } catch {
                errors.append(error)
            }
        }
        guard errors.isEmpty else { throw PackErrors(errors) }
        return reports
    }

    private static func otherReport(_ name: String, _ file: PackFile) throws(PackError) -> ExampleReport? {
        switch name {
        case "commands": try CommandPack(yaml: file.bytes, name: file.name).exampleReport(file: file.name)
        case ModelPack.name: try ModelPack(yaml: file.bytes, name: file.name).exampleReport()
        case "scope": try ScopePack(yaml: file.bytes, name: file.name, layer: file.layer).exampleReport()
        default: nil
        }
    }
}
