// The algebra of each direction, on values at random: meeting is associative, idempotent and never looser than what stands above. And every
// key has a direction, which the compiler demands and the table shows.

import ForgeCore
import ForgeTestSupport
import Testing

@testable import ForgeConfig

private func checkAlgebra<Value: Equatable>(
    _ direction: Direction<Value>, isSame: (Value, Value) -> Bool = { $0 == $1 }, _ make: (inout SeededRandom) -> Value
) {
    var random = SeededRandom(seed: 11)
    for round in 0..<10_000 {
        let values = (make(&random), make(&random), make(&random))
        if let law = brokenLaw(direction, isSame, values) {
            Issue.record("\(direction.name), round \(round), \(values): \(law)")
            return
        }
    }
}

/// Nil when all hold for these three.
private func brokenLaw<Value: Equatable>(
    _ direction: Direction<Value>, _ isSame: (Value, Value) -> Bool, _ values: (Value, Value, Value)
) -> String? {
    let (a, b, c) = values
    let meet = direction.meet
    let ab = meet(a, b)
    let bc = meet(b, c)
    if !isSame(meet(a, a), a) { return "a value that meets itself changes" }
    if !isSame(meet(ab, c), meet(a, bc)) { return "it depends on where the brackets stand" }
    // To be as tight as something is to change nothing when it meets it.
    if direction.name != .free, !isSame(meet(a, ab), ab) { return "what came out is looser than what stands above" }
    if direction.name != .free, !isSame(meet(ab, meet(a, bc)), meet(a, bc)) { return "a tighter wish came out looser" }
    if direction.loosens(ab, ab) { return "what came out is refused to itself" }
    return nil
}

private func list(_ random: inout SeededRandom) -> [Int] {
    (0..<random.below(4)).reduce(into: []) { list, _ in
        let next = random.below(5)
        if !list.contains(next) { list.append(next) }
    }
}

private func isSameSet(_ left: [Int], _ right: [Int]) -> Bool { Set(left) == Set(right) }

@Test func `numbers and words go down or up`() {
    checkAlgebra(.minimum) { $0.below(9) }
    checkAlgebra(.maximum) { $0.below(9) }
    checkAlgebra(Direction<FindingSeverity>.maximum) { $0.element(of: FindingSeverity.allCases) }
    checkAlgebra(Direction<AgentsConfig.Autonomy>.minimum) { $0.element(of: AgentsConfig.Autonomy.allCases) }
}

@Test func `switches turn one way`() {
    checkAlgebra(.tightenTrue) { $0.below(2) == 0 }
    checkAlgebra(.tightenFalse) { $0.below(2) == 0 }
}

@Test func `lists grow or shrink`() {
    checkAlgebra(.union(), isSame: isSameSet, list)
    checkAlgebra(.superset(), isSame: isSameSet, list)
    checkAlgebra(.supersetEmptyIsAll(), isSame: isSameSet, list)
    checkAlgebra(.intersection(), isSame: isSameSet, list)
}

@Test func `the first word stays, the last word of taste is heard`() {
    checkAlgebra(.fixed) { $0.below(4) }
    checkAlgebra(.free) { $0.below(4) }
}

@Test func `names go one by one`() {
    checkAlgebra(.perName(.maximum)) { random in
        Dictionary(uniqueKeysWithValues: ["a", "b", "c"].filter { _ in random.below(2) == 0 }.map { ($0, random.below(4)) })
    }
}

@Test func `patterns are agreed on, list by list`() {
    func lists(_ patterns: AgreedPatterns) -> Set<Set<String>> { Set(patterns.lists.map { Set($0.map(\.text)) }) }
    checkAlgebra(.intersection(), isSame: { lists($0) == lists($1) }) { (random: inout SeededRandom) in
        let texts = (0..<random.below(3)).map { _ in random.element(of: ["a/**", "b", "**", "*.py"]) }
        return AgreedPatterns([texts.map { ConfigPattern($0, origin: .builtIn) }])
    }
}

@Test func `a pattern is covered only where that is certain`() {
    for (wide, narrow) in [("**", "x"), ("src/**", "src/a/*.py"), ("a", "a"), ("*", "name"), ("src/**", "src/**")] {
        #expect(covers(wide, narrow), "\(wide) \(narrow)")
    }
    for (wide, narrow) in [("src/**", "srcs/a"), ("src/**", "src/"), ("*.py", "a.py"), ("*", "a/b"), ("s*/**", "src/a"), ("a", "**")] {
        #expect(!covers(wide, narrow), "\(wide) \(narrow)")
    }
}

@Test func `two names of rules overlap when one id fits both`() {
    for (left, right) in [
        ("a", "a"), ("aws-*", "aws-key"), ("*", "x"), ("a*c", "*bc"), ("*-key", "aws-*"), ("**", "*"), ("", "*"), ("a*", "a"),
    ] {
        #expect(namesOverlap(left, right) && namesOverlap(right, left), "\(left) \(right)")
    }
    for (left, right) in [("a", "b"), ("aws-*", "gcp-*"), ("a*c", "*d"), ("", "a"), ("ab", "a")] {
        #expect(!namesOverlap(left, right) && !namesOverlap(right, left), "\(left) \(right)")
    }
}

@Test func `every key says which way it may be moved`() {
    for key in RepositoryConfig.table where !key.path.contains("[]") {
        switch key.content {
        case .value, .list: #expect(key.direction != nil, "\(key.path)")
        case .section, .named: #expect(key.direction == nil, "\(key.path)")
        }
    }
    #expect(Set(RepositoryConfig.table.compactMap(\.direction)) == Set(LayerDirection.allCases))
}
