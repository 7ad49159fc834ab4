// One way in which git, run on files that somebody else could write, runs a program of his: what he plants, and the command that meets it. A
// plant's program leaves a file that is this row's own, its canary. Rows are data; who plants them, and what must not happen, is the tests'.

import Foundation

package struct GitVector: Sendable, CustomStringConvertible {
    /// What has to be writable for the plant.
    package enum Reach: Sendable {
        /// A git directory, or the `.git` of the worktree: behind the walls, so even a careless git on the host runs nothing.
        case gitFolder
        /// Files of the worktree alone, which an agent has: git on the host would run it, so none is run there, and the step is refused.
        case tree
    }

    /// As the list of measured vectors has them, 1 to 33; `g` for further operations on a gitlink, `r` for the two renames.
    package var number: String
    package var name: String
    package var reach: Reach
    /// Whether a plain git on the host, without walls, runs it: seen first, since a trap that never closes proves nothing.
    package var isRunByPlainGit: Bool
    /// Whether `.git` is a folder of the worktree, as in a clone, and not a file that leads to another folder.
    package var isClone: Bool
    package var plant: String
    /// The command of git that meets it.
    package var command: [String]
    /// What becomes of it in Forge, and where it cannot exist at all.
    package var here: String

    package var description: String { "\(number) \(name): git \(command.joined(separator: " ")) (\(here))" }

    init(
        _ number: String, _ name: String, _ reach: Reach, _ plant: String, _ command: String, here: String, isRun: Bool = true,
        isClone: Bool = false
    ) {
        self.number = number
        self.name = name
        self.reach = reach
        self.plant = plant
        self.command = command.split(separator: " ").map(String.init)
        self.here = here
        isRunByPlainGit = isRun
        self.isClone = isClone
    }
}

/// Where a vector is planted, in the words of its script.
package struct GitVectorPlace: Sendable {
    /// On the host, whatever it is called where the script runs.
    package var worktree: String
    /// The worktree's own git directory, and the repository's.
    package var gitFolder: String
    package var commonFolder: String
    package var canary: String

    package init(worktree: String, gitFolder: String, commonFolder: String, canary: String) {
        self.worktree = worktree
        self.gitFolder = gitFolder
        self.commonFolder = commonFolder
        self.canary = canary
    }

    package var isCanaryThere: Bool { FileManager.default.fileExists(atPath: canary) }

    /// For `sh`, in the worktree. Each command goes on when one before it failed.
    package func script(_ vector: GitVector) -> String {
        """
        HOST='\(worktree)' RUN='\(worktree)/run' GITDIR='\(gitFolder)' COMMON='\(commonFolder)'
        \(Self.identity)
        printf '#!/bin/sh\\ntouch %s\\n' '\(canary)' >run; chmod 755 run
        hook() { mkdir -p "$COMMON/hooks"; cp run "$COMMON/hooks/$1"; }
        config() { git config --file "$COMMON/config" "$1" "$2"; }
        attributes() { echo "*.txt $1" >.gitattributes; }
        change() { echo more >>a.txt; }
        \(Self.repository)
        \(vector.plant)
        echo planted
        """
    }

    private static let identity = """
        export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
        export GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'
        """

    /// With one commit, which is the same whenever it is made: a gitlink can name it before it is there.
    private static let repository =
        "repository() { git init -q -b main \"$1\"; echo one >\"$1/a.txt\"; git -C \"$1\" add a.txt; git -C \"$1\" commit -q -m x; }"

    /// The commit that the base's gitlink `sub` names, and a plant makes there.
    package static func gitlink(in folder: String) throws -> String {
        let script = "\(identity)\n\(repository)\nrepository probe && git -C probe rev-parse HEAD && rm -rf probe"
        let run = try ProcessRun("/bin/sh", ["-c", script], in: folder, environment: environment(home: folder))
        return String(decoding: run.output, as: UTF8.self).filter { !$0.isNewline }
    }

    /// Of a git that reads nobody's settings.
    package static func environment(home: String) -> [String: String] {
        [
            "PATH": "/usr/bin:/bin", "HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "h", "GIT_AUTHOR_EMAIL": "h@example.com",
            "GIT_COMMITTER_NAME": "h", "GIT_COMMITTER_EMAIL": "h@example.com",
        ]
    }
}
