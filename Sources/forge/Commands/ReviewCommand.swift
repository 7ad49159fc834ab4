// `forge review`: what the rules and other tools find in a change of a local repository. It reads, it never writes into the repository and
// runs nothing that is in it.

import ForgeCore
import ForgeReview
import ForgeSystem

enum ReviewCommand {
    static let all = [review]

    private static let review = CommandSpecification(
        "review", "look through a change in a local repository, without account or model",
        details: """
            Compares the files as they are, uncommitted changes included, with where the branch left origin's default branch. With --head
            it compares commits, with --staged what 'git commit' would take. Rules look at added lines only, so old sins stay quiet.

            examples
              forge review                                          what a pull request would bring, before you push
              forge review --staged --fail-on high                  as a pre-commit hook
              forge review --base origin/main --head HEAD --format sarif --output forge.sarif --sarif-in eslint.sarif

            A comment 'forge:ignore RULE-ID reason' on the line, or alone above it, accepts a finding there. A baseline accepts what is
            there already: forge review --base none --baseline forge-baseline.json --write-baseline

            Exit codes: 0 nothing at or above --fail-on, 1 something, or not all was read, 2 bad input, 3 failed.
            """,
        options: ReviewOptions.specifications
    ) { arguments, context in
        try await run(try ReviewOptions(arguments, context.environment), context)
    }

    private static func run(_ options: ReviewOptions, _ context: CommandContext) async throws -> ExitCode {
        let baseline = try readBaseline(options)
        let progress = ReviewProgress.onTerminal()
        let place = try await ReviewPlace(options, progress: progress)
        // The library reads the change while the rules are made ready here.
        async let input = place.source.diff()
        let policy = try ReviewPolicy(options, place, context)
        for remark in policy.remarks { context.note("forge: \(remark)") }
        let material = try await gather(try await input, options, place, policy, baseline, progress) { context.note("forge: \($0)") }
        progress?.finish()
        let report = settle(material, policy.settings(options))
        if options.writesBaseline { return try writeBaseline(report, baseline, options, context) }
        try show(report, options, context)
        return report.fails || (report.isPartial && !options.allowsPartial) ? .refused : .ok
    }

    private static func gather(
        _ input: ReviewInput, _ options: ReviewOptions, _ place: ReviewPlace, _ policy: ReviewPolicy, _ baseline: Baseline,
        _ progress: ReviewProgress?, note: (String) -> Void
    ) async throws -> ReviewMaterial {
        var material = ReviewMaterial(input: input)
        material.coverage = ReviewCoverage(of: input.diff)
        material.baseline = baseline
        material.imported = try ReviewImports.read(options, place, input.diff, note: note)
        await policy.judge(&material, progress)
        material.coverage.unread += policy.unread
        for path in material.oldFilesWanted(policy.settings(options)) { material.oldFiles[path] = await input.readOldFile(path) }
        return material
    }

    private static func show(_ report: ReviewReport, _ options: ReviewOptions, _ context: CommandContext) throws {
        guard let file = options.output else { return try context.write(options.format.render(report, colours: context.colours)) }
        do throws(SystemError) {
            try Files.write(Array(options.format.render(report).utf8), to: file)
        } catch {
            throw CommandFailure.failed("\(error)")
        }
        // Whoever watches the log wants to know how it ended without opening the file.
        context.note("forge: \(report.sentence) Written to \(file).")
    }
}

// MARK: Baseline

extension ReviewCommand {
    private static func readBaseline(_ options: ReviewOptions) throws(CommandFailure) -> Baseline {
        guard let file = options.baseline else { return Baseline() }
        if options.writesBaseline, !Files.exists(file) { return Baseline() }
        do {
            return try Baseline(json: try Files.read(file, bytesMax: Baseline.bytesMax))
        } catch let error as BaselineError {
            throw .badInput("\(file):\(error.line.map { "\($0):" } ?? "") \(error.message)")
        } catch {
            throw .badInput("\(error)")
        }
    }

    private static func writeBaseline(
        _ report: ReviewReport, _ old: Baseline, _ options: ReviewOptions, _ context: CommandContext
    ) throws(CommandFailure) -> ExitCode {
        guard let file = options.baseline else { preconditionFailure("options with --write-baseline have --baseline") }
        let next = old.accepting(report.open, forgetting: report.removable)
        do throws(SystemError) {
            try Files.write(Array(next.text.utf8), to: file)
        } catch {
            throw .failed("\(error)")
        }
        let added = next.entries.count - old.entries.count + report.removable.count
        try context.print("\(file): \(next.entries.count) accepted, \(added) of them new, \(report.removable.count) removed.")
        for part in report.coverage.unread { context.note("forge: not read: \(part.path?.shown ?? "") \(visible(part.reason))") }
        return report.isPartial && !options.allowsPartial ? .refused : .ok
    }
}

extension ReviewCoverage {
    /// What of a diff can be looked at.
    init(of diff: Diff) {
        self.init()
        filesChanged = diff.files.count
        for file in diff.files {
            linesAdded += file.addedCount
            switch file.omitted {
            case .binary: binaryFiles.append(file.path)
            case .tooLarge(let byteCount):
                unread.append(UnreadPart(path: file.path, reason: "\(byteCount) bytes are more than are read of one file"))
            case nil: break
            }
        }
    }
}
