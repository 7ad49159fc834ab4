// Which rules of all packs are on, and how severe each is, after every layer has had its say. A later layer must never loosen what an
// earlier one asked for; where it tries, that is told.

package import ForgeCore

/// What a layer says about one rule by its id.
package struct RuleAdjustment: Sendable {
    package var rule: String
    package var isOn: Bool?
    package var severity: FindingSeverity?
    package var origin: RuleOrigin

    package init(rule: String, isOn: Bool? = nil, severity: FindingSeverity? = nil, origin: RuleOrigin) {
        self.rule = rule
        self.isOn = isOn
        self.severity = severity
        self.origin = origin
    }
}

/// An adjustment that was not made, and why.
package struct AdjustmentProblem: Hashable, Sendable {
    package let rule: String
    package let message: String
    package let origin: RuleOrigin
}

package struct RuleSelection: Sendable {
    package struct Entry: Sendable {
        package fileprivate(set) var rule: PatternRule
        package fileprivate(set) var isOn: Bool
        /// Who decided last that it is on or off; nil for the pack itself.
        package fileprivate(set) var decidedBy: RuleOrigin?
        /// Who decided last how severe it is; nil for the pack itself.
        package fileprivate(set) var severityFrom: RuleOrigin?
    }

    /// Every rule, in the order of the packs.
    package private(set) var entries: [Entry] = []
    package private(set) var problems: [AdjustmentProblem] = []
    private var places: [String: Int] = [:]

    /// Adjustments are taken layer by layer, the farthest from the repository first.
    package init(_ packs: [PatternPack], adjustments: [RuleAdjustment] = []) {
        for rule in packs.flatMap(\.rules) {
            places[rule.id] = entries.count
            entries.append(Entry(rule: rule, isOn: rule.isOnByDefault))
        }
        for layer in RuleLayer.allCases {
            for adjustment in adjustments where adjustment.origin.layer == layer { adjust(adjustment) }
        }
    }

    package var rulesOn: [PatternRule] { entries.filter(\.isOn).map(\.rule) }

    package func entry(_ id: String) -> Entry? { places[id].map { entries[$0] } }

    private mutating func adjust(_ adjustment: RuleAdjustment) {
        guard let place = places[adjustment.rule] else {
            let nearest = Nearest.name(to: adjustment.rule, in: places.keys).map { ", did you mean '\($0)'?" } ?? ""
            return refuse(adjustment, "there is no rule '\(adjustment.rule)'\(nearest)")
        }
        if let isOn = adjustment.isOn { turn(isOn, place, adjustment) }
        if let severity = adjustment.severity { raise(to: severity, place, adjustment) }
    }

    private mutating func turn(_ isOn: Bool, _ place: Int, _ adjustment: RuleAdjustment) {
        let entry = entries[place]
        if !isOn, entry.isOn, let reason = reasonAgainst(entry, adjustment) {
            return refuse(adjustment, "'\(adjustment.rule)' cannot be disabled here: \(reason)")
        }
        entries[place].isOn = isOn
        entries[place].decidedBy = adjustment.origin
    }

    private mutating func raise(to severity: FindingSeverity, _ place: Int, _ adjustment: RuleAdjustment) {
        let entry = entries[place]
        guard adjustment.origin.layer <= .operator || severity >= entry.rule.severity else {
            return refuse(
                adjustment, "the severity of '\(adjustment.rule)' can only be raised here: it is \(entry.rule.severity.rawValue)")
        }
        var description = entry.rule.description
        description.severity = severity
        entries[place].rule = PatternRule(description, pack: entry.rule.pack)
        entries[place].severityFrom = adjustment.origin
    }

    /// Nil when this layer may turn the rule off.
    private func reasonAgainst(_ entry: Entry, _ adjustment: RuleAdjustment) -> String? {
        let layer = adjustment.origin.layer
        guard layer > .operator, entry.rule.origin.layer < layer else { return nil }
        if entry.rule.isRequired { return "the rule is required" }
        if let origin = entry.decidedBy, origin.layer < layer { return "the \(origin.layer.rawValue) layer enabled it" }
        if let origin = entry.severityFrom, origin.layer < layer { return "the \(origin.layer.rawValue) layer set its severity" }
        return nil
    }

    private mutating func refuse(_ adjustment: RuleAdjustment, _ message: String) {
        problems.append(AdjustmentProblem(rule: adjustment.rule, message: message, origin: adjustment.origin))
    }
}
