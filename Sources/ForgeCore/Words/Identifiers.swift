// The names of things, each a type of its own, checked once where it is made.
// A `String` or an `Int64` never stands for one of these past the edge where it came in.

/// The number a store gives to a row; the phantom `Row` keeps a ticket's number from being taken for a job's.
package struct Identifier<Row>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }

    /// Reads what a person or a URL gives: decimal digits, above zero.
    package init?(text: some StringProtocol) {
        // `Int64` would take a sign too.
        guard text.utf8.first != UInt8(ascii: "+"), let number = Int64(text), number > 0 else { return nil }
        self.number = number
    }

    package var description: String { String(number) }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

package typealias DeliveryID = Identifier<Delivery>
package typealias TicketID = Identifier<Ticket>
package typealias JobID = Identifier<Job>
package typealias RunID = Identifier<Run>
package typealias ApprovalID = Identifier<Approval>
package typealias JournalID = Identifier<JournalEvent>
package typealias TokenID = Identifier<AccessToken>

/// `owner/name`, as the code host spells it.
package struct RepositoryName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let owner: String
    package let name: String

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isPart(parts[0]), Self.isPart(parts[1]) else { return nil }
        self.owner = String(parts[0])
        self.name = String(parts[1])
    }

    private static func isPart(_ text: some StringProtocol) -> Bool {
        guard (1...100).contains(text.utf8.count), text != ".", text != ".." else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
    }

    package var description: String { "\(owner)/\(name)" }

    package static func < (left: Self, right: Self) -> Bool { (left.owner, left.name) < (right.owner, right.name) }
}

/// A full commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits, and not all zero.
package struct CommitSHA: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init?(_ text: some StringProtocol) {
        let isHex = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard text.utf8.count == 40 || text.utf8.count == 64, isHex, text.utf8.contains(where: { $0 != UInt8(ascii: "0") }) else {
            return nil
        }
        self.description = String(text)
    }

    package var short: String { String(description.prefix(8)) }
}

/// Whose row it is: a GitHub installation, or this machine's own.
package enum Tenant: Hashable, Sendable, CustomStringConvertible {
    case installation(Int64)
    case local

    package init?(text: some StringProtocol) {
        if text == "local" {
            self = .local
        } else if text.hasPrefix("installation/"), let installation = Identifier<Tenant>(text: text.dropFirst("installation/".count)) {
            self = .installation(installation.number)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .installation(let number): "installation/\(number)"
        case .local: "local"
        }
    }
}

/// Which rows a reader may see. Every query of the store takes one, so that nobody forgets to say.
package enum TenantScope: Hashable, Sendable {
    /// The operator of this service: everything, also what has no tenant yet.
    case all
    case only(Tenant)

    package func allows(_ tenant: Tenant?) -> Bool {
        switch self {
        case .all: true
        case .only(let own): own == tenant
        }
    }
}
