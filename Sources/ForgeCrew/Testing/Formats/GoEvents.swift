// `go test -json`: an event a line, of many packages at once. A test that began and did not end is errored, as is a package that does not
// build or ends badly with no failed test to show for it.

import ForgeCore

enum GoEvents {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var reading = GoReading()
        for line in TextLines(bytes) where line.starts("{") && line.count <= 1 << 20 {
            // Lines that are none are the output of something else.
            do throws(JSONError) {
                reading.take(try JSONParser.parse(Array(line.bytes), limits: JSONLimits(depthMax: 8, valuesMax: 64)).value)
            } catch {}
        }
        return reading.outcomes()
    }
}

private struct GoReading {
    private static let outputsMax = 20_000

    private var collector = TestCollector()
    private var outputs: [String: String] = [:]
    private var running: [String] = []
    private var ended: Set<String> = []
    private var failedIn: Set<String> = []
    private var packagesOpen: Set<String> = []
    private var buildOutputs: [String: String] = [:]

    mutating func take(_ event: JSON) {
        guard let action = event["Action"]?.string else { return }
        if let path = event["ImportPath"]?.string { return takeBuild(action, path, event) }
        guard let package = event["Package"]?.string else { return }
        guard let test = event["Test"]?.string else { return takePackage(action, package, event) }
        let name = package + "." + test
        switch action {
        case "run": running.append(name)
        case "output": keep(name, event["Output"]?.string ?? "")
        case "pass": end(name, .passed)
        case "skip": end(name, .skipped)
        case "fail":
            failedIn.insert(package)
            end(name, .failed)
        default: return
        }
    }

    private mutating func keep(_ name: String, _ text: String) {
        let isFrame = text.hasPrefix("=== ") || text.drop { $0 == " " }.hasPrefix("--- ")
        guard !isFrame, outputs.count < Self.outputsMax || outputs[name] != nil else { return }
        guard outputs[name, default: ""].utf8.count < TestCollector.messageBytesMax else { return }
        outputs[name, default: ""] += text
    }

    private mutating func end(_ name: String, _ outcome: TestOutcome) {
        ended.insert(name)
        let output = outputs.removeValue(forKey: name) ?? ""
        collector.add(name, outcome, message: outcome == .passed ? "" : output.trimmingBlanks)
    }

    private mutating func takeBuild(_ action: String, _ path: String, _ event: JSON) {
        if action == "build-output", buildOutputs[path, default: ""].utf8.count < TestCollector.messageBytesMax {
            buildOutputs[path, default: ""] += event["Output"]?.string ?? ""
        }
    }

    private mutating func takePackage(_ action: String, _ package: String, _ event: JSON) {
        switch action {
        case "start": packagesOpen.insert(package)
        case "output": keep(package, event["Output"]?.string ?? "")
        case "pass", "skip":
            packagesOpen.remove(package)
            outputs.removeValue(forKey: package)
        case "fail":
            packagesOpen.remove(package)
            let builds = event["FailedBuild"]?.string.flatMap { buildOutputs[$0] }
            if builds != nil || !failedIn.contains(package) {
                collector.add(package, .errored, message: (builds ?? outputs[package] ?? "").trimmingBlanks)
            }
        default: return
        }
    }

    mutating func outcomes() -> TestOutcomes {
        for name in running where !ended.contains(name) {
            collector.add(name, .errored, message: outputs[name].map { "it did not end: \($0.trimmingBlanks)" } ?? "it did not end")
        }
        let open = packagesOpen.sorted().first
        return collector.outcomes(.goEvents, doubts: open.map { ["package \($0) began and did not end"] } ?? [])
    }
}
