// A GitHub for stories: people act in it, Forge is its App, and at the end somebody looks at the page. Our own stand-in is one, and the
// stricter twin, where it is at hand, is another: what ours allows and that one refuses is a fault of ours.

import ForgeTestSupport

protocol GitHubWorld: AnyObject {
    /// As it is called in a failed test.
    var name: String { get }
    var apiURL: String { get }
    var appID: Int64 { get }
    var botLogin: String { get }
    /// The account that has the App.
    var owner: String { get }
    var privateKeyPEM: String { get }
    var webhookSecret: String { get }
    func sendWebhooks(toPort port: Int?) throws

    func makeRepository(_ name: String, _ files: GitHubStandIn.Files, people: [String: String]) throws
    func fork(_ repository: String, by person: String) throws -> String
    /// A commit on a branch, which begins at the default branch when it is new; the new tip.
    @discardableResult func push(_ files: GitHubStandIn.Files, to branch: String, of repository: String, as person: String) throws -> String
    /// The branch begins at the default branch again, with these files on it.
    @discardableResult func forcePush(_ files: GitHubStandIn.Files, to branch: String, of repository: String, as person: String) throws
        -> String
    func deleteBranch(_ branch: String, of repository: String) throws
    func open(_ draft: PullDraft) throws -> Int64
    func markReady(_ number: Int64, in repository: String) throws
    func close(_ number: Int64, in repository: String) throws
    func retarget(_ number: Int64, in repository: String, to base: String) throws
    @discardableResult func comment(_ body: String, on number: Int64, in repository: String, as person: String) throws -> Int64
    func edit(_ comment: Int64, to body: String, in repository: String, as person: String) throws
    /// Under the comment that opened a thread.
    func reply(_ body: String, to comment: Int64, on number: Int64, in repository: String, as person: String) throws
    func setResolved(_ isResolved: Bool, _ thread: PullPage.Thread, on number: Int64, in repository: String, as person: String) throws
    func press(_ button: String?, of check: PullPage.Check, in repository: String, as person: String) throws
    func setSuspended(_ isSuspended: Bool) throws

    func page(of number: Int64, in repository: String) throws -> PullPage
    /// Nothing that happened is still to be told.
    func hasToldAll() throws -> Bool
    /// Goes up with everything that happens there.
    func activityCount() throws -> Int
    func violations() throws -> [String]
    /// Each request as `METHOD path`.
    func requestLines() throws -> [String]
}

/// Ours.
final class StandInWorld: GitHubWorld {
    let github: GitHubStandIn
    let name = "stand-in"
    let owner = "acme"

    init() throws { github = try GitHubStandIn(owner: "acme") }

    var apiURL: String { github.apiURL }
    var appID: Int64 { github.appID }
    var botLogin: String { github.botLogin }
    var privateKeyPEM: String { github.privateKeyPEM }
    var webhookSecret: String { GitHubStandIn.webhookSecret }
    func sendWebhooks(toPort port: Int?) { github.sendWebhooks(toPort: port) }

    func makeRepository(_ name: String, _ files: GitHubStandIn.Files, people: [String: String]) throws {
        try github.makeRepository(name, files, people: people)
    }
    func fork(_ repository: String, by person: String) throws -> String { try github.fork(repository, by: person) }
    @discardableResult
    func push(_ files: GitHubStandIn.Files, to branch: String, of repository: String, as person: String) throws -> String {
        try github.push(files, to: branch, of: repository, as: person)
    }
    @discardableResult
    func forcePush(_ files: GitHubStandIn.Files, to branch: String, of repository: String, as person: String) throws -> String {
        try github.forcePush(files, to: branch, of: repository, as: person)
    }
    func deleteBranch(_ branch: String, of repository: String) throws { try github.deleteBranch(branch, of: repository) }
    func open(_ draft: PullDraft) throws -> Int64 { try github.open(draft) }
    func markReady(_ number: Int64, in repository: String) throws { try github.markReady(number, in: repository) }
    func close(_ number: Int64, in repository: String) throws { try github.close(number, in: repository) }
    func retarget(_ number: Int64, in repository: String, to base: String) throws {
        try github.retarget(number, in: repository, to: base)
    }
    @discardableResult
    func comment(_ body: String, on number: Int64, in repository: String, as person: String) throws -> Int64 {
        try github.comment(body, on: number, in: repository, as: person)
    }
    func edit(_ comment: Int64, to body: String, in repository: String, as person: String) throws {
        try github.edit(comment, to: body, in: repository, as: person)
    }
    func reply(_ body: String, to comment: Int64, on number: Int64, in repository: String, as person: String) throws {
        try github.reply(body, to: comment, in: repository, as: person)
    }
    func setResolved(_ isResolved: Bool, _ thread: PullPage.Thread, on number: Int64, in repository: String, as person: String) throws {
        try github.setResolved(isResolved, thread: thread.id, on: number, in: repository, as: person)
    }
    func press(_ button: String?, of check: PullPage.Check, in repository: String, as person: String) throws {
        try github.press(button, ofCheck: check.id, in: repository, as: person)
    }
    func setSuspended(_ isSuspended: Bool) throws { try github.setSuspended(isSuspended) }

    func page(of number: Int64, in repository: String) throws -> PullPage { try github.page(of: number, in: repository) }
    func hasToldAll() -> Bool { !github.hasWebhooksToSend }
    func activityCount() -> Int { github.activityCount }
    func violations() -> [String] { github.violations }
    func requestLines() -> [String] { github.requests.map { "\($0.method) \($0.target)" } }
}
