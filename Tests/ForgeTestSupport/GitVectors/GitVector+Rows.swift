// The thirty-three vectors in the order in which they were measured on git 2.39, the other operations that meet a gitlink, and both renames.
// Twenty-nine of the thirty-three run on a plain git; the last four ran nowhere, and are here so that it stays so.

extension GitVector {
    package static let all = gitFolders + swapped + nested + never + beyond

    private static let noHooks = "no hook is run by libgit2, and no git directory is in reach"
    private static let noPrograms = "libgit2 runs no program that a setting names, and reads none but the mirror's"
    private static let noDrivers = "attributes of a tree name no driver that is run: commits are built from bytes as they are"
    private static let noTransport = "a push goes to the address it was given, by no helper, and the mirror's own settings are not asked"
    private static let covered = "inside, .git is a mount: it is not replaced; where there is none, a new one refuses the step"
    private static let notEntered = "no git is run on the host, and a repository that the base does not have refuses the step"

    private static let gitFolders: [GitVector] = [
        GitVector("1", "hook pre-commit", .gitFolder, "hook pre-commit", "commit -q --allow-empty -m x", here: noHooks),
        GitVector("2", "hook post-checkout", .gitFolder, "hook post-checkout", "worktree add -q --detach ../other", here: noHooks),
        GitVector("3", "hook pre-push", .gitFolder, "hook pre-push", "push -q origin HEAD:refs/heads/pushed", here: noHooks),
        GitVector(
            "4", "hook reference-transaction", .gitFolder, "hook reference-transaction", "commit -q --allow-empty -m x", here: noHooks),
        GitVector("5", "core.fsmonitor", .gitFolder, "config core.fsmonitor \"$RUN\"", "status", here: noPrograms),
        GitVector(
            "6", "core.hooksPath into the tree", .gitFolder,
            "mkdir own; cp run own/pre-commit; config core.hooksPath \"$HOST/own\"", "commit -q --allow-empty -m x", here: noHooks),
        GitVector(
            "7", "include.path", .gitFolder,
            "git config --file included core.fsmonitor \"$RUN\"; config include.path \"$HOST/included\"", "status", here: noPrograms),
        GitVector(
            "8", "config.worktree", .gitFolder,
            "config extensions.worktreeConfig true; git config --file \"$GITDIR/config.worktree\" core.fsmonitor \"$RUN\"", "status",
            here: noPrograms),
        GitVector("9", "diff.external", .gitFolder, "config diff.external \"$RUN\"; change", "diff", here: noPrograms),
        GitVector(
            "10", "diff.x.textconv", .gitFolder, "attributes diff=x; config diff.x.textconv \"$RUN\"; change", "diff", here: noDrivers),
        GitVector("11", "diff.x.command", .gitFolder, "attributes diff=x; config diff.x.command \"$RUN\"; change", "diff", here: noDrivers),
        GitVector(
            "12", "filter.x.clean", .gitFolder, "attributes filter=x; config filter.x.clean \"$RUN\"; change", "add -A", here: noDrivers),
        GitVector(
            "13", "filter.x.process", .gitFolder, "attributes filter=x; config filter.x.process \"$RUN\"; change", "add -A",
            here: noDrivers),
        GitVector(
            "14", "gpg.program", .gitFolder, "config gpg.program \"$RUN\"; config commit.gpgSign true", "commit -q --allow-empty -m x",
            here: "cannot exist: commits are not signed, and libgit2 has no signer"),
        GitVector(
            "15", "core.sshCommand", .gitFolder, "config core.sshCommand \"$RUN\"; config remote.origin.url ssh://localhost/x",
            "fetch -q origin", here: noTransport),
        GitVector(
            "16", "an ext:: address", .gitFolder, "config protocol.ext.allow always; config remote.origin.url \"ext::$RUN\"",
            "fetch -q origin", here: "cannot exist: libgit2 has no such transport"),
        GitVector(
            "17", "remote.origin.uploadpack", .gitFolder, "config remote.origin.uploadpack \"$RUN\"", "fetch -q origin", here: noTransport),
        GitVector(
            "18", "remote.origin.receivepack", .gitFolder, "config remote.origin.receivepack \"$RUN\"",
            "push -q origin HEAD:refs/heads/pushed", here: noTransport),
        GitVector(
            "19", "core.alternateRefsCommand", .gitFolder,
            "repository own; config core.alternateRefsCommand \"$RUN\"; echo \"$HOST/own/.git/objects\" >\"$COMMON/objects/info/alternates\"",
            "fetch -q origin", here: noPrograms),
    ]

    private static let swapped: [GitVector] = [
        GitVector(
            "20", "another .git file, fsmonitor", .gitFolder,
            "repository own; git -C own config core.fsmonitor \"$RUN\"; rm -rf .git; echo 'gitdir: own/.git' >.git", "status",
            here: covered),
        GitVector(
            "21", "another .git file, filter", .gitFolder,
            "repository own; git -C own config filter.x.clean \"$RUN\"; attributes filter=x; change; rm -rf .git; echo 'gitdir: own/.git' >.git",
            "add -A", here: covered),
        GitVector(
            "22", "commondir led elsewhere", .gitFolder,
            "repository own; git -C own config core.fsmonitor \"$RUN\"; echo \"$HOST/own/.git\" >\"$GITDIR/commondir\"", "status",
            here: "no git directory is in reach"),
    ]

    private static let nested: [GitVector] = [
        GitVector(
            "23", "a repository inside", .tree, "repository own; git -C own config core.fsmonitor \"$RUN\"", "-C own status",
            here: notEntered),
        GitVector(
            "24", "a bare repository inside", .tree,
            "git init -q --bare own; for pair in bare=false worktree=. fsmonitor=\"$RUN\"; do git -C own config core.${pair%%=*} \"${pair#*=}\"; done",
            "-C own status", here: notEntered),
        gitlink("25", "fsmonitor, looked at", "status"), gitlink("26", "fsmonitor, compared", "diff"),
        gitlink("27", "fsmonitor, added", "add -A"), gitlink("28", "fsmonitor, committed", "commit -q -a -m x"),
        GitVector(
            "29", "a gitlink's filter", .tree,
            "repository sub; git -C sub config filter.x.clean \"$RUN\"; echo '* filter=x' >sub/.gitattributes; echo two >sub/a.txt",
            "status", here: notEntered),
    ]

    private static let never: [GitVector] = [
        GitVector(
            "30", "filter.x.clean on an unchanged file", .gitFolder, "attributes filter=x; config filter.x.clean \"$RUN\"", "status",
            here: noDrivers, isRun: false),
        GitVector(
            "31", "remote.origin.vcs", .gitFolder, "config remote.origin.vcs x; cp run git-remote-x", "fetch -q origin",
            here: "cannot exist: libgit2 has no helpers for transports", isRun: false),
        GitVector(
            "32", "core.editor with a message", .gitFolder, "config core.editor \"$RUN\"", "commit -q --allow-empty -m x",
            here: "cannot exist: libgit2 has no editor", isRun: false),
        GitVector(
            "33", "a repository inside, added", .tree, "repository own; git -C own config core.fsmonitor \"$RUN\"", "add -A",
            here: notEntered, isRun: false),
    ]

    private static let beyond: [GitVector] = [
        gitlink("g1", "fsmonitor, compared with HEAD", "diff HEAD"), gitlink("g2", "fsmonitor, diff-files", "diff-files"),
        GitVector(
            "r1", ".git renamed and copied back", .gitFolder,
            "mv \"$COMMON\" \"$COMMON\"2; cp -r \"$COMMON\"2 \"$COMMON\"; config core.fsmonitor \"$RUN\"", "status", here: covered,
            isClone: true),
        GitVector(
            "r2", "the worktree's git directory renamed", .gitFolder,
            "repository own; git -C own config core.fsmonitor \"$RUN\"; mv \"$GITDIR\" \"$GITDIR\"2; cp -r \"$GITDIR\"2 \"$GITDIR\"; "
                + "echo \"$HOST/own/.git\" >\"$GITDIR/commondir\"", "status", here: "no git directory is in reach"),
    ]

    /// The base has a gitlink `sub`, and an agent puts a repository there.
    private static func gitlink(_ number: String, _ name: String, _ command: String) -> GitVector {
        GitVector(
            number, "a gitlink's \(name)", .tree, "repository sub; git -C sub config core.fsmonitor \"$RUN\"", command, here: notEntered)
    }
}
