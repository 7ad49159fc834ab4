// The Test Anything Protocol, versions 12 to 14: points, plans, subtests by indentation, YAML blocks. A subtest's name begins with its
// parents'. Lines between that are none of it are left alone, wherever they stand.

enum TAPOutput {
    static func read(_ bytes: [UInt8]) -> TestOutcomes {
        var reading = TAPReading()
        for line in TextLines(bytes) { reading.take(line) }
        return reading.outcomes()
    }
}

private struct TAPReading {
    /// Deeper lines are the output of something.
    private static let levelMax = 16
    private static let pathMax = 16

    private struct Point {
        /// The innermost last.
        var path: [String]
        var outcome: TestOutcome
        var message = ""
        var isGroup = false
    }

    private struct Level {
        var points: [Point] = []
        var seen = 0
        var planned: Int?
    }

    private var levels: [Level] = [Level()]
    private var file: String?
    private var done: [Point] = []
    /// The level whose last point a YAML block describes.
    private var block: (level: Int, indentation: Int)?
    private var told: TAPBlock?
    private var bailed: String?
    private var doubts: [String] = []
    private var sawAny = false
    private var isFull = false
    /// Of the outermost plans only: a subtest's is its point's to judge.
    private var fallsShort = false

    mutating func take(_ line: TextLine) {
        if takesBlock(line) { return }
        let indentation = line.indentation
        let level = indentation / 4
        guard indentation % 4 == 0, level < Self.levelMax else { return openBlock(line, indentation) }
        let rest = line.dropFirst(indentation)
        if let point = Self.point(rest) {
            sawAny = true
            return add(point, level)
        }
        if let plan = rest.after("1..")?.number, plan.1.trimmed.isEmpty || plan.1.trimmed.starts("#") {
            sawAny = true
            reach(level)
            levels[level].planned = plan.0
        } else if let why = rest.after("Bail out!") {
            bailed = why.trimmed.text.cut(toBytes: 200)
        } else if level == 0, let name = rest.before(ending: " .. ") ?? rest.before(ending: " ..") {
            // `prove -v` names the file above its points.
            endFile()
            file = name.trimmed.text.cut(toBytes: TestCollector.nameBytesMax)
        } else if rest.starts("TAP version ") {
            sawAny = true
        }
    }

    private mutating func openBlock(_ line: TextLine, _ indentation: Int) {
        guard line.trimmed == TextLine("---"), indentation >= 2 else { return }
        let level = (indentation - 2) / 4
        guard levels.indices.contains(level), !levels[level].points.isEmpty else { return }
        block = (level, indentation)
        told = TAPBlock()
    }

    private mutating func takesBlock(_ line: TextLine) -> Bool {
        guard let block else { return false }
        if line.trimmed == TextLine("..."), line.indentation == block.indentation {
            close(block.level)
        } else if !line.trimmed.isEmpty, line.indentation < block.indentation {
            // It was never closed.
            close(block.level)
            return false
        } else {
            told?.take(line.dropFirst(block.indentation))
        }
        return true
    }

    private mutating func close(_ level: Int) {
        let place = levels[level].points.count - 1
        if let told {
            if levels[level].points[place].outcome.isBad { levels[level].points[place].message = told.message }
            if told.isSuite { levels[level].points[place].isGroup = true }
        }
        block = nil
        told = nil
    }

    private mutating func reach(_ level: Int) {
        while levels.count <= level { levels.append(Level()) }
    }

    private mutating func add(_ point: (name: String, outcome: TestOutcome, message: String), _ level: Int) {
        reach(level)
        var point = Point(path: [point.name.cut(toBytes: TestCollector.nameBytesMax)], outcome: point.outcome, message: point.message)
        // What stands deeper belongs to this point, which ends it.
        if levels.count > level + 1 {
            // Taken out first: a second holder of the levels would have all points so far copied with every one.
            let deeper = Array(levels[(level + 1)...])
            levels.removeSubrange((level + 1)...)
            for inner in deeper.reversed() { finish(inner, beneath: point, at: level) }
        }
        levels[level].seen += 1
        if point.path[0].isEmpty { point.path[0] = "test \(levels[level].seen)" }
        guard done.count + levels[level].points.count < TestCollector.casesMax else {
            if !isFull { doubts.append("there are more than \(TestCollector.casesMax) tests, and the others were not read") }
            isFull = true
            return
        }
        levels[level].points.append(point)
    }

    private mutating func finish(_ deeper: Level, beneath parent: Point, at level: Int) {
        check(deeper)
        for var point in deeper.points {
            if point.path.count < Self.pathMax { point.path.insert(parent.path[0], at: 0) }
            levels[level].points.append(point)
        }
    }

    private mutating func check(_ level: Level) {
        guard let planned = level.planned else {
            if level.seen > 0 { doubts.append("a plan is missing") }
            return
        }
        if planned != level.seen { doubts.append("\(planned) tests were planned, and \(level.seen) told their outcome") }
    }

    private mutating func endFile() {
        guard levels.count > 1 || levels[0].seen > 0 || levels[0].planned != nil else { return }
        let deeper = Array(levels.dropFirst())
        levels.removeSubrange(1...)
        for inner in deeper {
            doubts.append("a subtest did not end")
            levels[0].points += inner.points
        }
        check(levels[0])
        if let planned = levels[0].planned, levels[0].seen < planned { fallsShort = true }
        for var point in levels[0].points {
            if let file { point.path.insert(file, at: 0) }
            done.append(point)
        }
        levels = [Level()]
    }

    mutating func outcomes() -> TestOutcomes {
        if let block { close(block.level) }
        endFile()
        if let bailed { doubts.append("it bailed out: \(bailed)") }
        var collector = TestCollector()
        // A group is no test; one that failed with all of its tests well broke on its own.
        let failed = Set(
            done.filter { $0.outcome.isBad && !$0.isGroup }.flatMap { point in point.path.indices.map { Array(point.path[...$0]) } })
        for point in done where !point.isGroup || point.outcome.isBad && !failed.contains(point.path) {
            collector.add(point.path.joined(separator: " > "), file: file, point.outcome, message: point.message)
        }
        var known: Set<String> = []
        var outcomes = collector.outcomes(
            .tap, doubts: sawAny ? doubts.filter { known.insert($0).inserted } : ["there is no point and no plan"])
        outcomes.fallsShort = fallsShort
        return outcomes
    }

    /// `not ok 3 - adds # todo some day`
    private static func point(_ line: TextLine) -> (name: String, outcome: TestOutcome, message: String)? {
        var passed = true
        var rest: TextLine
        if let after = line.after("ok") {
            rest = after
        } else if let after = line.after("not ok") {
            passed = false
            rest = after
        } else {
            return nil
        }
        guard rest.isEmpty || rest.starts(" ") else { return nil }
        rest = rest.trimmed.prefix(4_000)
        if let (_, after) = rest.number, after.isEmpty || after.starts(" ") { rest = after.trimmed }
        if let after = rest.after("-") { rest = after.trimmed }
        // `ok 1 - name {` opens a buffered subtest.
        if let before = rest.before(ending: " {") { rest = before }
        let (name, directive) = directive(rest)
        let word = directive.prefix(4).text.lowercased()
        if word == "skip" || word == "todo" {
            return (name, .skipped, directive.dropFirst(4).trimmed.text)
        }
        return (name, passed ? .passed : .failed, "")
    }

    /// The description and what stands behind the first `#` that is not escaped; `time=…` is no directive.
    private static func directive(_ line: TextLine) -> (String, TextLine) {
        var name: [UInt8] = []
        var index = line.bytes.startIndex
        while index < line.bytes.endIndex {
            let byte = line.bytes[index]
            let next = index + 1 < line.bytes.endIndex ? line.bytes[index + 1] : nil
            if byte == UInt8(ascii: "\\"), let next, next == UInt8(ascii: "#") || next == UInt8(ascii: "\\") {
                name.append(next)
                index += 2
                continue
            }
            if byte == UInt8(ascii: "#"), name.isEmpty || name.last == 0x20 {
                let rest = TextLine(line.bytes[(index + 1)...]).trimmed
                let word = rest.prefix(5).text.lowercased()
                if word.hasPrefix("skip") || word.hasPrefix("todo") || word == "time=" {
                    return (TextLine(name[...]).trimmed.text, rest)
                }
            }
            name.append(byte)
            index += 1
        }
        return (TextLine(name[...]).trimmed.text, TextLine(""))
    }
}

/// What a YAML block says of a failure: its `message` or `error`, else the lines as they are.
private struct TAPBlock {
    private var lines: [String] = []
    private var byteCount = 0
    private var said: [String] = []
    private var isSaying = false
    private(set) var isSuite = false

    var message: String { (said.isEmpty ? lines : said).joined(separator: "\n").trimmingBlanks }

    mutating func take(_ line: TextLine) {
        let text = line.prefix(TestCollector.messageBytesMax).text
        if line == TextLine("type: 'suite'") { isSuite = true }
        if line.indentation == 0, !line.isEmpty {
            isSaying = false
            for key in ["message:", "error:"] where said.isEmpty {
                guard let value = line.after(key)?.trimmed else { continue }
                isSaying = true
                if !value.isAny("|", ">") { said.append(Self.unquoted(value.prefix(TestCollector.messageBytesMax).text)) }
            }
        } else if isSaying, byteCount < TestCollector.messageBytesMax {
            said.append(line.trimmed.prefix(TestCollector.messageBytesMax).text)
            byteCount += text.utf8.count
        }
        guard byteCount < TestCollector.messageBytesMax else { return }
        byteCount += text.utf8.count
        lines.append(text)
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count > 1, let first = text.first, first == text.last, first == "'" || first == "\"" else { return text }
        return String(text.dropFirst().dropLast())
    }
}
