// The program with a model: asked by hand, recorded and played again, and reviewing pull requests in a real service with a transcript in a
// model's place.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct ModelTests {
    private func place(_ work: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "forge-models-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // What stays lies among the temporary files.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try work(folder)
    }

    private func settings(_ folder: String, _ provider: ModelStandIn, _ more: String = "") throws -> String {
        try Data(ModelStandIn.key.utf8).write(to: URL(filePath: "\(folder)/key"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/key")
        let text = """
            data: \(folder)/data
            model:
              provider: openai_responses
              base_url: \(provider.url)
              api_key_file: \(folder)/key
              name: gpt-5
              roles: {lead: {name: local, fallbacks: [gpt-5-mini]}}
              others: {local: {provider: openai, base_url: "\(provider.url)/v1", name: qwen-3, api_key_file: \(folder)/key}}
              \(more)
            """
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/server.yml"))
        return "\(folder)/server.yml"
    }

    @Test func `a question by hand is answered, its facts beside it, and can be played again`() throws {
        try place { folder in
            let provider = try ModelStandIn()
            let settings = try settings(folder, provider)
            provider.say(StandInTurn("Yes, ", "it is."))
            let asked = try Program.run(["model", "ask", "Is it?", "--config", settings, "--record", "\(folder)/kept.json"])
            #expect(asked.code == 0 && asked.output == "Yes, it is.\n", "\(asked)")
            // 108 at 1.25, 40 at 0.125 and 20 at 10 millionths
            #expect(asked.errors.hasPrefix("gpt-5: 148 tokens in (40 from the cache), 20 out, $0.000340, "), "\(asked.errors)")
            #expect(provider.violations == [] && provider.requests.count == 1)
            let kept = try String(contentsOfFile: "\(folder)/kept.json", encoding: .utf8)
            #expect(kept.contains("Is it?") && !kept.contains(ModelStandIn.key))
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/kept.json")
            #expect(facts[.posixPermissions] as? Int == 0o600)

            let again = try Program.run(["model", "ask", "Is it?", "--config", settings, "--replay", "\(folder)/kept.json", "--json"])
            let json = try JSONParser.parse(again.output)
            #expect(json["text"]?.string == "Yes, it is." && json["micro_usd"]?.integer == 340 && json["input_tokens"]?.integer == 148)
            #expect(provider.requests.count == 1, "nobody was asked")
        }
    }

    @Test func `what is asked for has a place before anybody is paid, and a slip of the pen asks nobody`() throws {
        try place { folder in
            let provider = try ModelStandIn()
            let settings = try settings(folder, provider)
            let nowhere = try Program.run(["model", "ask", "x", "--config", settings, "--record", "\(folder)/none/kept.json"])
            #expect(nowhere.code == 2 && nowhere.errors.contains("--record") && nowhere.output.isEmpty, "\(nowhere)")
            let unknown = try Program.run(["model", "ask", "x", "--config", settings, "--role", "leed"])
            #expect(unknown.code == 2 && unknown.errors.contains("did you mean 'lead'?"), "\(unknown)")
            #expect(provider.requests.isEmpty)
        }
    }

    @Test func `a model that says nothing is told, and is no success`() throws {
        try place { folder in
            let transcript = #"{"schema": 1, "exchanges": [{"reply": {"text": " \n"}}, {"reply": {"text": "a", "tone": "b"}}]}"#
            let played = "\(folder)/t.json"
            try Data(transcript.replacing(#", "tone": "b""#, with: "").utf8).write(to: URL(filePath: played))
            let empty = try Program.run(["model", "ask", "x", "--replay", played], environment: ["HOME": folder])
            #expect(empty.code == 1 && empty.errors.contains("the model said nothing"), "\(empty)")
            try Data(transcript.utf8).write(to: URL(filePath: played))
            let odd = try Program.run(["model", "ask", "x", "--replay", played], environment: ["HOME": folder])
            #expect(odd.code == 2 && odd.errors.contains("exchange 2: in 'reply', 'tone' is unknown"), "\(odd)")
        }
    }

    @Test func `a role asks its own model at its own place, and what fails is told without the key`() throws {
        try place { folder in
            let provider = try ModelStandIn()
            let settings = try settings(folder, provider)
            let asked = try Program.run(["model", "ask", "--role", "lead", "--config", settings], input: "From standard input")
            #expect(asked.output == "ok\n" && asked.errors.hasPrefix("qwen-3: ") && asked.errors.contains("price unknown"), "\(asked)")
            #expect(provider.requests.first?.wire == .chat)
            provider.fail(.status(401, "invalid_api_key", message: "no such key: \(ModelStandIn.key)"))
            let failed = try Program.run(["model", "ask", "x", "--config", settings])
            #expect(failed.code == 3 && failed.errors.contains("the key is not accepted") && !failed.errors.contains(ModelStandIn.key))
        }
    }

    @Test func `models are listed with places and prices, and a key is only said to be there`() throws {
        try place { folder in
            let provider = try ModelStandIn()
            let settings = try settings(folder, provider)
            let listed = try Program.run(["model", "list", "--config", settings])
            #expect(
                listed.output == """
                    every\tgpt-5\topenai_responses\t\(provider.url)\tyes\t1.25\t10\t0.125\t400000
                    lead\tqwen-3\topenai\t\(provider.url)/v1\tyes\t-\t-\t-\t-
                    lead, then\tgpt-5-mini\topenai_responses\t\(provider.url)\tyes\t0.25\t2\t0.025\t400000

                    """, "\(listed)")
            let none = try Program.run(["model", "ask", "x"], environment: ["HOME": folder])
            #expect(none.code == 2 && none.errors.contains("no model is configured"), "\(none)")
        }
    }

    @Test func `an operator's own prices take the place of those in the program`() throws {
        try place { folder in
            let provider = try ModelStandIn()
            let settings = try settings(folder, provider)
            let pack = """
                version: 1
                pack: models
                models:
                  - {name: qwen-, provider: mine, input: 1, output: 1, cache_read: 1, cache_write: 1, window: 32768, matches: [qwen-3]}
                """
            try FileManager.default.createDirectory(atPath: "\(folder)/rules", withIntermediateDirectories: true)
            try Data(pack.utf8).write(to: URL(filePath: "\(folder)/rules/models.yml"))
            let listed = try Program.run(["model", "list", "--config", settings, "--rules-dir", "\(folder)/rules"])
            #expect(listed.output.contains("qwen-3\topenai\t\(provider.url)/v1\tyes\t1\t1\t1\t32768"), "\(listed)")
        }
    }

    @Test func `with a transcript in a model's place, a pull request gets what the skeptic lets stand`() throws {
        let place = try LocalPlace()
        let transcript = """
            schema: 1
            exchanges:
              - role: reviewer
                contains: shop.txt
                reply:
                  answer:
                    findings:
                      - {path: shop.txt, line: 2, severity: high, category: bug, title: Divides by zero, why: The count may be 0., quote: total / count}
                      - {path: shop.txt, line: 3, severity: high, category: bug, title: Never closed, why: Nothing closes it., quote: open(cart)}
                  usage: {input_tokens: 900, output_tokens: 80, micro_usd: 1200}
              - role: skeptic
                reply:
                  answer:
                    verdicts: [{number: 1, verdict: stands, why: It may.}, {number: 2, verdict: refuted, why: It is closed below.}]
            """
        try Data(transcript.utf8).write(to: URL(filePath: "\(place.path)/transcript.yml"))
        let own = try String(contentsOfFile: place.settings, encoding: .utf8)
        try Data("\(own)model: {provider: scripted, script: \(place.path)/transcript.yml}\n".utf8).write(to: URL(filePath: place.settings))
        let service = try place.serve()
        defer { service.end(with: SIGTERM) }
        try place.branch("feature", "shop.txt", "one\ntotal / count\nopen(cart)\n")
        try place.push("feature")
        _ = try place.forge("pr", "open", "feature", "--title", "Sums")
        let found = try place.checked()
        #expect(found["threads"]?.array?.count == 1, "\(found.text) \(service.log)")
        #expect(found["threads"]?[0]?["line"]?.integer == 2 && found["threads"]?[0]?["path"]?.string == "shop.txt")
        #expect(found.text.contains("Divides by zero") && !found.text.contains("Never closed"))
        #expect(found.text.contains("980 tokens") && !found.text.contains("$0.0"), "a transcript costs nothing: \(found.text)")
    }

    @Test func `a model that takes a question and never answers it holds up nothing that the rules found`() throws {
        let place = try LocalPlace()
        let provider = try ModelStandIn()
        provider.fail(.silence, .silence, .silence)
        let own = try String(contentsOfFile: place.settings, encoding: .utf8)
        try Data(ModelStandIn.key.utf8).write(to: URL(filePath: "\(place.path)/key"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(place.path)/key")
        let model = "{provider: openai, base_url: \"\(provider.url)/v1\", name: qwen-3, api_key_file: \(place.path)/key}"
        try Data("\(own)model: \(model)\nbudget: {unpriced_million_usd: 0}\n".utf8).write(to: URL(filePath: place.settings))
        try place.write(".forge.yml", "version: 1\nreview: {debounce: 0s, model_patience: 1s}\n")
        try place.push("main")
        let service = try place.serve()
        defer { service.end(with: SIGTERM) }
        try place.branch("feature", "orders.py", Planted.flawedOrders)
        try place.push("feature")
        _ = try place.forge("pr", "open", "feature", "--title", "Search")
        let found = try place.checked()
        #expect(found["threads"]?.array?.count == 1, "\(found.text) \(service.log)")
        #expect(found.text.contains("the model did not answer within 1 second"), "\(found.text)")
        #expect(found["checks"]?[0]?["conclusion"]?.string == "neutral" && provider.requests.count == 1, "\(found.text)")
    }
}
