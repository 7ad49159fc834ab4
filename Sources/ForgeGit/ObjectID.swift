// Names of objects between the library's bytes and the product's words.

import CGit2
import ForgeCore

extension CommitSHA {
    init(_ id: git_oid) {
        var id = id
        var text = [CChar](repeating: 0, count: 40)
        unsafe git_oid_fmt(&text, &id)
        guard let sha = CommitSHA(String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)) else {
            preconditionFailure("the library names no commit with zeros")
        }
        self = sha
    }

    func objectID() throws(GitError) -> git_oid {
        var id = git_oid()
        try check("git_oid_fromstr", unsafe git_oid_fromstr(&id, description))
        return id
    }
}
