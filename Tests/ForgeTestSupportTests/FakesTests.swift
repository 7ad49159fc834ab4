// What other tests lean on does as it says.
import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

private func at(_ seconds: Int) -> Timestamp { TestClock.epoch + .seconds(seconds) }

@Test func `missed deliveries are listed newest first from a moment on, successful ones too`() async throws {
    let fake = FakeMissedDeliveries()
    let old = fake.add(guid: "a", at: at(0))
    let failed = fake.add(guid: "b", at: at(20))
    let good = fake.add(guid: "a", at: at(10), hasSucceeded: true)
    #expect(try await fake.attempts(since: at(10)).map(\.attempt) == [failed, good])
    #expect(try await fake.attempts(since: at(0)).map(\.guid) == ["b", "a", "a"])
    #expect(Set([old, failed, good]).count == 3 && old > 1 << 53)
}

@Test func `a payload comes as it was added, and only for what was`() async throws {
    let fake = FakeMissedDeliveries()
    let number = fake.add(guid: "a", at: at(0), headers: [HeaderField("x-github-event", "push")], body: [1, 0, 255])
    let payload = try await fake.payload(of: number)
    #expect(payload.headers == [HeaderField("x-github-event", "push")] && payload.body == [1, 0, 255])
    await #expect(throws: MissedDeliveryError.self) { _ = try await fake.payload(of: number + 1) }
    #expect(fake.fetched == [number])
}

@Test func `a sender that is told to fail fails so often`() async throws {
    let fake = FakeMissedDeliveries()
    fake.failNext("away", times: 2)
    await #expect(throws: MissedDeliveryError(message: "away")) { _ = try await fake.attempts(since: at(0)) }
    await #expect(throws: MissedDeliveryError(message: "away")) { _ = try await fake.payload(of: 1) }
    #expect(try await fake.attempts(since: at(0)).isEmpty)
}

@Test func `captured lines keep their level, part and fields`() {
    let capture = LogCapture()
    capture.log.named("store").warning("slow", [.init("milliseconds", 12)])
    capture.log.debug("quiet")
    #expect(capture.lines.map(\.message) == ["slow", "quiet"])
    #expect(capture.lines(.warning, part: "store").count == 1 && capture.lines(.warning, part: "http").isEmpty)
    #expect(capture.text == "warning store: slow {\"milliseconds\":12}\ndebug forge: quiet {}")
}

private struct Thrown: Error {}

@Test func `a temporary folder is empty, private, and gone afterwards, also when the work throws`() async throws {
    var paths: [String] = []
    for isThrowing in [false, true] {
        do {
            try await TemporaryFolder.with { folder in
                paths.append(folder.path)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
                let permissions = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
                #expect(permissions == 0o700)
                try Data("x".utf8).write(to: URL(filePath: folder.path(of: "file")))
                if isThrowing { throw Thrown() }
            }
        } catch is Thrown {
            #expect(isThrowing)
        }
    }
    #expect(Set(paths).count == 2)
    for path in paths { #expect(!FileManager.default.fileExists(atPath: path)) }
}
