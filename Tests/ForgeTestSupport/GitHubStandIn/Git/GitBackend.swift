// Git over smart HTTP: the real `git http-backend`, told of each request as a web server would tell it.

import Foundation

extension GitHubState {
    /// Nil when the path is none of git's.
    func gitRequest(_ request: WireRequest) -> (repository: String, rest: String)? {
        guard request.path.count >= 4 || request.path.count == 3, request.path.count > 1, request.path[1].hasSuffix(".git") else {
            return nil
        }
        return ("\(request.path[0])/\(request.path[1].dropLast(4))", request.path.dropFirst(2).joined(separator: "/"))
    }

    /// Who may: a token in the password, for a repository it reaches, with `contents`. A public repository is anybody's to read.
    func gitRefusal(_ request: WireRequest, _ name: String) -> WireResponse? {
        let realm = [("www-authenticate", "Basic realm=\"GitHub\""), ("content-type", "text/plain")]
        let repository = repositories[name.lowercased()]
        guard let header = request.header("authorization") else {
            return repository?.isPrivate == false ? nil : WireResponse(status: 401, headers: realm)
        }
        let words = header.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "basic", let data = Data(base64Encoded: String(words[1])) else {
            return WireResponse(status: 401, headers: realm)
        }
        let pair = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1).map(String.init)
        guard pair.count == 2, let token = tokens[pair[1]], (try? usable(token)) != nil else {
            return WireResponse(
                status: 401, headers: realm,
                body: Array("remote: Invalid username or token. Password authentication is not supported for Git operations.\n".utf8))
        }
        guard let repository, token.repositories?.contains(repository.id) != false, token.installation == installation(of: repository)?.id
        else { return WireResponse(status: 404, body: Array("remote: Repository not found.\n".utf8)) }
        guard token.permissions["contents"] != nil else {
            return WireResponse(status: 403, body: Array("remote: Write access to repository not granted.\n".utf8))
        }
        return nil
    }

    /// Runs outside the lock: a fetch may take long.
    func gitAnswer(_ request: WireRequest, _ name: String, _ rest: String) throws -> WireResponse {
        guard let repository = repositories[name.lowercased()] else { return WireResponse(status: 404) }
        if rest == "git-receive-pack" || request.queryValue("service") == "git-receive-pack" {
            return WireResponse(status: 403, body: Array("remote: The stand-in takes no pushes over HTTP.\n".utf8))
        }
        var environment = [
            "PATH": "/usr/bin:/bin", "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": root, "REQUEST_METHOD": request.method,
            "PATH_INFO": "/\(repository.fullName.lowercased()).git/\(rest)",
            "QUERY_STRING": request.target.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? "",
            "CONTENT_TYPE": request.header("content-type") ?? "", "CONTENT_LENGTH": String(request.body.count),
        ]
        environment["HTTP_CONTENT_ENCODING"] = request.header("content-encoding")
        environment["GIT_PROTOCOL"] = request.header("git-protocol")
        let run = try ProcessRun("/usr/lib/git-core/git-http-backend", [], in: root, environment: environment, input: request.body)
        return Self.response(ofProgram: run.output)
    }

    /// Headers, a blank line, the body; the status is one of the headers.
    private static func response(ofProgram output: [UInt8]) -> WireResponse {
        let mark = Array("\r\n\r\n".utf8)
        guard let end = output.firstRange(of: mark) else { return WireResponse(status: 500) }
        var response = WireResponse(status: 200, body: Array(output[end.upperBound...]))
        for line in String(decoding: output[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n") {
            let sides = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2 else { continue }
            if sides[0].lowercased() == "status" {
                response.status = sides[1].split(separator: " ").first.flatMap { Int($0) } ?? 500
            } else {
                response.headers.append((sides[0], sides[1]))
            }
        }
        return response
    }

    func git(_ repository: StandInRepository) -> BareRepository {
        BareRepository(folder: "\(root)/\(repository.fullName.lowercased()).git")
    }
}
