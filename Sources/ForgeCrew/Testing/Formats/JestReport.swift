// The JSON reports of Jest, Vitest and RSpec. A file that does not load is an errored test with the file's name.

import ForgeCore

enum JestReport {
    static func read(_ bytes: [UInt8], folders: [String]) -> TestOutcomes {
        guard let json = reportJSON(bytes) else {
            return TestOutcomes(format: .jest, doubts: ["the report ends before its end"])
        }
        var collector = TestCollector()
        for file in json["testResults"]?.array ?? [] {
            let path = withoutFolders(file["name"]?.string ?? "", folders)
            let tests = file["assertionResults"]?.array ?? []
            for test in tests {
                let titles = (test["ancestorTitles"]?.array ?? []).compactMap(\.string) + [test["title"]?.string ?? ""]
                let messages = (test["failureMessages"]?.array ?? []).compactMap(\.string)
                collector.add(
                    ([path] + titles).joined(separator: " > "), file: path, outcome(test["status"]?.string),
                    message: messages.joined(separator: "\n"))
            }
            if tests.isEmpty, file["status"]?.string == "failed" {
                collector.add(path, file: path, .errored, message: file["message"]?.string ?? "")
            }
        }
        var doubts: [String] = []
        if let declared = json["numTotalTests"]?.integer, Int(declared) > collector.cases.count {
            doubts.append(repeated(declared, collector))
        }
        if json["wasInterrupted"]?.bool == true { doubts.append("the run was interrupted") }
        return collector.outcomes(.jest, doubts: doubts)
    }

    private static func repeated(_ declared: Int64, _ collector: TestCollector) -> String {
        "it counts \(declared) tests, and \(collector.cases.count) have a name of their own"
    }

    private static func outcome(_ status: String?) -> TestOutcome {
        switch status {
        case "passed": .passed
        case "failed": .failed
        case "pending", "skipped", "todo", "disabled": .skipped
        default: .errored
        }
    }
}

enum RSpecReport {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        guard let json = reportJSON(bytes) else {
            return TestOutcomes(format: .rspec, doubts: ["the report ends before its end"])
        }
        var collector = TestCollector()
        for example in json["examples"]?.array ?? [] {
            let file = example["file_path"]?.string.map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 }
            let outcome: TestOutcome =
                switch example["status"]?.string {
                case "passed": .passed
                case "failed": .failed
                case "pending": .skipped
                default: .errored
                }
            let name = [file, example["full_description"]?.string].compactMap(\.self).joined(separator: " > ")
            collector.add(name, file: file, outcome, message: example["exception"]?["message"]?.string ?? "")
        }
        let outside = json["summary"]?["errors_outside_of_examples_count"]?.integer ?? 0
        let doubts = outside > 0 ? ["\(outside) errors stand outside of any test"] : []
        return collector.outcomes(.rspec, doubts: doubts)
    }
}

/// The JSON object in a report; some runners print lines around it.
private func reportJSON(_ bytes: [UInt8]) -> JSON? {
    guard let start = bytes.firstIndex(of: UInt8(ascii: "{")), let end = bytes.lastIndex(of: UInt8(ascii: "}")), start < end else {
        return nil
    }
    do throws(JSONError) {
        return try JSONParser.parse(Array(bytes[start...end]), limits: JSONLimits(depthMax: 64, valuesMax: 4_000_000)).value
    } catch {
        return nil
    }
}
