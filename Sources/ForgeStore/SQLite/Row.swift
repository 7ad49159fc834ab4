// The row a statement stands on, read column by column from the left, in the order of the SELECT. It must not be kept: the next step
// makes it another row.

import ForgeCore

struct Row {
    private let statement: Statement
    private var column: Int32 = 0

    init(_ statement: Statement) { self.statement = statement }

    private mutating func next() -> Int32 {
        defer { column += 1 }
        return column
    }

    private mutating func optional<Result>(_ read: (Statement, Int32) -> Result) -> Result? {
        let column = next()
        return statement.isNull(column) ? nil : read(statement, column)
    }

    mutating func integer() -> Int64 { statement.integer(next()) }
    mutating func int() -> Int { Int(integer()) }
    mutating func flag() -> Bool { integer() != 0 }
    mutating func text() -> String { statement.text(next()) }
    mutating func bytes() -> [UInt8] { statement.bytes(next()) }
    mutating func moment() -> Timestamp { Timestamp(milliseconds: integer()) }
    mutating func id<Kind>() -> Identifier<Kind> { Identifier(integer()) }

    mutating func optionalInteger() -> Int64? { optional { $0.integer($1) } }
    mutating func optionalText() -> String? { optional { $0.text($1) } }
    mutating func optionalBytes() -> [UInt8]? { optional { $0.bytes($1) } }
    mutating func optionalMoment() -> Timestamp? { optionalInteger().map(Timestamp.init(milliseconds:)) }
    mutating func optionalID<Kind>() -> Identifier<Kind>? { optionalInteger().map(Identifier.init) }

    mutating func word<Word: RawRepresentable<String>>(_ kind: Word.Type = Word.self) throws(StoreError) -> Word {
        let text = text()
        guard let word = Word(rawValue: text) else { throw .unreadable("the \(kind) '\(text)'") }
        return word
    }

    mutating func optionalTenant() throws(StoreError) -> Tenant? {
        guard let text = optionalText() else { return nil }
        guard let tenant = Tenant(text: text) else { throw .unreadable("the tenant '\(text)'") }
        return tenant
    }

    mutating func tenant() throws(StoreError) -> Tenant {
        guard let tenant = try optionalTenant() else { throw .unreadable("no tenant") }
        return tenant
    }

    /// JSON this store wrote itself.
    mutating func json() throws(StoreError) -> JSON {
        do {
            return try JSONParser.parse(text(), limits: JSONLimits(depthMax: 512, valuesMax: .max))
        } catch {
            throw .unreadable("JSON that does not parse (\(error))")
        }
    }

    mutating func optionalCommit() throws(StoreError) -> CommitSHA? {
        guard let text = optionalText() else { return nil }
        guard let commit = CommitSHA(text) else { throw .unreadable("the commit '\(text)'") }
        return commit
    }

    mutating func commit() throws(StoreError) -> CommitSHA {
        guard let commit = try optionalCommit() else { throw .unreadable("no commit") }
        return commit
    }
}
