// The table of what the stand-in answers: what the client of the product asks for, and no more. Anything else is a violation that a test sees.

import ForgeCore

extension GitHubState {
    private static let readPulls: RESTEntry = .installation(["pull_requests=read"])
    private static let writePulls: RESTEntry = .installation(["pull_requests=write"])
    private static let readEither: RESTEntry = .installation(["issues=read", "pull_requests=read"])
    private static let writeEither: RESTEntry = .installation(["issues=write", "pull_requests=write"])
    private static let readChecks: RESTEntry = .installation(["checks=read"])
    private static let writeChecks: RESTEntry = .installation(["checks=write"])
    private static let metadata: RESTEntry = .installation(["metadata=read"])

    static let routes: [RESTRoute] = appRoutes + repositoryRoutes + conversationRoutes + reviewRoutes + checkRoutes

    private static let appRoutes: [RESTRoute] = [
        RESTRoute("GET /app", .app) { state, _ throws(GitHubRefusal) in .value(200, state.jsonApp) },
        RESTRoute("GET /app/installations", .app) { state, _ throws(GitHubRefusal) in .list(state.listedInstallations) },
        RESTRoute("GET /app/installations/{id}", .app) { state, visit throws(GitHubRefusal) in
            .value(200, state.json(installation: try state.installation(visit.number("id"))))
        },
        RESTRoute("POST /app/installations/{id}/access_tokens", .app, .token) { state, visit throws(GitHubRefusal) in
            try state.mintToken(visit)
        },
        RESTRoute("GET /app/hook/config", .app) { state, _ throws(GitHubRefusal) in .value(200, state.hookConfiguration) },
        RESTRoute("GET /app/hook/deliveries", .app) { state, visit throws(GitHubRefusal) in state.listDeliveries(visit) },
        RESTRoute("GET /app/hook/deliveries/{id}", .app) { state, visit throws(GitHubRefusal) in try state.showDelivery(visit) },
        RESTRoute("POST /app/hook/deliveries/{id}/attempts", .app) { state, visit throws(GitHubRefusal) in try state.redeliver(visit) },
        RESTRoute("POST /app-manifests/{code}/conversions", .anyone) { state, visit throws(GitHubRefusal) in
            try state.convertManifest(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/installation", .app) { state, visit throws(GitHubRefusal) in try state.showInstallation(visit)
        },
        RESTRoute("GET /users/{login}", .anyone) { state, visit throws(GitHubRefusal) in try state.showUser(visit) },
        RESTRoute("GET /rate_limit", .anyone) { state, _ throws(GitHubRefusal) in .value(200, state.rateLimits) },
        RESTRoute("DELETE /installation/token", .installation([])) { state, visit throws(GitHubRefusal) in state.revokeToken(visit) },
        RESTRoute("GET /installation/repositories", .installation([])) { state, visit throws(GitHubRefusal) in state.listRepositories(visit)
        },
    ]

    private static let repositoryRoutes: [RESTRoute] = [
        RESTRoute("GET /repos/{owner}/{repo}", metadata) { state, visit throws(GitHubRefusal) in
            .value(200, state.json(repository: try state.repository(visit.repository)))
        },
        RESTRoute("GET /repos/{owner}/{repo}/collaborators/{login}/permission", metadata) { state, visit throws(GitHubRefusal) in
            try state.showPermission(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/pulls", readPulls) { state, visit throws(GitHubRefusal) in try state.listPulls(visit) },
        RESTRoute("GET /repos/{owner}/{repo}/pulls/{number}", readPulls) { state, visit throws(GitHubRefusal) in try state.showPull(visit)
        },
        RESTRoute("PATCH /repos/{owner}/{repo}/pulls/{number}", writePulls, .pull) { state, visit throws(GitHubRefusal) in
            try state.editPull(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/commits/{sha}/pulls", readPulls) { state, visit throws(GitHubRefusal) in
            try state.listPullsOfCommit(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/labels", readEither) { state, visit throws(GitHubRefusal) in
            try state.listRepositoryLabels(visit)
        },
        RESTRoute("POST /repos/{owner}/{repo}/labels", writeEither, .label) { state, visit throws(GitHubRefusal) in
            try state.createLabel(visit)
        },
    ]

    private static let conversationRoutes: [RESTRoute] = [
        RESTRoute("PATCH /repos/{owner}/{repo}/issues/{number}", writeEither, .issue) { state, visit throws(GitHubRefusal) in
            try state.editPull(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/issues/{number}/comments", readEither) { state, visit throws(GitHubRefusal) in
            try state.listComments(visit)
        },
        RESTRoute("POST /repos/{owner}/{repo}/issues/{number}/comments", writeEither, .body) { state, visit throws(GitHubRefusal) in
            try state.createComment(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/issues/comments/{id}", readEither) { state, visit throws(GitHubRefusal) in
            try state.showComment(visit)
        },
        RESTRoute("PATCH /repos/{owner}/{repo}/issues/comments/{id}", writeEither, .body) { state, visit throws(GitHubRefusal) in
            try state.editComment(visit)
        },
        RESTRoute("DELETE /repos/{owner}/{repo}/issues/comments/{id}", writeEither) { state, visit throws(GitHubRefusal) in
            try state.deleteComment(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/issues/comments/{id}/reactions", readEither) { state, visit throws(GitHubRefusal) in
            try state.listReactions(visit)
        },
        RESTRoute("POST /repos/{owner}/{repo}/issues/comments/{id}/reactions", writeEither, .reaction) {
            state, visit throws(GitHubRefusal) in
            try state.react(visit)
        },
        RESTRoute("POST /repos/{owner}/{repo}/pulls/comments/{id}/reactions", writePulls, .reaction) { state, visit throws(GitHubRefusal) in
            try state.react(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/issues/{number}/labels", readEither) { state, visit throws(GitHubRefusal) in
            try state.listLabels(visit)
        },
        RESTRoute("POST /repos/{owner}/{repo}/issues/{number}/labels", writeEither, .labels) { state, visit throws(GitHubRefusal) in
            try state.addLabels(visit, replacing: false)
        },
        RESTRoute("PUT /repos/{owner}/{repo}/issues/{number}/labels", writeEither, .labels) { state, visit throws(GitHubRefusal) in
            try state.addLabels(visit, replacing: true)
        },
        RESTRoute("DELETE /repos/{owner}/{repo}/issues/{number}/labels/{name}", writeEither) { state, visit throws(GitHubRefusal) in
            try state.removeLabel(visit)
        },
    ]

    private static let reviewRoutes: [RESTRoute] = [
        RESTRoute("GET /repos/{owner}/{repo}/pulls/{number}/reviews", readPulls) { state, visit throws(GitHubRefusal) in
            try state.listReviews(visit)
        },
        RESTRoute("POST /repos/{owner}/{repo}/pulls/{number}/reviews", writePulls, .review) { state, visit throws(GitHubRefusal) in
            try state.createReview(visit)
        },
        RESTRoute("PUT /repos/{owner}/{repo}/pulls/{number}/reviews/{id}/dismissals", writePulls, .dismissal) {
            state, visit throws(GitHubRefusal) in
            try state.dismissReview(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/pulls/{number}/reviews/{id}/comments", readPulls) { state, visit throws(GitHubRefusal) in
            try state.listCommentsOfReview(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/pulls/{number}/comments", readPulls) { state, visit throws(GitHubRefusal) in
            try state.listReviewComments(visit)
        },
        RESTRoute("POST /repos/{owner}/{repo}/pulls/{number}/comments", writePulls, .looseReviewComment) {
            state, visit throws(GitHubRefusal) in
            try state.createReviewComment(visit)
        },
        RESTRoute("POST /repos/{owner}/{repo}/pulls/{number}/comments/{id}/replies", writePulls, .body) {
            state, visit throws(GitHubRefusal) in
            try state.reply(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/pulls/comments/{id}", readPulls) { state, visit throws(GitHubRefusal) in
            try state.showReviewComment(visit)
        },
    ]

    private static let checkRoutes: [RESTRoute] = [
        RESTRoute("POST /repos/{owner}/{repo}/check-runs", writeChecks, .checkRun) { state, visit throws(GitHubRefusal) in
            try state.createCheckRun(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/check-runs/{id}", readChecks) { state, visit throws(GitHubRefusal) in
            try state.showCheckRun(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/check-runs/{id}/annotations", readChecks) { state, visit throws(GitHubRefusal) in
            try state.listAnnotations(visit)
        },
        RESTRoute("PATCH /repos/{owner}/{repo}/check-runs/{id}", writeChecks, .checkRun) { state, visit throws(GitHubRefusal) in
            try state.updateCheckRun(visit)
        },
        RESTRoute("GET /repos/{owner}/{repo}/commits/{sha}/check-runs", readChecks) { state, visit throws(GitHubRefusal) in
            try state.listCheckRuns(visit)
        },
    ]
}
