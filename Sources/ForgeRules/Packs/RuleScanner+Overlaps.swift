// Which of several findings on the same characters stay. It must never drop one for a rule of another pack: those are about other things.

extension RuleScanner {
    /// In the order of the text, without what gives way to a rule that knows better.
    func withoutGivingWay(_ hits: [RuleHit]) -> [RuleHit] {
        let sorted = hits.sorted { first, second in
            (first.capture.lowerBound, first.capture.upperBound, first.index) < (
                second.capture.lowerBound, second.capture.upperBound, second.index
            )
        }
        guard sorted.count > 1 else { return sorted }
        var isDropped = Array(repeating: false, count: sorted.count)
        /// Those that reach to where the sweep is.
        var open: [Int] = []
        for index in sorted.indices {
            open.removeAll { sorted[$0].capture.upperBound <= sorted[index].capture.lowerBound }
            for other in open where !isDropped[other] {
                switch Self.loser(sorted[other], sorted[index]) {
                case .first: isDropped[other] = true
                case .second: isDropped[index] = true
                case nil: break
                }
                if isDropped[index] { break }
            }
            if !isDropped[index] { open.append(index) }
        }
        return sorted.indices.filter { !isDropped[$0] }.map { sorted[$0] }
    }

    private enum Loser { case first, second }

    /// Which of two overlapping findings gives way; neither when both have something to say.
    private static func loser(_ first: RuleHit, _ second: RuleHit) -> Loser? {
        guard first.rule.pack == second.rule.pack else { return nil }
        if first.index == second.index { return first.capture.count >= second.capture.count ? .second : .first }
        let (one, other) = (first.rule.precedence, second.rule.precedence)
        if one != other { return one < other ? .first : .second }
        guard first.capture == second.capture, first.rule.family == second.rule.family, first.rule.subject == second.rule.subject else {
            return nil
        }
        return .second
    }
}
