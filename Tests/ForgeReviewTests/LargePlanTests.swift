// Reviews of changes as large as they come: what a plan costs grows with the change and not with its square, whichever way it is large. With
// FORGE_LARGE set, the times of 5,000 files with 20,000 findings are printed.

import ForgeCore
import ForgeReview
import Foundation
import Testing

@Suite(.serialized) struct LargePlanTests {
    enum Shape: String, CaseIterable, Sendable {
        /// Many files with a few findings each.
        case wide
        /// One file with a finding on each line, each with an exact fix.
        case tall
        /// Findings on ranges that no hunk shows whole.
        case ranges
        /// The same line again and again.
        case equal
        /// Lines whose secrets are masked.
        case masked
        /// Every file has another name at each look.
        case renamed
    }

    @Test(.timeLimit(.minutes(5)), arguments: Shape.allCases) func `twice the findings take no more than about twice the time`(
        _ shape: Shape
    ) {
        let size = 100
        _ = Self.time(shape, 50)
        let once = Self.least { Self.time(shape, size) }
        let twice = Self.least { Self.time(shape, 2 * size) }
        #expect(twice < 3 * once + 0.05, "\(shape): \(once) s for \(size), \(twice) s for \(2 * size)")
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["FORGE_LARGE"] != nil), arguments: Shape.allCases)
    func `the largest change that is read in full`(_ shape: Shape) {
        print("\(shape.rawValue): \(Self.time(shape, 5_000)) s for three looks at 20,000 findings")
    }

    private static func least(_ measure: () -> Double) -> Double { min(measure(), measure(), measure()) }

    /// Processor time of three looks: the first, one after everything moved by a line and much was mended, one on a base that moved.
    private static func time(_ shape: Shape, _ size: Int) -> Double {
        let looks = (0..<3).map { look(shape, size, round: $0) }
        var story = PullRequestStory()
        let start = processorSeconds()
        for (round, look) in looks.enumerated() {
            let plan = story.look(
                plannedChange(look.files, look.findings, head: sha(["a", "b", "c"][round]), mergeBase: sha(round < 2 ? "f" : "e")))
            _ = plan.checkRun()
        }
        return processorSeconds() - start
    }

    private static func look(_ shape: Shape, _ size: Int, round: Int) -> (files: [FileChange], findings: [Finding]) {
        var files: [FileChange] = []
        var findings: [Finding] = []
        let (fileCount, count) = shape == .wide || shape == .renamed ? (size, 4) : (1, 4 * size)
        for index in 0..<fileCount {
            let path = shape == .renamed ? "src\(round)/\(index).py" : "src/\(index).py"
            files.append(file(shape, path, index, count, round))
            // At the second look every fifth is mended.
            for number in 0..<count where round == 0 || (number + index) % 5 != 0 {
                findings.append(finding(shape, path, index, number, round))
            }
        }
        return (files, findings)
    }

    private static func text(_ shape: Shape, _ index: Int, _ number: Int) -> String {
        switch shape {
        case .equal: "call(user)"
        case .masked: "token\(number) = '•••'"
        case .wide, .tall, .ranges, .renamed: "call_\(index)_\(number)(user)"
        }
    }

    private static func file(_ shape: Shape, _ path: String, _ index: Int, _ count: Int, _ round: Int) -> FileChange {
        let lines =
            Array(repeating: "+# moved", count: round)
            + (0..<count).map { number in
                shape == .masked ? "+token\(number) = 'hunter\(number + round)'" : "+\(text(shape, index, number))"
            }
        return modified(path, "@1", lines, kind: .added)
    }

    private static func finding(_ shape: Shape, _ path: String, _ index: Int, _ number: Int, _ round: Int) -> Finding {
        let line = 1 + round + number
        var found = ForgeReviewTests.finding("sql-from-text", path, line, .high, snippet: text(shape, index, number))
        if shape == .ranges { found.lines = line...line + 100_000 }
        if shape == .tall { found.suggestion = Suggestion(lines: line...line, text: "call(other)") }
        return found
    }

    /// Of this thread, so that a busy machine changes nothing.
    private static func processorSeconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
