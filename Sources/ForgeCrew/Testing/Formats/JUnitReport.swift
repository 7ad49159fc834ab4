// JUnit XML, as a dozen runners write it: one report or many, one after the other. A report that ends before its elements are closed is not
// complete.

enum JUnitReport {
    static func read(_ bytes: [UInt8], folders: [String]) -> TestOutcomes {
        var reading = JUnitReading(folders: folders)
        var tokens = XMLTokens(bytes)
        while let token = tokens.next() { reading.take(token) }
        let isWhole = reading.isClosed && !tokens.isCut && reading.sawSuite
        return reading.collector.outcomes(.junit, doubts: isWhole ? [] : ["the report ends before its end"])
    }
}

private struct JUnitReading {
    /// Deeper ones count, without a name: the names of all stand before each test's.
    private static let depthMax = 32
    private static let suiteNameBytesMax = 300

    private struct Suite {
        var name: String
        var file: String?
    }

    private struct Open {
        var attributes: [String: String]
        var outcome = TestOutcome.passed
        var message = ""
        var text = ""
    }

    let folders: [String]
    var collector = TestCollector()
    private(set) var sawSuite = false
    private var suites: [Suite] = []
    private var test: Open?
    /// Whether text belongs to the message.
    private var isTelling = false
    private var opened = 0

    var isClosed: Bool { opened == 0 }

    init(folders: [String]) {
        self.folders = folders
    }

    mutating func take(_ token: XMLToken) {
        switch token {
        case .open(let name, let attributes, let isClosed):
            open(name, attributes)
            if isClosed { close(name) }
        case .close(let name): close(name)
        case .text(let text):
            guard isTelling, let told = test?.text.utf8.count, told < TestCollector.messageBytesMax else { return }
            test?.text += text
        }
    }

    private mutating func open(_ name: String, _ attributes: [String: String]) {
        switch name {
        case "testsuites":
            sawSuite = true
            opened += 1
        case "testsuite":
            sawSuite = true
            opened += 1
            let name = suites.count < Self.depthMax ? attributes["name"] ?? "" : ""
            suites.append(Suite(name: name.cut(toBytes: Self.suiteNameBytesMax), file: attributes["file"] ?? suites.last?.file))
        case "testcase":
            opened += 1
            test = Open(attributes: attributes)
            // Some say it in an attribute instead.
            if ["skipped", "notrun", "ignored", "disabled"].contains(attributes["status"] ?? attributes["result"] ?? "") {
                test?.outcome = .skipped
            }
        case "failure", "error", "skipped": tell(name, attributes)
        default: return
        }
    }

    private mutating func tell(_ name: String, _ attributes: [String: String]) {
        guard let test else { return }
        isTelling = true
        // What is skipped is skipped, also with a failure beside it: it was expected to fail.
        if name == "skipped" || test.outcome == .skipped {
            self.test?.outcome = .skipped
        } else {
            self.test?.outcome = name == "error" ? .errored : .failed
        }
        if test.message.isEmpty { self.test?.message = attributes["message"] ?? "" }
    }

    private mutating func close(_ name: String) {
        switch name {
        case "testsuites": opened = max(0, opened - 1)
        case "testsuite":
            opened = max(0, opened - 1)
            _ = suites.popLast()
        case "testcase":
            opened = max(0, opened - 1)
            if let test { add(test) }
            test = nil
            isTelling = false
        case "failure", "error", "skipped": isTelling = false
        default: return
        }
    }

    private mutating func add(_ test: Open) {
        let file = (test.attributes["file"] ?? test.attributes["filepath"] ?? suites.last?.file).map { withoutFolders($0, folders) }
        let name = test.attributes["name"] ?? ""
        let group = test.attributes["classname"] ?? test.attributes["class"] ?? ""
        // The first line of a trace says less than what was given as the message, and much more than nothing.
        let message = test.message.isEmpty ? test.text.trimmingBlanks : test.message
        collector.add(fullName(name, group, file), file: file, test.outcome, message: message)
    }

    private func fullName(_ name: String, _ group: String, _ file: String?) -> String {
        if let file, file.hasSuffix(".py") { return Self.pytestNode(name, group, file) }
        // Node's runner calls every class `test`, and tells a group by the suite it is in.
        if group.isEmpty || group == "test" {
            return (suites.prefix(Self.depthMax).map(\.name).filter { !$0.isEmpty } + [name]).joined(separator: " > ")
        }
        if name.hasSuffix(")"), group.first?.isUppercase == true, !group.contains("/") { return Self.swiftID(name, group) }
        return name == group || name.hasPrefix(group + ".") ? name : group + "." + name
    }

    /// `tests.test_a.Group` and `test_b` in tests/test_a.py are `tests/test_a.py::Group::test_b`, which pytest runs alone.
    static func pytestNode(_ name: String, _ group: String, _ file: String) -> String {
        let module = file.dropLast(3).replacing("/", with: ".")
        if group.isEmpty, name == module { return file }
        guard group == module || group.hasPrefix(module + ".") else { return file + "::" + name }
        let classes = group.dropFirst(module.count).split(separator: ".")
        return ([Substring(file)] + classes + [Substring(name)]).joined(separator: "::")
    }

    /// `Shop.Cart.Inner` and `adds()` are `Shop.Cart/Inner/adds()`, which `swift test --filter` knows.
    private static func swiftID(_ name: String, _ group: String) -> String {
        let parts = group.split(separator: ".", maxSplits: 1)
        let types = parts.count > 1 ? "." + parts[1].replacing(".", with: "/") : ""
        return parts[0] + types + (types.isEmpty ? "." : "/") + name
    }
}
