// A large change shared out among workers. What comes out must be what one judge finds, whatever the number of workers and whoever is first.

package import ForgeCore
internal import Synchronization

extension DiffJudge {
    /// A smaller change is judged before a second worker is ready.
    private static let filesPerWorkerMin = 16
    /// So many files are taken at once: few enough that all workers end at about the same time.
    private static let filesAtOnce = 4

    /// As `judgement(of:repository:)` of a judge with these rules, sooner where there are many files.
    package static func judgement(
        of diff: Diff, _ rules: RuleSet, texts: RuleSet?, repository: RepositoryView = .unknown, workers: Int
    ) async -> DiffJudgement {
        let judge = DiffJudge(rules, texts: texts.map(SecretScanner.init))
        let workers = min(workers, diff.files.count / filesPerWorkerMin)
        guard workers > 1 else { return judge.judgement(of: diff, repository: repository) }
        var (files, work) = await judgeFiles(diff, rules, texts, workers)
        let view = ChangeView(files.sorted { $0.number < $1.number }.map(\.file), repository: repository)
        files = []
        judge.add(await hits(in: view, rules, workers), in: view, &work)
        return work.judgement()
    }

    private struct NumberedFile: Sendable {
        let number: Int
        let file: ChangedFile
    }

    private static func judgeFiles(
        _ diff: Diff, _ rules: RuleSet, _ texts: RuleSet?, _ workers: Int
    ) async -> (files: [NumberedFile], work: JudgeWork) {
        let share = Share(diff.files.count, atOnce: filesAtOnce)
        return await withTaskGroup(of: (files: [NumberedFile], work: JudgeWork).self) { group in
            for _ in 0..<workers {
                group.addTask {
                    let judge = DiffJudge(rules, texts: texts.map(SecretScanner.init))
                    var (files, work) = ([NumberedFile](), JudgeWork())
                    while let numbers = share.next() {
                        for number in numbers {
                            let file = ChangedFile(diff.files[number])
                            judge.judge(file, number, &work)
                            files.append(NumberedFile(number: number, file: file))
                        }
                    }
                    return (files, work)
                }
            }
            return await group.reduce(into: ([], JudgeWork())) { all, part in
                all.files += part.files
                all.work.add(part.work)
            }
        }
    }

    private static func hits(in view: ChangeView, _ rules: RuleSet, _ workers: Int) async -> [(rule: Int, hits: [ChangeHit])] {
        let checks = changeChecks(rules)
        let share = Share(checks.count, atOnce: 1)
        let found = await withTaskGroup(of: [(rule: Int, hits: [ChangeHit])].self) { group in
            for _ in 0..<workers {
                group.addTask {
                    var found: [(rule: Int, hits: [ChangeHit])] = []
                    while let next = share.next() { found += next.map { (checks[$0].rule, checks[$0].check(view)) } }
                    return found
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        return found.sorted { $0.rule < $1.rule }
    }
}

/// Hands out the numbers below a count, each once.
private final class Share: Sendable {
    private let count: Int
    private let atOnce: Int
    private let taken = Mutex(0)

    init(_ count: Int, atOnce: Int) {
        self.count = count
        self.atOnce = atOnce
    }

    func next() -> Range<Int>? {
        taken.withLock { taken in
            guard taken < count else { return nil }
            defer { taken = min(count, taken + atOnce) }
            return taken..<min(count, taken + atOnce)
        }
    }
}
