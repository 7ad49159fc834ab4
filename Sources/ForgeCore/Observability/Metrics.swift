// Counters, gauges and histograms, and their Prometheus text. A part of the service makes its instruments once, from the registry it is
// handed, and counts without a lock; a gauge that is asked for its value is asked at scrape time.

import Synchronization

package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    package func add(_ amount: Int = 1) { count.wrappingAdd(amount, ordering: .relaxed) }
    package var value: Int { count.load(ordering: .relaxed) }
}

package final class Gauge: Sendable {
    private let number = Atomic<Int>(0)

    package func set(_ value: Int) { number.store(value, ordering: .relaxed) }
    package func add(_ amount: Int) { number.wrappingAdd(amount, ordering: .relaxed) }
    package var value: Int { number.load(ordering: .relaxed) }
}

/// Counts of values up to each bound. Values are whole numbers of a unit (microseconds, rows); `scale` turns them into the unit shown.
package final class Histogram: Sendable {
    package let bounds: [Int]
    package let scale: Double
    private let state: Mutex<State>

    private struct State {
        var counts: [Int]
        var sum = 0
    }

    package init(bounds: [Int], scale: Double) {
        precondition(bounds == bounds.sorted() && !bounds.isEmpty, "bounds go up")
        self.bounds = bounds
        self.scale = scale
        self.state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    package func record(_ value: Int) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[index] += 1
            $0.sum += value
        }
    }

    /// In the unit shown. Divided where the scale is one in so many, since 100 × 1e-6 is not 0.0001 but its neighbour, and a scraper takes
    /// a bound's text for its name.
    fileprivate func shown(_ value: Int) -> Double {
        let parts = (1 / scale).rounded()
        return parts >= 1 && 1 / parts == scale ? Double(value) / parts : Double(value) * scale
    }

    package var snapshot: (counts: [Int], sum: Int) { state.withLock { ($0.counts, $0.sum) } }

    /// 0.1 ms to 10 s, for latencies in microseconds shown as seconds.
    package static let latencyBounds = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000,
    ]
}

package final class Metrics: Sendable {
    private enum Instrument: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }

    private struct Family {
        var kind: String
        var help: String
        var members: [(labels: [Label], instrument: Instrument)] = []
    }

    package struct Label: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A value asked for at scrape time.
    package struct Sample: Sendable {
        package var labels: [Label]
        package var value: Double

        package init(_ labels: [Label] = [], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// The same name and labels give the same counter.
    package func counter(_ name: String, _ help: String, _ labels: [Label] = []) -> Counter {
        let made = instrument(name, kind: "counter", help, labels) { .counter(Counter()) }
        guard case .counter(let counter) = made else { preconditionFailure("\(name) is no counter") }
        return counter
    }

    package func gauge(_ name: String, _ help: String, _ labels: [Label] = []) -> Gauge {
        let made = instrument(name, kind: "gauge", help, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = made else { preconditionFailure("\(name) is no gauge") }
        return gauge
    }

    package func histogram(_ name: String, _ help: String, _ labels: [Label] = [], bounds: [Int], scale: Double) -> Histogram {
        let made = instrument(name, kind: "histogram", help, labels) { .histogram(Histogram(bounds: bounds, scale: scale)) }
        guard case .histogram(let histogram) = made else { preconditionFailure("\(name) is no histogram") }
        return histogram
    }

    private func instrument(
        _ name: String, kind: String, _ help: String, _ labels: [Label], make: () -> Instrument
    ) -> Instrument {
        families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: help)
            precondition(family.kind == kind, "\(name) is a \(family.kind)")
            if let known = family.members.first(where: { $0.labels == labels }) { return known.instrument }
            let made = make()
            family.members.append((labels, made))
            families[name] = family
            return made
        }
    }

    /// All instruments as Prometheus text, families by name.
    package func text(with samples: [(name: String, help: String, kind: String, samples: [Sample])] = []) -> String {
        var blocks: [String: String] = [:]
        families.withLock { families in
            for (name, family) in families {
                var block = Self.head(name, family.kind, family.help)
                for member in family.members { Self.write(name, member.labels, member.instrument, to: &block) }
                blocks[name] = block
            }
        }
        for asked in samples {
            // A family may be asked for in parts; its head stands once.
            var block = blocks[asked.name] ?? Self.head(asked.name, asked.kind, asked.help)
            for sample in asked.samples { block += "\(asked.name)\(Self.braces(sample.labels)) \(Self.number(sample.value))\n" }
            blocks[asked.name] = block
        }
        return blocks.sorted { $0.key < $1.key }.map(\.value).joined()
    }

    private static func head(_ name: String, _ kind: String, _ help: String) -> String {
        "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    private static func write(_ name: String, _ labels: [Label], _ instrument: Instrument, to block: inout String) {
        switch instrument {
        case .counter(let counter): block += "\(name)\(braces(labels)) \(counter.value)\n"
        case .gauge(let gauge): block += "\(name)\(braces(labels)) \(gauge.value)\n"
        case .histogram(let histogram):
            let (counts, sum) = histogram.snapshot
            var total = 0
            for (index, count) in counts.enumerated() {
                total += count
                let bound = index < histogram.bounds.count ? number(histogram.shown(histogram.bounds[index])) : "+Inf"
                block += "\(name)_bucket\(braces(labels + [Label("le", bound)])) \(total)\n"
            }
            block += "\(name)_sum\(braces(labels)) \(number(histogram.shown(sum)))\n"
            block += "\(name)_count\(braces(labels)) \(total)\n"
        }
    }

    private static func braces(_ labels: [Label]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        // By scalar: CR LF is one `Character`, and a line break that slipped through would end the line.
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out.append(contentsOf: "\\\\".unicodeScalars)
            case "\"": out.append(contentsOf: "\\\"".unicodeScalars)
            case "\n": out.append(contentsOf: "\\n".unicodeScalars)
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
