// Pushes, and what is said about commits: check runs, check suites, workflow runs, statuses, merge groups.

import ForgeCore

extension GitHubPayload {
    func pushEvent() -> PushEvent {
        PushEvent(
            ref: root["ref"]?.string ?? "", before: root["before"]?.commit, after: root["after"]?.commit,
            isForced: root["forced"]?.bool ?? false)
    }

    func checkRunEvent() throws(DecodeFailure) -> ChecksEvent {
        let run = try required("check_run")
        let suite = run["check_suite"]
        var event = checks(.checkRun, run)
        event.branch = suite?["head_branch"]?.string
        event.app = event.app ?? suite?["app"]?["id"]?.positive
        event.externalID = run["external_id"]?.string
        event.requestedAction = root["requested_action"]?["identifier"]?.string
        event.title = run["output"]?["title"]?.string
        return event
    }

    func checkSuiteEvent() throws(DecodeFailure) -> ChecksEvent {
        let suite = try required("check_suite")
        var event = checks(.checkSuite, suite)
        event.name = suite["app"]?["name"]?.string
        return event
    }

    func workflowRunEvent() throws(DecodeFailure) -> ChecksEvent {
        let run = try required("workflow_run")
        let workflow = root["workflow"]
        var event = checks(.workflowRun, run)
        if event.name?.isEmpty ?? true { event.name = workflow?["name"]?.string }
        event.title = run["display_title"]?.string
        event.workflow = run["workflow_id"]?.positive ?? workflow?["id"]?.positive
        event.attempt = run["run_attempt"]?.positive
        event.trigger = run["event"]?.string
        return event
    }

    /// A status says only its commit and the branches it heads.
    func statusEvent() -> ChecksEvent {
        let head = root["sha"]?.commit
        let branches = (root["branches"]?.array ?? []).prefix(100).filter { $0["commit"]?["sha"]?.commit == head }
        let names = branches.compactMap { $0["name"]?.string }
        return ChecksEvent(
            kind: .status, action: action ?? "", head: head, branch: names.first { $0.hasPrefix(ownBranchPrefix) } ?? names.first,
            name: root["context"]?.string, number: root["id"]?.positive, status: root["state"]?.string,
            conclusion: root["state"]?.string, url: root["target_url"]?.string, title: root["description"]?.string)
    }

    func mergeGroupEvent() throws(DecodeFailure) -> MergeGroupEvent {
        let group = try required("merge_group")
        return MergeGroupEvent(
            action: action ?? "", head: group["head_sha"]?.commit, headBranch: group["head_ref"]?.string.map(branch),
            base: group["base_sha"]?.commit, baseBranch: group["base_ref"]?.string.map(branch))
    }

    private func branch(of ref: String) -> String { ref.hasPrefix("refs/heads/") ? String(ref.dropFirst("refs/heads/".count)) : ref }

    private func checks(_ kind: ChecksEvent.Kind, _ json: JSON) -> ChecksEvent {
        ChecksEvent(
            kind: kind, action: action ?? "", head: json["head_sha"]?.commit, branch: json["head_branch"]?.string,
            name: json["name"]?.string, number: json["id"]?.positive, status: json["status"]?.string,
            conclusion: json["conclusion"]?.string, url: json["html_url"]?.string, app: json["app"]?["id"]?.positive,
            pullRequests: (json["pull_requests"]?.array ?? []).prefix(20).compactMap { $0["number"]?.positive },
            headRepository: RepositoryName(github: json["head_repository"]))
    }
}
