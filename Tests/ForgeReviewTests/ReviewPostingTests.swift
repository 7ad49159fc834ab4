// What is posted after a refusal, against hosts that refuse all sorts of things: it ends, nothing is posted twice, nothing is lost.

import ForgeCore
import ForgeReview
import ForgeTestSupport
import Testing

@Suite struct ReviewPostingTests {
    private func comment(_ name: String, _ anchor: ReviewAnchor) -> PlannedComment {
        PlannedComment(findings: [name], path: RepositoryPath(name), anchor: anchor, body: "body", movableBody: "movable")
    }

    private func review(_ comments: [PlannedComment], _ event: ReviewEvent = .comment) -> PlannedReview {
        PlannedReview(commit: sha("a"), event: event, body: "Forge found things.", comments: comments, run: "12")
    }

    /// Posts to a host that takes what `takes` says; what was tried, a line each.
    private func post(_ review: PlannedReview, takes: (NewReview) -> Bool) -> (ReviewPosting, tried: [String]) {
        var posting = ReviewPosting(review)
        var tried: [String] = []
        while let next = posting.next, tried.count < 200 {
            let isTaken = takes(next)
            let list = next.comments.map { "\($0.path.shown)\(Self.word($0.anchor))" }.joined(separator: " ")
            tried.append("\(next.event.rawValue) [\(list)] \(isTaken ? "taken" : "refused")")
            if isTaken { posting.accept() } else { posting.refuse() }
        }
        return (posting, tried)
    }

    private static func word(_ anchor: ReviewAnchor) -> String {
        switch anchor {
        case .range(_, let lines): ":\(lines.lowerBound)-\(lines.upperBound)"
        case .line(_, let line): ":\(line)"
        case .file: ""
        }
    }

    @Test func `what is taken is posted at once`() {
        let (posting, tried) = post(review([comment("a", .line(.right, 1)), comment("b", .range(.right, 2...3))])) { _ in true }
        #expect(tried == ["COMMENT [a:1 b:2-3] taken"])
        #expect(posting.unplacedFindings == [])
    }

    @Test func `one bad place costs the others nothing, and goes down the ladder`() {
        let comments = ["a", "b", "c", "d"].map { comment($0, .range(.right, 2...3)) }
        let (posting, tried) = post(review(comments)) { review in
            !review.comments.contains { $0.path.shown == "c" }
        }
        #expect(
            tried == [
                "COMMENT [a:2-3 b:2-3 c:2-3 d:2-3] refused", "COMMENT [a:2-3 b:2-3] taken", "COMMENT [c:2-3 d:2-3] refused",
                "COMMENT [c:2-3] refused", "COMMENT [c:3] refused", "COMMENT [d:2-3] taken", "COMMENT [c] refused",
            ])
        #expect(posting.unplacedFindings == ["c"])
        #expect(posting.posted.flatMap(\.findings) == ["a", "b", "d"])
    }

    @Test func `lower down it says where it belongs, and a suggestion stays behind`() {
        var bodies: [String] = []
        _ = post(review([comment("a", .range(.right, 2...3))])) { review in
            bodies.append(review.comments[0].body)
            return review.comments[0].anchor == .line(.right, 3)
        }
        #expect(bodies == ["body", "movable"])
    }

    @Test func `comments on files come alone, after the review`() {
        let (_, tried) = post(review([comment("f", .file), comment("a", .line(.right, 1)), comment("g", .file)])) { _ in true }
        #expect(tried == ["COMMENT [a:1] taken", "COMMENT [f] taken", "COMMENT [g] taken"])
    }

    @Test func `each part has a marker of its own, and only the first the whole sentence`() {
        var posting = ReviewPosting(review([comment("a", .line(.right, 1)), comment("b", .line(.right, 2))]))
        posting.refuse()
        #expect(posting.next?.body == "Forge found things.\n\n<!-- forge:review part=2 run=12 -->")
        #expect(posting.next.flatMap { HiddenMarker(endOf: $0.body) } == posting.marker)
        posting.accept()
        #expect(posting.next?.body == "More of the same review.\n\n<!-- forge:review part=3 run=12 -->")
    }

    @Test func `an event that is refused does not take the comments with it, nor a comment the event`() {
        let comments = [comment("a", .line(.right, 1)), comment("b", .line(.right, 2))]
        #expect(
            post(review(comments, .requestChanges)) { $0.event == .comment }.tried == [
                "REQUEST_CHANGES [a:1 b:2] refused", "COMMENT [a:1 b:2] taken", "REQUEST_CHANGES [] refused",
            ])
        #expect(
            post(review(comments, .requestChanges)) { review in !review.comments.contains { $0.path.shown == "a" } }.tried == [
                "REQUEST_CHANGES [a:1 b:2] refused", "COMMENT [a:1 b:2] refused", "COMMENT [a:1] refused", "COMMENT [b:2] taken",
                "COMMENT [a] refused", "REQUEST_CHANGES [] taken",
            ])
        #expect(post(review([], .approve)) { _ in false }.tried == ["APPROVE [] refused"])
    }

    /// A host that refuses by place, by number, or by chance.
    @Test(arguments: UInt64(0)..<300)
    func `it ends, loses nothing and posts nothing twice`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let comments = (0..<random.below(51)).map { index in
            let anchor: ReviewAnchor =
                switch random.below(4) {
                case 0: .file
                case 1: .range(.right, index + 1...index + 3)
                default: .line(random.below(5) == 0 ? .left : .right, index + 1)
                }
            return comment("\(index)", anchor)
        }
        let bad = Set(comments.filter { _ in random.below(8) == 0 }.map(\.path))
        let chance = random.below(3) == 0 ? random.below(100) : 0
        var luck = SeededRandom(seed: seed &+ 1)
        let event = random.element(of: [ReviewEvent.comment, .comment, .requestChanges])
        let (posting, tried) = post(review(comments, event)) { review in
            !review.comments.contains { bad.contains($0.path) } && luck.below(100) >= chance
        }
        #expect(posting.next == nil)
        #expect(tried.count <= ReviewPosting.attemptsMax + 1)
        let ended = (posting.posted + posting.unplaced).flatMap(\.findings)
        #expect(Set(ended).count == ended.count)
        #expect(Set(ended) == Set(comments.flatMap(\.findings)))
        if chance == 0, bad.isEmpty { #expect(tried.allSatisfy { $0.hasSuffix("taken") }) }
    }
}
