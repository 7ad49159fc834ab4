// An answer that is a no, in GitHub's words.

package import ForgeCore

package struct GitHubRefusal: Error, Sendable {
    package var status: Int
    package var message: String
    /// Nil where GitHub sends no such member.
    package var errors: [JSON]?
    package var headers: [(name: String, value: String)] = []
    package var documentation = "https://docs.github.com/rest"

    package init(_ status: Int, _ message: String, errors: [JSON]? = nil, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers
    }

    static var notFound: GitHubRefusal { GitHubRefusal(404, "Not Found") }
    static var badCredentials: GitHubRefusal { GitHubRefusal(401, "Bad credentials") }
    static var suspended: GitHubRefusal { GitHubRefusal(403, "This installation has been suspended") }

    /// 422 as reviews have it: sentences without fields.
    static func unprocessable(_ sentence: String) -> GitHubRefusal {
        GitHubRefusal(422, "Unprocessable Entity", errors: [.string(sentence)])
    }

    /// 422 as everything else has it.
    static func invalid(_ resource: String, _ field: String, _ code: String = "custom", _ message: String? = nil) -> GitHubRefusal {
        var members: [JSON.Member] = [.init("resource", .string(resource)), .init("code", .string(code)), .init("field", .string(field))]
        if let message { members.append(.init("message", .string(message))) }
        return GitHubRefusal(422, "Validation Failed", errors: [.object(members)])
    }

    static func forbidden(needing permission: String) -> GitHubRefusal {
        GitHubRefusal(403, "Resource not accessible by integration", headers: [("x-accepted-github-permissions", permission)])
    }

    var json: JSON {
        var members: [JSON.Member] = [.init("message", .string(message))]
        if let errors { members.append(.init("errors", .array(errors))) }
        members += [.init("documentation_url", .string(documentation)), .init("status", .string(String(status)))]
        return .object(members)
    }
}
