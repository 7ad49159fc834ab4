// `Rules/commands.yml` to a pack. It must never accept a key it does not know, or a rule twice.

internal import ForgeYAML

extension CommandPack {
    /// Reads a pack; its examples are checked by `failingExamples()`.
    package init(yaml bytes: [UInt8], name: String) throws(PackError) {
        let problems = PackProblems()
        let root: YAMLNode
        do throws(YAMLError) {
            root = try parseYAML(bytes)
        } catch {
            throw PackError(
                name: name,
                problems: error.problems.map { PackProblem(line: $0.position.line, column: $0.position.column, message: $0.message) })
        }
        var entry = PackEntry(root, problems)
        if entry.number("version") != 1 { entry.problem("'version' is 1") }
        if entry.text("pack") != "commands" { entry.problem("'pack' is commands") }
        read(&entry)
        entry.finish()
        index()
        guard problems.list.isEmpty else { throw PackError(name: name, problems: problems.list) }
    }

    private mutating func read(_ entry: inout PackEntry) {
        if var places = entry.entry("places") { readPlaces(&places) }
        if var git = entry.entry("git") {
            protectedBranches = git.texts("protected_branches")
            runConfigurations = git.texts("run_configurations")
            harmlessHooks = Set(git.texts("harmless_hooks"))
            git.finish()
        }
        for var program in entry.entries("programs") {
            let specification = Self.program(&program)
            // `git push` is `git` with more said about it.
            for name in specification.names {
                if let space = name.firstIndex(of: " "), let wider = programs[String(name[..<space])] {
                    programs[name] = specification.widened(by: wider)
                } else if programs.updateValue(specification, forKey: name) != nil {
                    program.problem("the program '\(name)' is described twice")
                }
            }
        }
        var ids: Set<String> = []
        for var rule in entry.entries("rules") {
            let read = Self.rule(&rule, protectedBranches)
            if !ids.insert(read.id).inserted { rule.problem("there is already a rule '\(read.id)'") }
            rules.append(read)
        }
        // It stands in place of the whole pack that Forge brings: without rules nothing would be refused any more.
        if rules.isEmpty { entry.problem("a pack has 'rules'") }
    }

    private mutating func readPlaces(_ places: inout PackEntry) {
        let build = places.texts("build")
        placePatterns.build = Set(build.filter { !Wildcard.hasPattern($0) })
        placePatterns.buildPatterns = build.filter(Wildcard.hasPattern)
        placePatterns.generated = PatternList(places.texts("generated"))
        placePatterns.credential = PatternList(places.texts("credential"))
        placePatterns.harmless = PatternList(places.texts("harmless"))
        placePatterns.sensitive = PatternList(places.texts("sensitive"))
        placePatterns.startup = PatternList(places.texts("startup"))
        placePatterns.caches = PatternList(places.texts("caches"))
        placePatterns.sockets = PatternList(places.texts("sockets"))
        places.finish()
    }

    private static func named<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> [String: Value]
    where Value.RawValue == String {
        Dictionary(uniqueKeysWithValues: Value.allCases.map { ($0.rawValue, $0) })
    }

    private static func program(_ entry: inout PackEntry) -> ProgramSpecification {
        var program = ProgramSpecification()
        program.names = entry.texts("names")
        if program.names.isEmpty { entry.problem("a program has 'names'") }
        program.values = Set(entry.texts("values"))
        program.isSingleDash = entry.flag("single_dash")
        program.subcommands = entry.number("subcommands") ?? 0
        program.texts = entry.number("texts") ?? 0
        program.textless = Set(entry.texts("textless"))
        program.operands = entry.choice("operands", named(OperandRole.self)) ?? .none
        for (key, value) in entry.map("roles") {
            guard let role = OperandRole(rawValue: value) else {
                entry.problem("'roles' does not know '\(value)'")
                continue
            }
            program.roles[key] = role
            program.values.insert(key)
        }
        let recursive = entry.texts("recursive")
        program.isRecursive = recursive == ["always"]
        program.recursive = Set(recursive)
        program.isNetwork = entry.flag("network")
        if var wraps = entry.entry("wraps") {
            program.wraps = WrapperSpecification(
                operands: wraps.number("operands") ?? 0, isShell: wraps.flag("shell"), takesAssignments: wraps.flag("assignments"),
                isElsewhere: wraps.flag("elsewhere"))
            wraps.finish()
        }
        for (key, value) in entry.map("runs") {
            guard let language = PayloadLanguage(rawValue: value) else {
                entry.problem("'runs' does not know '\(value)'")
                continue
            }
            program.runs[key] = language
            program.values.insert(key)
        }
        program.code = entry.choice("code", named(PayloadLanguage.self))
        program.interprets = entry.choice("interprets", named(PayloadLanguage.self))
        entry.finish()
        return program
    }

    private static func rule(_ entry: inout PackEntry, _ branches: [String]) -> CommandRule {
        let rule = CommandRule(
            id: entry.required("id"), title: entry.required("title"),
            tier: entry.choice("tier", named(CommandTier.self)) ?? .catastrophic, message: entry.required("message"),
            fix: entry.text("fix"),
            references: entry.texts("references"), matches: entry.texts("matches"), ignores: entry.texts("ignores"),
            line: entry.position.line, commands: entry.texts("commands"), except: Set(entry.texts("except")),
            effects: Set(entry.choices("effects", named(EffectKind.self))),
            isRecursive: entry.has("recursive") ? entry.flag("recursive") : nil, condition: condition(&entry, branches))
        if rule.commands.isEmpty == rule.effects.isEmpty { entry.problem("a rule has either 'commands' or 'effects'") }
        if rule.matches.isEmpty { entry.problem("a rule shows an example under 'matches'") }
        if rule.tier != .safe, rule.ignores.isEmpty { entry.problem("a rule shows under 'ignores' what it leaves alone") }
        entry.finish()
        return rule
    }

    private static func condition(_ entry: inout PackEntry, _ branches: [String]) -> RuleCondition {
        var condition = RuleCondition()
        condition.subcommands = entry.texts("subcommands")
        if var flags = entry.entry("flags") {
            condition.flagsAny = flags.texts("any")
            condition.flagsAll = flags.texts("all")
            condition.flagsNone = flags.texts("none")
            flags.finish()
        }
        condition.operands = entry.texts("operands").flatMap { withBranches($0, branches) }
        condition.operandsAll = entry.texts("operands_all").flatMap { withBranches($0, branches) }
        condition.operandsNone = entry.texts("operands_none").flatMap { withBranches($0, branches) }
        condition.countMin = entry.number("count_min")
        condition.countMax = entry.number("count_max")
        condition.text = entry.texts("text").map(TextPattern.init)
        condition.textNone = entry.texts("text_none").map(TextPattern.init)
        condition.paths = Place(entry.choices("paths", Place.names))
        condition.pathsNone = Place(entry.choices("paths_none", Place.names))
        condition.origins = Origin(entry.choices("origins", ["remote": Origin.remote, "secret": .secret, "unread": .unread]))
        condition.assignments = entry.texts("assignments")
        if entry.has("elsewhere") { condition.isElsewhere = entry.flag("elsewhere") }
        return condition
    }

    /// `<protected>` stands for every protected branch.
    private static func withBranches(_ pattern: String, _ branches: [String]) -> [String] {
        guard pattern.contains("<protected>") else { return [pattern] }
        return branches.map { pattern.replacing("<protected>", with: $0) }
    }

    private mutating func index() {
        var general: [Int] = []
        var byName: [String: [Int]] = [:]
        for (index, rule) in rules.enumerated() {
            for effect in rule.effects { effectRules[effect, default: []].append(index) }
            for name in rule.commands {
                if name == "*" {
                    general.append(index)
                } else if Wildcard.hasPattern(name) {
                    patternRules.append((name, index))
                } else {
                    byName[name, default: []].append(index)
                }
            }
        }
        for (name, indices) in byName {
            let fitting = patternRules.filter { Wildcard.matches(name, $0.pattern) }.map(\.rule)
            byName[name] = indices + fitting + general
        }
        byName["*"] = general
        rulesByName = byName
        indexSubcommands()
    }

    /// Most rules of git or docker are about one subcommand: the others need not be asked.
    private mutating func indexSubcommands() {
        let first = rules.map { rule in rule.condition.subcommands.map { String($0.prefix { $0 != " " }) } }
        let isAboutAny = first.map { names in names.isEmpty || names.contains(where: Wildcard.hasPattern) }
        for (name, indices) in rulesByName where name != "*" {
            let operations = Set(indices.flatMap { first[$0] }).filter { !$0.isEmpty && !Wildcard.hasPattern($0) }
            for operation in operations {
                rulesBySubcommand["\(name) \(operation)"] = indices.filter { isAboutAny[$0] || first[$0].contains(operation) }
            }
        }
    }

    /// Examples that do not do what they show, as sentences with the rule and its line.
    package func failingExamples() -> [String] { exampleFailures().map { "line \($0.line): \($0.rule): \($0.message)" } }

    package func exampleFailures() -> [ExampleFailure] {
        let classifier = CommandClassifier(self)
        var failures: [ExampleFailure] = []
        for rule in rules {
            for example in rule.matches {
                let verdict = classifier.classify(example)
                if verdict.tier < rule.tier || rule.tier == .safe && verdict.tier != .safe {
                    let found = "\(verdict.tier.rawValue) by \(verdict.rule ?? "nothing"): \(verdict.why)"
                    failures.append(ExampleFailure(rule: rule.id, line: rule.line, message: "`\(example)` is \(found)"))
                } else if rule.tier != .safe, !classifier.rulesThatFit(example).contains(rule.id) {
                    failures.append(ExampleFailure(rule: rule.id, line: rule.line, message: "`\(example)` is not what the rule matches"))
                }
            }
            for example in rule.ignores where classifier.rulesThatFit(example).contains(rule.id) {
                failures.append(ExampleFailure(rule: rule.id, line: rule.line, message: "`\(example)` should be left alone by it"))
            }
        }
        return failures
    }

    package func exampleReport(file: String) -> ExampleReport {
        let count = rules.reduce(0) { $0 + $1.matches.count + $1.ignores.count }
        return ExampleReport(pack: "commands", file: file, ruleCount: rules.count, exampleCount: count, failures: exampleFailures())
    }
}
