// A verified GitHub body to a typed event. It is pure and total: every body ends as an event or as a failure that says what is wrong
// with it, and no body ends the process. What an event leads to is decided elsewhere (`decideIntent`).

package import ForgeCore

package enum GitHubDecoder {
    /// `headers` are the ones the verifier kept.
    package static func event(
        body: VerifiedBody, headers: [HeaderField], settings: DecodingSettings
    ) throws(DecodeFailure) -> Event {
        guard let name = headers.first(where: { $0.name == "x-github-event" })?.value, !name.isEmpty else {
            throw DecodeFailure(code: "no_event_name", reason: "There is no X-GitHub-Event header, so nobody can say what happened.")
        }
        let payload = GitHubPayload(event: GitHubText.word(name), root: try json(of: body.bytes, headers: headers), settings: settings)
        return Event(context: payload.context, matter: try matter(of: payload))
    }

    private static func json(of bytes: [UInt8], headers: [HeaderField]) throws(DecodeFailure) -> JSON {
        var bytes = bytes
        let contentType = headers.first { $0.name == "content-type" }?.value
        if contentType.map(GitHubHeaders.isForm) ?? GitHubForm.isForm(bytes) {
            guard let payload = GitHubForm.payload(of: bytes) else {
                throw DecodeFailure(code: "no_payload", reason: "The form has no 'payload' field.")
            }
            bytes = payload
        }
        return try BodyJSON.object(in: bytes)
    }

    /// The table of events. A name that is not here is told and ignored.
    private static func matter(of payload: GitHubPayload) throws(DecodeFailure) -> EventMatter {
        switch payload.event {
        case "ping": .ping
        case "pull_request": .pullRequest(try payload.pullRequestEvent())
        case "pull_request_review": .comment(try payload.reviewEvent())
        case "pull_request_review_comment": .comment(try payload.diffCommentEvent())
        case "pull_request_review_thread": .comment(try payload.threadEvent())
        case "issue_comment": .comment(try payload.issueCommentEvent())
        case "issues": .issue(try payload.issueEvent())
        case "push": .push(payload.pushEvent())
        case "check_run": .checks(try payload.checkRunEvent())
        case "check_suite": .checks(try payload.checkSuiteEvent())
        case "workflow_run": .checks(try payload.workflowRunEvent())
        case "status": .checks(payload.statusEvent())
        case "installation": .installation(try payload.installationEvent())
        case "installation_repositories": .installation(try payload.installationRepositoriesEvent())
        case "repository": .repository(action: payload.action ?? "")
        case "merge_group": .mergeGroup(try payload.mergeGroupEvent())
        case "code_scanning_alert": .alerts([try payload.codeScanningAlert()])
        case "dependabot_alert": .alerts([try payload.dependabotAlert()])
        case "secret_scanning_alert": .alerts([try payload.secretScanningAlert()])
        case "marketplace_purchase":
            .unhandled(why: "marketplace_purchase is ignored: Forge is hosted by its users and sells nothing")
        default: .unhandled(why: "Forge does nothing with '\(payload.event)' events")
        }
    }
}
