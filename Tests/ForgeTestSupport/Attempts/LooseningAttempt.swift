// Every way we know to loosen by configuration, as data: the files of the layers, and what must hold all the same. An attack that somebody
// finds becomes a row here. It must never know how a config is loaded: those who run it do.

package import ForgeCore

/// One attempt.
package struct LooseningAttempt: Sendable, CustomStringConvertible {
    package let name: String
    package var defaults: String?
    package var floor: String?
    package var organisation: String?
    package let repository: String
    /// Keys with the value that must hold, as JSON; lists in any order.
    package let holds: [String: JSON]
    package var outcome = Outcome.warned

    package enum Outcome: Sendable {
        /// The file is used, and its owner is told.
        case warned
        /// The file is used, and nothing was lost: there is nothing to tell.
        case silent
        /// The file is refused as a whole.
        case refused
    }

    package var description: String { name }

    package static let all: [LooseningAttempt] = switches + numbers + lists + rules + agents + brokenFiles

    private static let switches: [LooseningAttempt] = [
        .init(
            name: "switch reviews off", organisation: "review: {enabled: true}", repository: "review: {enabled: false}",
            holds: ["review.enabled": true]),
        .init(
            name: "switch off under a floor", floor: "review: {enabled: true}", repository: "review: {enabled: false}",
            holds: ["review.enabled": true]),
        .init(
            name: "leave forks out", organisation: "review: {forks: true}", repository: "review: {forks: false}",
            holds: ["review.forks": true]),
        .init(
            name: "approve by machine", floor: "output: {approve: false}", repository: "output: {approve: true}",
            holds: ["output.approve": false]),
        .init(
            name: "hide the check run", organisation: "output: {check_run: true}", repository: "output: {check_run: false}",
            holds: ["output.check_run": true]),
        .init(
            name: "stop requesting changes", organisation: "output: {request_changes: true}",
            repository: "output: {request_changes: false}",
            holds: ["output.request_changes": true]),
        .init(
            name: "show code to a model", organisation: "review: {model: false}", repository: "review: {model: true}",
            holds: ["review.model": false]),
        .init(
            name: "run a fork's tests", floor: "forks: {commands: false}", repository: "forks: {commands: true}",
            holds: ["forks.commands": false]),
        .init(
            name: "let agents work on forks", floor: "forks: {agents: false}", repository: "forks: {agents: true}",
            holds: ["forks.agents": false]),
        .init(
            name: "approve one's own plan", organisation: "approvals: {by_asker: false}", repository: "approvals: {by_asker: true}",
            holds: ["approvals.by_asker": false]),
        .init(
            name: "drop the ticket", organisation: "tickets: {require_link: true}", repository: "tickets: {require_link: false}",
            holds: ["tickets.require_link": true]),
        .init(
            name: "write true in capitals", floor: "output: {approve: false}", repository: "output: {approve: TRUE}",
            holds: ["output.approve": false]),
    ]

    private static let numbers: [LooseningAttempt] = [
        .init(
            name: "hide what is not critical", organisation: "review: {min_severity: low}", repository: "review: {min_severity: critical}",
            holds: ["review.min_severity": "low"]),
        .init(
            name: "never fail", organisation: "output: {check_fails_on: high}", repository: "output: {check_fails_on: nothing}",
            holds: ["output.check_fails_on": "high"]),
        .init(
            name: "change more files", floor: "scope: {max_files: 20}", repository: "scope: {max_files: 10000}",
            holds: ["scope.max_files": 20]),
        .init(
            name: "change more lines", organisation: "scope: {max_lines: 100}", repository: "scope: {max_lines: 101}",
            holds: ["scope.max_lines": 100]),
        .init(
            name: "a larger file, in another unit", organisation: "scope: {max_file_bytes: 1MiB}",
            repository: "scope: {max_file_bytes: 2MB}",
            holds: ["scope.max_file_bytes": 1_048_576]),
        .init(name: "spend more", floor: "budgets: {run_usd: 1}", repository: "budgets: {run_usd: 1e3}", holds: ["budgets.run_usd": 1]),
        .init(
            name: "spend more where both layers above speak", floor: "budgets: {day_usd: 5}", organisation: "budgets: {day_usd: 50}",
            repository: "budgets: {day_usd: 49}", holds: ["budgets.day_usd": 5]),
        .init(
            name: "answer old errors", organisation: "agents: {triage: {max_age: 1d}}", repository: "agents: {triage: {max_age: 3650d}}",
            holds: ["agents.triage.max_age": "1d"]),
        .init(
            name: "one approval for two", organisation: "approvals: {count: 2}", repository: "approvals: {count: 1}",
            holds: ["approvals.count": 2]),
        .init(
            name: "approvals that last a week", organisation: "approvals: {timeout: 10m}", repository: "approvals: {timeout: 7d}",
            holds: ["approvals.timeout": "10m"]),
        .init(
            name: "skip plans", organisation: "approvals: {plan: always}", repository: "approvals: {plan: never}",
            holds: ["approvals.plan": "always"]),
        .init(
            name: "command with less", organisation: "commands: {permission: admin}", repository: "commands: {permission: write}",
            holds: ["commands.permission": "admin"]),
        .init(
            name: "approve with less", organisation: "commands: {permissions: {approve: admin}}",
            repository: "commands: {permissions: {approve: write, plan: maintain}}",
            holds: ["commands.permissions": ["approve": "admin", "plan": "maintain"]]),
        .init(
            name: "a default is no floor, but a floor holds for a default", defaults: "agents: {autonomy: pull_request}",
            floor: "agents: {autonomy: branch}", repository: "", holds: ["agents.autonomy": "branch"], outcome: .silent),
        .init(
            name: "a negative limit", organisation: "scope: {max_files: 5}", repository: "scope: {max_files: -1}",
            holds: ["scope.max_files": 5],
            outcome: .refused),
        .init(
            name: "a limit too large to count", organisation: "scope: {max_files: 5}",
            repository: "scope: {max_files: 99999999999999999999}",
            holds: ["scope.max_files": 5], outcome: .refused),
        .init(
            name: "not a number as a budget", floor: "budgets: {run_usd: 1}", repository: "budgets: {run_usd: .nan}",
            holds: ["budgets.run_usd": 1], outcome: .refused),
        .init(
            name: "an endless budget", floor: "budgets: {run_usd: 1}", repository: "budgets: {run_usd: .inf}",
            holds: ["budgets.run_usd": 1],
            outcome: .refused),
    ]

    private static let lists: [LooseningAttempt] = [
        .init(
            name: "take back a denial", organisation: "scope: {deny: ['src/billing/**']}", repository: "scope: {deny: []}",
            holds: ["scope.deny": ["src/billing/**"]], outcome: .silent),
        .init(
            name: "take back a denial with '!'", organisation: "scope: {deny: ['src/billing/**']}",
            repository: "scope: {deny: ['!src/billing/**']}", holds: ["scope.deny": ["src/billing/**", "!src/billing/**"]], outcome: .silent
        ),
        .init(
            name: "ignore with '!' what must be ignored by all", organisation: "review: {paths: ['src/**']}",
            repository: "review: {paths: ['!src/**']}", holds: ["review.paths": ["src/**"]], outcome: .refused),
        .init(
            name: "leave the repository by an exception", repository: "scope: {deny: ['!../a']}", holds: ["scope.deny": []],
            outcome: .refused),
        .init(
            name: "allow what an exception above leaves out", organisation: "scope: {allow: ['**', '!secret/**']}",
            repository: "scope: {allow: ['**']}", holds: ["scope.allow": [["**", "!secret/**"], ["**"]]]),
        .init(
            name: "allow everything", organisation: "scope: {allow: ['src/**']}", repository: "scope: {allow: ['**']}",
            holds: ["scope.allow": [["src/**"], ["**"]]]),
        .init(
            name: "allow a folder besides", organisation: "scope: {allow: ['src/**']}",
            repository: "scope: {allow: ['src/**', 'deploy/**']}",
            holds: ["scope.allow": [["src/**"], ["src/**", "deploy/**"]]]),
        .init(
            name: "allow by a pattern that only looks narrower", organisation: "scope: {allow: ['src/**']}",
            repository: "scope: {allow: ['src*/**']}", holds: ["scope.allow": [["src/**"], ["src*/**"]]]),
        .init(
            name: "leave the repository by the path", organisation: "scope: {allow: ['src/**']}",
            repository: "scope: {allow: ['src/../../etc/**']}", holds: ["scope.allow": []], outcome: .refused),
        .init(
            name: "ask for less", organisation: "scope: {ask: [Dockerfile]}", repository: "scope: {ask: []}",
            holds: ["scope.ask": ["Dockerfile"]],
            outcome: .silent),
        .init(
            name: "ignore everything", organisation: "review: {paths_ignore: ['vendor/**']}", repository: "review: {paths_ignore: ['**']}",
            holds: ["review.paths_ignore": [["vendor/**"], ["**"]]]),
        .init(
            name: "look at nothing but the readme", organisation: "review: {paths: []}", repository: "review: {paths: [README.md]}",
            holds: ["review.paths": []]),
        .init(
            name: "look elsewhere", organisation: "review: {paths: ['src/**']}", repository: "review: {paths: ['docs/**']}",
            holds: ["review.paths": ["src/**", "docs/**"]]),
        .init(
            name: "give up what is always looked at", floor: "review: {paths_always: ['**/auth/**']}",
            repository: "review: {paths_always: [], paths_ignore: ['**']}", holds: ["review.paths_always": ["**/auth/**"]], outcome: .silent
        ),
        .init(
            name: "review only labelled ones", organisation: "review: {labels_require: []}",
            repository: "review: {labels_require: [please]}",
            holds: ["review.labels_require": []]),
        .init(
            name: "a label that skips", organisation: "review: {labels_ignore: []}", repository: "review: {labels_ignore: [skip]}",
            holds: ["review.labels_ignore": []]),
        .init(
            name: "a title that skips", organisation: "review: {titles_ignore: ['WIP*']}", repository: "review: {titles_ignore: ['*']}",
            holds: ["review.titles_ignore": [["WIP*"], ["*"]]]),
        .init(
            name: "give up a category", organisation: "review: {categories: [bug, security]}", repository: "review: {categories: [style]}",
            holds: ["review.categories": ["bug", "security", "style"]]),
        .init(
            name: "listen to a command that is off", organisation: "commands: {enabled: [review, help]}",
            repository: "commands: {enabled: [review, fix]}", holds: ["commands.enabled": ["review"]]),
        .init(
            name: "listen to a bot", organisation: "commands: {bots_allow: []}", repository: "commands: {bots_allow: ['mallory[bot]']}",
            holds: ["commands.bots_allow": []]),
        .init(
            name: "listen to somebody denied", organisation: "commands: {users_deny: [mallory]}", repository: "commands: {users_deny: []}",
            holds: ["commands.users_deny": ["mallory"]], outcome: .silent),
    ]

    private static let rules: [LooseningAttempt] = [
        .init(
            name: "disable a rule that is enabled above", organisation: "rules: {enable: [aws-access-key]}",
            repository: "rules: {disable: [aws-access-key]}", holds: ["rules.enable": ["aws-access-key"]]),
        .init(
            name: "disable it by a pattern", organisation: "rules: {enable: [aws-access-key]}", repository: "rules: {disable: ['a*']}",
            holds: ["rules.enable": ["aws-access-key"]]),
        .init(
            name: "disable all of a family that is enabled by a pattern", organisation: "rules: {enable: ['aws-*']}",
            repository: "rules: {disable: ['*-key']}", holds: ["rules.enable": ["aws-*"]]),
        .init(
            name: "disable more than the organisation does", organisation: "rules: {disable: [noisy]}",
            repository: "rules: {disable: [noisy, weak-hash]}", holds: ["rules.disable": [["noisy"], ["noisy", "weak-hash"]]]),
        .init(
            name: "make a finding harmless", organisation: "rules: {severity: {weak-hash: high}}",
            repository: "rules: {severity: {weak-hash: info}}",
            holds: ["rules.severity": ["weak-hash": "high"]]),
        .init(
            name: "lower a command's tier", organisation: "rules: {tiers: {git-push-force: catastrophic}}",
            repository: "rules: {tiers: {git-push-force: destructive}}", holds: ["rules.tiers": ["git-push-force": "catastrophic"]]),
        .init(
            name: "call a command safe", organisation: "rules: {tiers: {git-push-force: destructive}}",
            repository: "rules: {tiers: {git-push-force: safe}}", holds: ["rules.tiers": ["git-push-force": "destructive"]],
            outcome: .refused),
        .init(
            name: "replace the organisation's rule by one of the same name",
            organisation: "rules: {patterns: [{id: no-x, title: X, severity: high, pattern: x, message: M, matches: [x]}]}",
            repository: "rules: {patterns: [{id: no-x, title: X, severity: info, pattern: never, message: M, matches: [never]}]}",
            holds: ["rules.patterns": 1]),
    ]

    private static let agents: [LooseningAttempt] = [
        .init(
            name: "go further", floor: "agents: {autonomy: root_cause}", repository: "agents: {autonomy: pull_request}",
            holds: ["agents.autonomy": "root_cause"]),
        .init(
            name: "take a crew without approvals", organisation: "agents: {crew: governed}", repository: "agents: {crew: forge}",
            holds: ["agents.crew": "governed"]),
        .init(
            name: "map the tracker's project once more",
            organisation: "trackers: [{tracker: prod, project: shop, environments: [production]}]",
            repository: "trackers: [{tracker: prod, project: shop}]", holds: ["trackers": 1]),
        .init(
            name: "leave the repository by a stack frame", repository: "trackers: [{project: shop, folder: ../secrets}]",
            holds: ["trackers": 0, "agents.autonomy": "nothing"], outcome: .refused),
        .init(
            name: "read a file of the machine into the prompt", repository: "review: {context_files: [/etc/passwd]}",
            holds: ["review.context_files": ["AGENTS.md", "CLAUDE.md", "CONTRIBUTING.md"]], outcome: .refused),
        .init(
            name: "read git's own files", repository: "review: {context_files: [.git/config]}",
            holds: ["review.context_files": ["AGENTS.md", "CLAUDE.md", "CONTRIBUTING.md"]], outcome: .refused),
        .init(
            name: "set the model's address", repository: "model: {base_url: https://mallory.example.com}",
            holds: ["agents.autonomy": "nothing"],
            outcome: .refused),
    ]

    /// A file that says one thing wrong loses its say altogether, and what is left is strict.
    private static let brokenFiles: [LooseningAttempt] = [
        .init(
            name: "a broken file is no way out", organisation: "agents: {autonomy: branch}",
            repository: "agents: {autonomy: nothing}\nreveiw: {enabled: false}",
            holds: ["agents.autonomy": "nothing", "review.enabled": true],
            outcome: .refused),
        .init(
            name: "a version from the future", organisation: "scope: {allow: ['src/**']}", repository: "version: 2",
            holds: ["scope.allow": [], "agents.autonomy": "nothing"], outcome: .refused),
        .init(
            name: "the same key twice", organisation: "review: {min_severity: low}",
            repository: "review: {min_severity: low}\nreview: {min_severity: critical}", holds: ["review.min_severity": "low"],
            outcome: .refused),
        .init(
            name: "a second document", organisation: "review: {min_severity: low}",
            repository: "{}\n---\nreview: {min_severity: critical}\n",
            holds: ["review.min_severity": "low"], outcome: .refused),
        .init(
            name: "merge by an alias", organisation: "output: {approve: false}",
            repository: "output: &a {approve: true}\ncommands: {<<: *a}\n", holds: ["output.approve": false], outcome: .refused),
        .init(
            name: "approve by a word of YAML 1.1", floor: "output: {approve: false}", repository: "output: {approve: yes}",
            holds: ["output.approve": false], outcome: .refused),
        .init(
            name: "a key that looks like another one", floor: "output: {approve: false}", repository: "output: {аpprove: true}",
            holds: ["output.approve": false], outcome: .refused),
        .init(
            name: "a tag that makes an object", floor: "output: {approve: false}", repository: "output: !!python/object {approve: true}",
            holds: ["output.approve": false], outcome: .refused),
        .init(
            name: "a list where the group should be", floor: "output: {approve: false}", repository: "output: [approve]",
            holds: ["output.approve": false, "output.check_run": true], outcome: .refused),
    ]
}
