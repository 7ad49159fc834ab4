// A strict reader of Prometheus' text form, for tests: what it does not understand it refuses.

struct PrometheusText {
    struct Problem: Error, CustomStringConvertible { let description: String }

    struct Family {
        var type: String
        var help: String
        var samples: [(name: String, labels: [String: String], value: Double)] = []
    }

    private(set) var families: [String: Family] = [:]

    init(_ text: String) throws {
        guard text.unicodeScalars.last == "\n" else { throw Problem(description: "ends in no newline") }
        var help: (name: String, text: String)?
        var current: String?
        var seen: Set<String> = []
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP "), words.count == 4 {
                help = (words[2], words[3])
            } else if line.hasPrefix("# TYPE "), words.count == 4 {
                guard let text = help, text.name == words[2] else { throw Problem(description: "TYPE without its HELP: \(line)") }
                guard families[words[2]] == nil else { throw Problem(description: "a family twice: \(line)") }
                guard ["counter", "gauge", "histogram"].contains(words[3]) else { throw Problem(description: "no type: \(line)") }
                families[words[2]] = Family(type: words[3], help: text.text)
                (current, help) = (words[2], nil)
            } else {
                var reader = SampleReader(line)
                let sample = try reader.sample()
                guard let family = current, Self.belongs(sample.name, to: family, families[family]?.type ?? "") else {
                    throw Problem(description: "a sample outside its family: \(line)")
                }
                let series = sample.name + sample.labels.sorted { $0.key < $1.key }.map { "\u{0}\($0.key)\u{1}\($0.value)" }.joined()
                guard seen.insert(series).inserted else { throw Problem(description: "a series twice: \(line)") }
                families[family]?.samples.append(sample)
            }
        }
        for (name, family) in families where family.type == "histogram" { try Self.checkHistogram(name, family) }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.values.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    private static func belongs(_ sample: String, to family: String, _ type: String) -> Bool {
        type == "histogram" ? ["_bucket", "_sum", "_count"].contains { sample == family + $0 } : sample == family
    }

    /// Buckets go up, the last is +Inf and is the count.
    private static func checkHistogram(_ name: String, _ family: Family) throws {
        let buckets = Dictionary(grouping: family.samples.filter { $0.name == name + "_bucket" }) { $0.labels.filter { $0.key != "le" } }
        for (labels, series) in buckets {
            let bounds = series.map { $0.labels["le"] == "+Inf" ? .infinity : Double($0.labels["le"] ?? "") ?? .nan }
            let counts = series.map(\.value)
            let total = family.samples.first { $0.name == name + "_count" && $0.labels == labels }?.value
            guard bounds == bounds.sorted(), bounds.last == .infinity, counts == counts.sorted(), counts.last == total else {
                throw Problem(description: "the buckets of \(name) \(labels) do not add up")
            }
        }
    }
}

/// `name{label="value",…} 1.5`
private struct SampleReader {
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private let line: String

    init(_ line: String) {
        self.line = line
        scalars = Array(line.unicodeScalars)
    }

    mutating func sample() throws -> (name: String, labels: [String: String], value: Double) {
        let name = try word()
        var labels: [String: String] = [:]
        if take("{") {
            repeat {
                let label = try word()
                guard take("="), take("\""), labels[label] == nil else { throw problem("a label") }
                labels[label] = try quoted()
            } while take(",")
            guard take("}") else { throw problem("'}'") }
        }
        guard take(" ") else { throw problem("a space") }
        let rest = String(String.UnicodeScalarView(scalars[at...]))
        guard let value = Double(rest), !rest.contains(" ") else { throw problem("a number") }
        return (name, labels, value)
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard at < scalars.count, scalars[at] == scalar else { return false }
        at += 1
        return true
    }

    private mutating func word() throws -> String {
        var out = ""
        while at < scalars.count, scalars[at].isASCII,
            scalars[at].properties.isAlphabetic || "0123456789_:".unicodeScalars.contains(scalars[at])
        {
            out.unicodeScalars.append(scalars[at])
            at += 1
        }
        guard let first = out.first, !first.isNumber else { throw problem("a name") }
        return out
    }

    private mutating func quoted() throws -> String {
        var out = ""
        while at < scalars.count {
            let scalar = scalars[at]
            at += 1
            if scalar == "\"" { return out }
            guard scalar == "\\" else {
                out.unicodeScalars.append(scalar)
                continue
            }
            if take("n") {
                out += "\n"
            } else if take("\\") {
                out += "\\"
            } else if take("\"") {
                out += "\""
            } else {
                throw problem("an escape")
            }
        }
        throw problem("the end of a value")
    }

    private func problem(_ wanted: String) -> PrometheusText.Problem {
        .init(description: "\(wanted) is expected at \(at) of: \(line)")
    }
}
