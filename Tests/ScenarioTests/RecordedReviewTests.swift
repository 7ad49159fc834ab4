// A review by a model, recorded by the service that made it, and made again by another service out of the recording: the same findings, and
// the same words of them.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct RecordedReviewTests {
    /// Put together here: nobody shall take it for a real one.
    private static let token = ["ghp", "_", "wWPw5k4aXcaT4fNP0", "UcnZwJUVFk6LO0pINUx"].joined()

    private static let findings: JSON = [
        "findings": [
            [
                "path": "shop.txt", "line": 2, "severity": "high", "category": "bug", "title": "Divides by zero",
                "why": .string("The count may be 0, as with \(token)."), "quote": "total / count",
            ],
            [
                "path": "shop.txt", "line": 3, "severity": "high", "category": "bug", "title": "Never closed", "why": "Nothing closes it.",
                "quote": "open(cart)",
            ],
        ]
    ]
    private static let verdicts: JSON = [
        "verdicts": [
            ["number": 1, "verdict": "stands", "why": "It may."], ["number": 2, "verdict": "refuted", "why": "It is closed below."],
        ]
    ]

    private func turn(_ answer: JSON) -> StandInTurn {
        let text = answer.text
        let middle = text.index(text.startIndex, offsetBy: text.count / 2)
        return StandInTurn(
            "I look.", thinking: "Hm.", calls: [.init("answer", id: "call_1", String(text[..<middle]), String(text[middle...]))])
    }

    private func place(_ model: String) throws -> LocalPlace {
        let place = try LocalPlace()
        let own = try String(contentsOfFile: place.settings, encoding: .utf8)
        try Data("\(own)model: \(model)\n".utf8).write(to: URL(filePath: place.settings))
        return place
    }

    private func live(_ provider: ModelStandIn, _ more: String = "") throws -> LocalPlace {
        let key = URL.temporaryDirectory.appending(path: "forge-key-\(UUID().uuidString)").path
        try Data(ModelStandIn.key.utf8).write(to: URL(filePath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        return try place("{base_url: \"\(provider.url)\", api_key_file: \(key)\(more)}")
    }

    /// The pull request once its review has ended.
    private func reviewed(_ place: LocalPlace) throws -> (shown: JSON, log: String) {
        let service = try place.serve()
        defer { service.end(with: SIGTERM) }
        try place.branch("feature", "shop.txt", "one\ntotal / count\nopen(cart)\n")
        try place.push("feature")
        _ = try place.forge("pr", "open", "feature", "--title", "Sums")
        return (try place.checked(), service.log)
    }

    /// All that a person reads, without what is different in every repository: its commits, how long it took, and what it cost.
    private func words(_ json: JSON, _ place: LocalPlace) throws -> [String] {
        var found: [String] = []
        func gather(_ json: JSON) {
            for item in json.array ?? [] { gather(item) }
            for member in json.members ?? [] {
                if ["body", "title", "summary", "path", "conclusion"].contains(member.name), let text = member.value.string {
                    found.append("\(member.name): \(text)")
                }
                gather(member.value)
            }
        }
        gather(json)
        let commits = [try place.head(), try place.base()].flatMap { [$0, String($0.prefix(8))] }
        return found.map { text in
            let plain = commits.reduce(text) { $0.replacing($1, with: "COMMIT") }
            // What is played costs nothing.
            return plain.replacing(/([0-9]+ min )?[0-9.]+ (ms|s)\b/, with: "TIME").replacing(/, (under )?\$[0-9]+\.[0-9]+/, with: "")
        }
    }

    private func run(_ place: LocalPlace) throws -> JSON {
        let line = try #require(try place.forge("runs", "list", "--kind", "review", "--json").output.split(separator: "\n").first)
        let id = try #require(try JSONParser.parse(String(line))["id"]?.integer)
        return try JSONParser.parse(try place.forge("runs", "show", String(id)).output)
    }

    @Test func `a recorded review is made again by its transcript, word for word`() throws {
        let provider = try ModelStandIn()
        // The first try dies in its middle and is made again: what was taken back is in the recording, too.
        provider.fail(.cut(after: 7))
        provider.say(turn(Self.findings), turn(Self.verdicts))
        let first = try live(provider)
        let (shown, log) = try reviewed(first)
        #expect(shown["threads"]?.array?.count == 1 && shown.text.contains("Divides by zero"), "\(shown.text) \(log)")
        #expect(provider.violations == [] && provider.requests.count == 3)

        let run = try run(first)
        let id = String(try #require(run["id"]?.integer))
        let artifacts = run["artifacts"]?.array ?? []
        #expect(artifacts.map { $0["kind"]?.string } == ["model-exchange", "model-exchange"], "\(run.text)")
        let named = (run["steps"]?.array ?? []).flatMap { $0["result"]?["exchanges"]?.array ?? [] }
        #expect(named == artifacts.compactMap { $0["digest"] })
        let digest = try #require(artifacts.first?["digest"]?.string)
        let one = try first.forge("runs", "artifact", id, String(digest.prefix(12))).output
        #expect(one.utf8.count == artifacts.first?["bytes"]?.integer.map { Int($0) })
        #expect(one.contains("\"discarded\"") && one.contains("model.reviewer.1") && one.contains("total / count"), "\(one)")
        #expect(try first.forge("runs", "artifact", id, "0000", codes: [1]).errors.contains("has no artifact '0000'"))
        #expect(try first.forge("runs", "transcript", "999", codes: [1]).errors.contains("there is no run 999"))

        let path = "\(first.path)/transcript.json"
        // What is there may be read by all: what takes its place may not.
        try Data("old".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(try first.forge("runs", "transcript", id, "--out", path).output.isEmpty)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        let transcript = try String(contentsOfFile: path, encoding: .utf8)
        #expect(transcript == (try first.forge("runs", "transcript", id).output), "the same to a file and to a pipe")
        #expect(!transcript.contains(Self.token) && !transcript.contains(ModelStandIn.key))
        #expect(!shown.text.contains(Self.token))

        let second = try place("{provider: scripted, script: \(path)}")
        let (again, secondLog) = try reviewed(second)
        let (said, repeated) = (try words(shown, first), try words(again, second))
        #expect(said.count == repeated.count, "\(secondLog)")
        for (one, other) in zip(said, repeated) { #expect(other == one) }
        #expect(provider.requests.count == 3, "nobody was asked")
        // What the second one recorded is the first recording, but for the moments.
        let copied = try second.forge("runs", "transcript", String(try #require(try self.run(second)["id"]?.integer))).output
        #expect(try exchanges(copied).map(\.text) == (try exchanges(transcript)).map(\.text))
    }

    /// What was told and answered, byte for byte; what was asked holds markers that nobody could foresee, and what it cost is paid once.
    private func exchanges(_ transcript: String) throws -> [JSON] {
        (try JSONParser.parse(transcript)["exchanges"]?.array ?? []).map { exchange in
            unpriced(.object((exchange.members ?? []).filter { !["at", "request"].contains($0.name) }))
        }
    }

    private func unpriced(_ json: JSON) -> JSON {
        switch json {
        case .array(let items): .array(items.map(unpriced))
        case .object(let members): .object(members.filter { $0.name != "micro_usd" }.map { .init($0.name, unpriced($0.value)) })
        default: json
        }
    }

    @Test func `nothing is kept where the operator does not want it`() throws {
        let provider = try ModelStandIn()
        provider.say(turn(["findings": []]))
        let place = try live(provider, ", record: false")
        let (shown, log) = try reviewed(place)
        #expect(provider.requests.count == 1, "\(shown.text) \(log)")
        let run = try run(place)
        #expect(run["artifacts"] == [] && !run.text.contains("exchanges"), "\(run.text)")
        let id = String(try #require(run["id"]?.integer))
        #expect(try place.forge("runs", "transcript", id, codes: [1]).errors.contains("model.record"))
    }
}
