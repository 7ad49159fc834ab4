// Who may use the API. The secret itself is shown once and kept only as a digest.

package enum Role: String, Hashable, Sendable, CaseIterable, Comparable {
    case observer, reviewer, maintainer, admin

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

package struct AccessToken: Hashable, Sendable {
    package var id: TokenID
    package var name: String
    package var role: Role
    /// Nil: sees every tenant.
    package var tenant: Tenant?
    package var createdAt: Timestamp
    package var revokedAt: Timestamp?

    package init(id: TokenID, name: String, role: Role, tenant: Tenant?, createdAt: Timestamp, revokedAt: Timestamp? = nil) {
        self.id = id
        self.name = name
        self.role = role
        self.tenant = tenant
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }

    package var scope: TenantScope { tenant.map(TenantScope.only) ?? .all }
}
