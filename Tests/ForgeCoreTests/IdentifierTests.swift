// Names from outside: what each type takes, and that it is written as it was read.

import ForgeCore
import Testing

@Test(arguments: [
    ("1", Int64(1)), ("9223372036854775807", .max), ("0", nil), ("-1", nil), ("+1", nil), ("", nil), ("1 ", nil), ("1.0", nil),
    ("0x1", nil),
    ("9223372036854775808", nil), ("١", nil),
])
func `a row's number is decimal digits above zero`(text: String, expected: Int64?) {
    #expect(TicketID(text: text)?.number == expected)
}

@Test(arguments: [
    ("acme/checkout", true), ("a/b", true), ("A-1/x_y.z", true), ("acme", false), ("acme/", false), ("/x", false), ("a/b/c", false),
    ("a/..", false),
    ("./b", false), ("a b/c", false), ("a/b\n", false), ("é/b", false), (String(repeating: "a", count: 101) + "/b", false),
])
func `a repository is an owner and a name of plain characters`(text: String, isOne: Bool) {
    #expect(RepositoryName(text)?.description == (isOne ? text : nil))
}

@Test(arguments: [
    (String(repeating: "a", count: 40), true), (String(repeating: "0", count: 39) + "1", true), (String(repeating: "f", count: 64), true),
    (String(repeating: "0", count: 40), false), (String(repeating: "A", count: 40), false), (String(repeating: "a", count: 41), false),
    ("", false),
    (String(repeating: "g", count: 40), false),
])
func `a commit is 40 or 64 hexadecimal digits in lower case, not all zero`(text: String, isOne: Bool) {
    #expect(CommitSHA(text)?.description == (isOne ? text : nil))
}

@Test func `a tenant is read as it is written, and sees only its own`() {
    for tenant in [Tenant.local, .installation(1), .installation(.max)] { #expect(Tenant(text: tenant.description) == tenant) }
    for text in ["", "Local", "installation/", "installation/0", "installation/-1", "installation/+1", "installation/1/2"] {
        #expect(Tenant(text: text) == nil, "\(text)")
    }
    #expect(TenantScope.only(.installation(1)).allows(.installation(1)) && TenantScope.all.allows(nil))
    #expect(!TenantScope.only(.installation(1)).allows(.installation(2)) && !TenantScope.only(.local).allows(nil))
}
