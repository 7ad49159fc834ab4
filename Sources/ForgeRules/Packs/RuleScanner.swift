// Looks through texts with a set of rules. One belongs to one worker; it must never be used by two at once.
//
// One pass over the text with all patterns says which pattern may match up to where. Each such place is confirmed exactly, in a window: the
// line, since a rule is about a line unless it says `across_lines`, and of what is longer than a few thousand bytes the blocks around the
// place. So the work after the pass is in proportion to the text whatever is in it: a window is looked at once per pattern, three blocks
// wide at most, and a pattern that needs too many steps there becomes a problem of its rule while the scan goes on.

package import ForgeCore
internal import ForgePatterns

/// What the text is; rules about other things are left out.
package struct RuleSubjects: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let text = RuleSubjects(rawValue: 1 << 0)
    package static let added = RuleSubjects(rawValue: 1 << 1)
    package static let removed = RuleSubjects(rawValue: 1 << 2)
    package static let path = RuleSubjects(rawValue: 1 << 3)

    func holds(_ subject: RuleSubject) -> Bool {
        switch subject {
        case .text: contains(.text)
        case .added: contains(.added)
        case .removed: contains(.removed)
        case .path: contains(.path)
        case .change: false
        }
    }
}

package final class RuleScanner {
    package let rules: RuleSet
    private let scratch: PatternScratch
    private let matching = MatchScratch()
    private var hits = PatternHits(countMax: 65_536)
    /// By pattern: up to where its hits have been looked into; of this scan only when the number fits.
    private var searched: [Searched]
    private var scanNumber = 0
    /// By rule: whether it is about the path last asked for.
    private var isAboutPath: [Bool?]
    private var lastPath: RepositoryPath?

    private struct Searched {
        var scan = 0
        var to = 0
        /// The end of the last match, behind which the next one begins.
        var matchEnd = 0
        /// It reached a limit: it would again in the next window, and again.
        var isSpent = false
    }

    package init(_ rules: RuleSet) {
        self.rules = rules
        scratch = PatternScratch(rules.database)
        searched = Array(repeating: Searched(), count: rules.patterns.count)
        isAboutPath = Array(repeating: nil, count: rules.rules.count)
    }

    /// What the rules find, in the order of the text. What stands outside the range is not looked at, but counts for the offsets.
    ///
    /// With `only`, no other rule than that one is asked: for examples.
    package func scan(
        _ text: [UInt8], in range: Range<Int>? = nil, firstLine: Int = 1, path: RepositoryPath? = nil, as subjects: RuleSubjects = .text,
        only: Int? = nil
    ) -> RuleScan {
        let range = range ?? 0..<text.count
        precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "the range is part of the text")
        scanNumber += 1
        if path != lastPath {
            isAboutPath = Array(repeating: nil, count: rules.rules.count)
            lastPath = path
        }
        var work = ScanWork(text: text, range: range, firstLine: firstLine, path: path)
        var start = range.lowerBound
        while let next = scanPart(from: start, subjects, only, &work) { start = next }
        work.scan.hits = withoutGivingWay(work.scan.hits)
        return work.scan
    }

    /// One pass from a place on; where to go on when there were too many hits to hold.
    private func scanPart(from start: Int, _ subjects: RuleSubjects, _ only: Int?, _ work: inout ScanWork) -> Int? {
        // What matches across the place where the last part ended begins before it.
        let from = max(work.range.lowerBound, start - Window.blockBytesMax)
        let outcome = scratch.scan(work.text, in: from..<work.range.upperBound, into: &hits)
        var known = start
        for hit in hits.all {
            known = max(known, from + hit.end)
            look(into: hit, at: from, subjects, only, &work)
        }
        guard outcome == .tooManyHits else { return nil }
        // Here nearly every pattern hits nearly everywhere: each is tried, which misses nothing, and the pass goes on behind.
        let next = min(known + Window.blockBytesMax, work.range.upperBound)
        for pattern in rules.patterns.indices where next > known {
            look(into: PatternHit(pattern: pattern, firstEnd: known + 1 - from, end: next - from), at: from, subjects, only, &work)
        }
        return next < work.range.upperBound ? next : nil
    }

    private func look(into hit: PatternHit, at from: Int, _ subjects: RuleSubjects, _ only: Int?, _ work: inout ScanWork) {
        let rule = rules.patterns[hit.pattern].rule
        guard subjects.holds(rules.compiled[rule].subject), only == nil || only == rule, isAbout(work.path, rule) else { return }
        var state = searched[hit.pattern]
        if state.scan != scanNumber { state = Searched(scan: scanNumber, to: work.range.lowerBound, matchEnd: work.range.lowerBound) }
        let last = from + hit.end
        var end = max(from + hit.firstEnd, state.to + 1)
        while end <= last, !state.isSpent {
            let window = window(upTo: end, hit.pattern, &work)
            state.isSpent = !confirm(hit.pattern, rule, window, end, &state, &work)
            state.to = window.searchedTo
            end = max(end, state.to) + 1
        }
        searched[hit.pattern] = state
    }

    private func isAbout(_ path: RepositoryPath?, _ rule: Int) -> Bool {
        if let known = isAboutPath[rule] { return known }
        let answer = rules.compiled[rule].isAbout(path)
        isAboutPath[rule] = answer
        return answer
    }

    private func window(upTo end: Int, _ pattern: Int, _ work: inout ScanWork) -> Window {
        let blockBytes = rules.blockBytes[pattern]
        guard !rules.compiled[rules.patterns[pattern].rule].acrossLines else {
            return Window(in: work.range, upTo: end, container: work.range, blockBytes: blockBytes)
        }
        let text = work.text
        let line = work.lines.line(of: end - 1, in: text)
        let container = line.lowerBound..<min(line.upperBound + 1, work.range.upperBound)
        return Window(in: line, upTo: end, container: container, blockBytes: blockBytes)
    }

    /// False when a limit was reached.
    private func confirm(
        _ pattern: Int, _ rule: Int, _ window: Window, _ end: Int, _ state: inout Searched, _ work: inout ScanWork
    ) -> Bool {
        let compiled = rules.compiled[rule]
        if !compiled.acrossLines, !compiled.hasKeyword(in: work.text, window.search) { return true }
        do {
            let exact = try rules.patterns[pattern].exact.compiled()
            var isAnswered = state.matchEnd > window.line.lowerBound
            var start = max(window.search.lowerBound, state.matchEnd)
            while start <= window.search.upperBound,
                let match = try exact.firstMatch(in: work.text, range: start..<window.search.upperBound, using: matching)
            {
                isAnswered = isAnswered || match.range.lowerBound < end
                if let match = try window.accepts(match.range) ? completed(match, exact, window, work) : nil {
                    state.matchEnd = match.range.upperBound
                    try judge(match, compiled, rule, window, &work)
                }
                guard match.range.upperBound <= window.searchedTo else { return true }
                start = match.range.isEmpty ? match.range.upperBound + 1 : match.range.upperBound
            }
            // The automaton is exact here: something begins farther back than anybody looks.
            if !isAnswered, window.isCutBefore, rules.mayReachFar[pattern] {
                work.report(.lineTooLong(work.lines.number(of: end - 1, in: work.text)), compiled.rule)
            }
            return true
        } catch let limit as PatternLimitReached {
            work.report(.tooExpensive(limit.description), compiled.rule)
            return false
        } catch let error as PatternError {
            work.report(.notAPattern(error.message), compiled.rule)
            return false
        } catch {
            preconditionFailure("a pattern fails in two ways only")
        }
    }

    /// A match that ends where the window does, as it is with more of the line: nil when it was the cut alone that made it one.
    private func completed(_ match: PatternMatch, _ exact: ExactPattern, _ window: Window, _ work: ScanWork) throws -> PatternMatch? {
        guard window.isCut(match.range) else { return match }
        let wider = try exact.firstMatch(in: work.text, range: match.range.lowerBound..<window.widerEnd, using: matching)
        return wider?.range.lowerBound == match.range.lowerBound ? wider : nil
    }

    /// Whether a match is a finding, by everything else that its rule says.
    private func judge(_ match: PatternMatch, _ compiled: CompiledRule, _ index: Int, _ window: Window, _ work: inout ScanWork) throws {
        guard match.groups.indices.contains(compiled.capture), var capture = match.groups[compiled.capture] else { return }
        if compiled.acrossLines, !compiled.hasKeyword(in: work.text, match.range) { return }
        guard compiled.length?.contains(capture.count) ?? true else { return }
        if let least = compiled.entropy, Entropy.bitsPerByte(work.text[capture]) < least { return }
        guard !compiled.allowsWord(in: work.text, capture) else { return }
        let text = work.text
        let line = compiled.acrossLines ? work.lines.line(of: capture.lowerBound, in: text).clamped(to: window.search) : window.search
        let captured = compiled.allowCaptures.isEmpty ? [] : Array(work.text[capture])
        for pattern in compiled.allowCaptures {
            if try pattern.compiled().firstMatch(in: captured, using: matching) != nil { return }
        }
        for pattern in compiled.allowLines {
            if try pattern.compiled().firstMatch(in: work.text, range: line, using: matching) != nil { return }
        }
        if let check = compiled.check {
            let input = RuleCheckInput(
                text: work.text, match: match.range, capture: capture, line: line, path: work.path, rule: compiled.rule)
            switch check(input) {
            case .isFinding: break
            case .isFindingAt(let range): capture = range
            case .isNone: return
            }
        }
        work.add(compiled.rule, index, match.range, capture)
    }
}

/// One scan on its way.
struct ScanWork {
    let text: [UInt8]
    let range: Range<Int>
    let path: RepositoryPath?
    var lines: LineIndex
    var scan = RuleScan()

    init(text: [UInt8], range: Range<Int>, firstLine: Int, path: RepositoryPath?) {
        self.text = text
        self.range = range
        self.path = path
        lines = LineIndex(range, firstLine: firstLine)
    }

    mutating func report(_ reason: RuleProblem.Reason, _ rule: PatternRule) {
        scan.problems.insert(RuleProblem(rule: rule.id, reason: reason, origin: rule.origin))
    }

    mutating func add(_ rule: PatternRule, _ index: Int, _ match: Range<Int>, _ capture: Range<Int>) {
        let first = lines.number(of: capture.lowerBound, in: text)
        let last = lines.number(of: max(capture.lowerBound, capture.upperBound - 1), in: text)
        let start = lines.line(of: capture.lowerBound, in: text).lowerBound
        scan.hits.append(
            RuleHit(rule: rule, index: index, match: match, capture: capture, lines: first...last, column: capture.lowerBound - start))
    }
}
