// A service that knows at its start whether agents' commands may be run on its machine, and says so to whoever watches it.

import ForgeCore
import Foundation
import Testing

@Suite(.serialized) struct SandboxServiceTests {
    private func checks(_ service: ServiceUnderTest) throws -> [String: JSON] {
        let ready = try service.send("GET", "/readyz")
        #expect(ready.status == 200, "\(ready.body)")
        let items = try JSONParser.parse(ready.body)["checks"]?.array ?? []
        return Dictionary(items.map { ($0["name"]?.string ?? "", $0) }) { $1 }
    }

    private func waitForLog(_ text: String, _ service: ServiceUnderTest) async {
        while !service.log.contains(text), service.process?.isRunning == true { await Task.yield() }
    }

    @Test(.timeLimit(.minutes(2))) func `the walls are tried beside the service, and the outcome is in the log, the probe and the figures`()
        async throws
    {
        let service = try ServiceUnderTest()
        try service.start()
        await waitForLog("the sandbox's walls hold", service)
        let found = try checks(service)
        #expect(found["sandbox"]?["state"]?.string == "ok", "\(found)")
        #expect(found["sandbox"]?["detail"]?.string?.hasSuffix(" walls hold") == true, "\(found)")
        #expect(found["model"]?["detail"]?.string == "none: the rules review alone")
        let metrics = try service.send("GET", "/metrics").body
        #expect(metrics.contains("forge_sandbox_walls{state=\"missing\"} 0\n"))
        let held = metrics.split(separator: "\n").first { $0.hasPrefix("forge_sandbox_walls{state=\"held\"} ") }
        #expect(held.flatMap { Int($0.split(separator: " ")[1]) } ?? 0 > 10)
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `a service without walls says so at its start and to every probe, and works`() throws {
        let service = try ServiceUnderTest(
            moreSettings: "sandbox: {kind: none}\nmodel: {provider: openai, base_url: \"http://127.0.0.1:9\", name: qwen-3}")
        try service.start()
        #expect(service.log.contains("commands run without walls (sandbox.kind: none)"))
        let found = try checks(service)
        #expect(found["sandbox"]?["state"]?.string == "degraded")
        #expect(found["sandbox"]?["detail"]?.string?.hasPrefix("commands run without walls") == true, "\(found)")
        #expect(found["model"]?["detail"]?.string == "configured: qwen-3")
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `who has repositories on this machine alone is asked for no secret of GitHub's`() throws {
        let place = try LocalPlace()
        let service = try place.serve()
        defer { service.end(with: SIGTERM) }
        let ready = try JSONParser.parse(try service.send("GET", "/readyz").body)
        let names = ready["checks"]?.array?.compactMap { $0["name"]?.string } ?? []
        #expect(names.contains("store") && !names.contains("secrets:github"), "\(names)")
        let doctor = try Program.run(["doctor", "--config", place.settings])
        #expect(!doctor.output.contains(" github:") && doctor.output.contains(" local host:"), "\(doctor.output)")
    }
}
