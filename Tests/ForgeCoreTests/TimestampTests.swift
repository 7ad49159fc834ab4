// Moments and their text: every day there and back, what trackers send, and what is no moment.

import ForgeCore
import Testing

private func check(_ text: String, _ milliseconds: Int64?, at location: SourceLocation = #_sourceLocation) {
    #expect(Timestamp(text: text)?.milliseconds == milliseconds, "\(text)", sourceLocation: location)
}

@Test func `RFC 3339 is read to the millisecond, whatever the zone`() {
    check("1970-01-01T00:00:00Z", 0)
    check("2026-03-02T08:15:00.250Z", 1_772_439_300_250)
    check("2026-03-02T10:15:00.250+02:00", 1_772_439_300_250)
    check("2026-03-01T20:45:00.250-11:30", 1_772_439_300_250)
    check("1969-12-31T23:59:59.999Z", -1)
    check("2016-12-31T23:59:60Z", 1_483_228_800_000)
    check("2024-02-29T00:00:00Z", 1_709_164_800_000)
}

@Test func `the looser forms that trackers send are read as UTC`() {
    let moment: Int64 = 1_772_439_300_250
    for text in [
        "2026-03-02T08:15:00.250000Z", "2026-03-02 08:15:00.25", "2026-03-02t08:15:00.2509999z", "2026-03-02T08:15:00.250000+00:00",
        "2026-03-02T08:15:00.250+0000", "2026-03-02 10:15:00.250+02",
    ] { check(text, moment) }
    check("2026-03-02T08:15Z", 1_772_439_300_000)
    check("2026-03-02", 1_772_409_600_000)
}

@Test(arguments: [
    "", "2026", "2026-3-2", "2026-13-01", "2026-00-10", "2026-01-00", "2026-02-29", "2026-04-31", "1900-02-29", "2026-01-01T24:00:00Z",
    "2026-01-01T10:60:00Z", "2026-01-01T10:00:61Z", "2026-01-01T10:00:00.Z", "2026-01-01T10:00:00+2", "2026-01-01T10:00:00+24:00",
    "2026-01-01T10:00:00 UTC", "2026-01-01T10:00:00Zx", "٢٠٢٦-01-01", "1772439300", "-026-01-01", "2026-01-01T",
])
func `what is no moment is none`(text: String) {
    check(text, nil)
}

@Test func `every day of eight centuries is written and read back`() {
    var previous = ""
    for day in Int64(-200_000)..<100_000 {
        let moment = Timestamp(milliseconds: day * 86_400_000 + 12_345_678)
        let text = moment.description
        #expect(Timestamp(text: text) == moment, "\(text)")
        #expect(previous < text)
        previous = text
    }
}

@Test func `text sorts as moments do`() {
    let moments = [-1, 0, 999, 1000, 1_772_439_300_250, 253_402_300_799_999].map { Timestamp(milliseconds: $0) }
    #expect(moments.map(\.description) == moments.map(\.description).sorted())
    #expect(moments.last?.description == "9999-12-31T23:59:59.999Z")
}

@Test func `moments and durations add up`() {
    let moment = Timestamp(milliseconds: 1000)
    #expect(moment + .seconds(2) == Timestamp(milliseconds: 3000))
    #expect(moment - .milliseconds(1) == Timestamp(milliseconds: 999))
    #expect(Timestamp(milliseconds: 5) - Timestamp(milliseconds: 7) == .milliseconds(-2))
    #expect(Duration.seconds(-1.5).milliseconds == -1500 && Duration.milliseconds(1500).seconds == 1.5)
}
