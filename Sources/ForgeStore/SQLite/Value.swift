// What can be bound to a statement: SQLite's own four kinds of value, and null.

import ForgeCore

enum Value: Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    init(_ number: Int64?) { self = number.map(Value.integer) ?? .null }
    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    init(_ text: String?) { self = text.map(Value.text) ?? .null }
    init(_ bytes: [UInt8]) { self = .bytes(bytes) }
    init(_ flag: Bool) { self = .integer(flag ? 1 : 0) }
    init(_ moment: Timestamp?) { self = moment.map { .integer($0.milliseconds) } ?? .null }
    init(_ tenant: Tenant?) { self = tenant.map { .text($0.description) } ?? .null }
    init<Row>(_ id: Identifier<Row>?) { self = id.map { .integer($0.number) } ?? .null }
    init<Word: RawRepresentable<String>>(_ word: Word?) { self = word.map { .text($0.rawValue) } ?? .null }
    init(_ json: JSON) { self = .text(json.text) }

    /// Null for everything, else the one tenant: what `?scope IS NULL OR tenant = ?scope` reads.
    init(_ scope: TenantScope) {
        switch scope {
        case .all: self = .null
        case .only(let tenant): self = .text(tenant.description)
        }
    }
}
