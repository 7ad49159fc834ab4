// Addresses of repositories on this disk: nothing in a path may be read as a way to another machine.

import ForgeCore
import Testing

struct GitRemoteTests {
    @Test(arguments: [
        ("/srv/git/acme/shop-1_2~.git", "file:///srv/git/acme/shop-1_2~.git"), ("/tmp/x@127.0.0.1:r", "file:///tmp/x%40127.0.0.1%3Ar"),
        ("/a b/100%25/ü", "file:///a%20b/100%2525/%C3%BC"), ("/a?b#c", "file:///a%3Fb%23c"), ("//srv//git", "file:///srv//git"),
        ("git/a.git", "git/a.git"),
    ])
    func `a path from the root is an address, byte for byte`(_ path: String, _ url: String) {
        let remote = GitRemote(path: path)
        #expect(remote.url == url && remote.password == nil)
    }
}
