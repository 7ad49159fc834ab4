// A part of a listing, newest first, as one SELECT. Its text is put together only from the constants given here; what is asked for is
// always bound.

import ForgeCore

struct Listing {
    private let select: String
    private var conditions: [String] = []
    private var values: [Value] = []
    private let page: PageRequest

    /// `select` ends before its WHERE; its table is the only one, and has an `id`.
    init(_ select: String, page: PageRequest) {
        self.select = select
        self.page = page
        require("id < ?", page.before.map(Value.integer))
    }

    /// Only rows for which this holds, when there is a value to compare with.
    mutating func require(_ condition: String, _ value: Value?) {
        guard let value else { return }
        conditions.append(condition)
        values.append(value)
    }

    mutating func require(_ scope: TenantScope) {
        if case .only(let tenant) = scope { require("tenant = ?", .text(tenant.description)) }
    }

    /// One row more than asked for tells whether there is a next part.
    func read<Item>(
        on connection: Connection, id: (Item) -> Int64, _ read: (inout Row) throws(StoreError) -> Item
    ) throws(StoreError) -> Page<Item> {
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let sql = "\(select)\(filter) ORDER BY id DESC LIMIT ?"
        var items = try connection.all(sql, values + [Value(page.limit + 1)], read)
        guard items.count > page.limit else { return Page(items: items, next: nil) }
        items.removeLast()
        return Page(items: items, next: items.last.map(id))
    }
}
