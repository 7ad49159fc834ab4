// What is remembered of the hosts that were asked for.

import ForgeCore
import Testing

struct EgressSeenTests {
    @Test func `each host is told once, and one that answered in the end is no host that could not be reached`() {
        var seen = EgressSeen()
        for target in ["a.example:443", "b.example:443", "a.example:443"] { seen.miss(target) }
        #expect(seen.unreached == ["a.example:443", "b.example:443"] && seen.reached == [])
        seen.reach("a.example:443")
        seen.miss("a.example:443")
        #expect(seen.unreached == ["b.example:443"] && seen.reached == ["a.example:443"])
        var other = EgressSeen()
        other.reach("b.example:443")
        other.refuse("c.example:443", because: "not on the list")
        seen.add(other)
        seen.add(other)
        #expect(seen.unreached == [] && seen.reached == ["a.example:443", "b.example:443"] && seen.refused.count == 1)
    }

    @Test func `a refusal has its reason, also where no host was named`() {
        var seen = EgressSeen()
        for _ in 0..<2 {
            seen.refuse("c.example:443", because: "not on the list")
            seen.refuse("", because: "only CONNECT is let through")
        }
        #expect(seen.refused.map(\.summary) == ["c.example:443 (not on the list)", "a request (only CONNECT is let through)"])
        #expect(seen.refused.map(\.json.text).first == #"{"target":"c.example:443","reason":"not on the list"}"#)
    }

    @Test func `a program that asks for one name after the other is not remembered in full`() {
        var seen = EgressSeen()
        for index in 0..<300 { seen.miss("\(index).example:443") }
        #expect(seen.unreached.count == EgressSeen.countMax)
    }
}
