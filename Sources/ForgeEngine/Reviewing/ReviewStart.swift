// What a run looks at, settled once at its beginning: whatever moves afterwards, a run that is called again looks at the same commits.

import ForgeCore

struct ReviewStart: StepResult, Hashable {
    var head: CommitSHA
    /// The tip of the base branch then.
    var base: CommitSHA
    var mergeBase: CommitSHA
    /// Rounds of review before this one.
    var round: Int

    var stepJSON: JSON {
        [
            "head": .string(head.description), "base": .string(base.description), "merge_base": .string(mergeBase.description),
            "round": JSON(round),
        ]
    }

    init(head: CommitSHA, base: CommitSHA, mergeBase: CommitSHA, round: Int) {
        self.head = head
        self.base = base
        self.mergeBase = mergeBase
        self.round = round
    }

    init?(stepJSON: JSON) {
        func commit(_ name: String) -> CommitSHA? { stepJSON[name]?.string.flatMap { CommitSHA($0) } }
        guard let head = commit("head"), let base = commit("base"), let mergeBase = commit("merge_base"),
            let round = stepJSON["round"]?.integer
        else { return nil }
        self.init(head: head, base: base, mergeBase: mergeBase, round: Int(round))
    }
}
