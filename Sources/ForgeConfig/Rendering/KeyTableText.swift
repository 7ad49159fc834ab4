// The table of keys as a page: every key, its default, what it may be, what a layer below may do to it, and why it is there. A page written by
// hand would be out of date with the next key.

import ForgeCore

extension RepositoryConfig {
    /// `docs/forge-yml.md`: the words around the table are here, the table is made.
    package static var page: String { pageHead + "\n" + keyTables(table) + pageTail }
}

private func keyTables(_ table: [KeyDescription]) -> String {
    var text = ""
    let top = table.filter { $0.path.count == 1 }
    let loose = top.filter { !$0.content.hasKeysBelow }
    if !loose.isEmpty { text += keyTable(loose) + "\n" }
    for group in top where group.content.hasKeysBelow {
        text += "### `\(group.name)`\n\n\(group.doc)\n\n"
        let below = table.filter { $0.path.first == group.name && !$0.content.isSection }
        text += keyTable(below) + "\n"
    }
    return text
}

private func keyTable(_ keys: [KeyDescription]) -> String {
    var lines = ["| key | default | may be | a layer below may | what for |", "|---|---|---|---|---|"]
    for key in keys {
        let name = key.path.joined(separator: ".").split(separator: ".[]", omittingEmptySubsequences: false).joined(separator: "[]")
        lines.append("| `\(name)` | \(standard(key)) | \(cell(shape(key))) | \(key.direction?.sentence ?? "") | \(cell(key.doc)) |")
    }
    return lines.joined(separator: "\n") + "\n"
}

private func standard(_ key: KeyDescription) -> String {
    guard case .value(_, let standard) = key.content else { return "" }
    switch standard {
    case .value(let text): return "`\(cell(text))`"
    case .required: return "required"
    case .absent: return ""
    }
}

private func shape(_ key: KeyDescription) -> String {
    switch key.content {
    case .value(let shape, _): shapeText(shape)
    case .list: "a list of groups"
    case .named: "groups under names"
    case .section: ""
    }
}

private func shapeText(_ shape: ValueShape) -> String {
    switch shape {
    case .text: "text"
    case .bool: "true, false"
    case .int(let range): range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "\(JSON(range.lowerBound, decimals: 6).text) to \(JSON(range.upperBound, decimals: 6).text)"
    case .duration(let range): "\(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
    case .size(let range): "\(SizeText.format(range.lowerBound)) to \(SizeText.format(range.upperBound))"
    case .choice(let words): words.joined(separator: ", ")
    case .list(.text): "a list"
    case .list(let element): "a list of: \(shapeText(element))"
    case .names(let element): "by name: \(shapeText(element))"
    case .record(let fields): "a group of \(fields.map(\.name).joined(separator: ", "))"
    case .either(let first, let second): "\(shapeText(first)), or \(shapeText(second))"
    }
}

/// A bar would end the cell.
private func cell(_ text: String) -> String { text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }

extension KeyDescription.Content {
    fileprivate var isSection: Bool { self == .section }

    fileprivate var hasKeysBelow: Bool {
        switch self {
        case .section, .list, .named: true
        case .value: false
        }
    }
}

private let pageHead = """
    # `.forge.yml`

    What a repository asks of Forge. The file stands at the top of the repository; Forge reads it from the branch that a pull request goes
    into, never from the pull request. Everything may be left out. `.forge.yml.example` has every key with its default; this page is made
    from the same definitions, as is what `forge schema --repository` prints.

    ```sh
    forge check                      # every problem with its line, like a compiler; exit code 2 when the file cannot be used
    forge check --explain            # every value that holds, and who decided it
    forge check --org ORG.yml --floor FLOOR.yml   # with the layers above
    ```

    Editors with a YAML language server complete the keys and check the values:

    ```sh
    forge schema --repository > .forge.schema.json
    sed -i '1i # yaml-language-server: $schema=.forge.schema.json' .forge.yml
    ```

    ## Layers

    Four layers decide, the farthest from the repository first. A layer can tighten what the one above set, never loosen it.

    | layer | file | its values |
    |---|---|---|
    | built-in | none | are defaults: they bind nobody |
    | operator | `repositories.defaults_file` of `server.yml` | are defaults for all repositories: they bind nobody |
    | operator | `repositories.floor_file` of `server.yml` | bind every layer below, and are nobody's default |
    | organisation | `.forge.yml` of its `.github` repository | hold for its repositories, and bind them |
    | repository | `.forge.yml` | hold |

    All these files have the same format. What nobody above sets is the repository's own business; what somebody above sets can be moved in
    the direction that the table below names for the key, and in no other. An attempt is no error, since the organisation may have changed
    its mind after the repository wrote its file: it is a warning that names the key, the layer, the file, the line, and what holds instead.
    Keys of which the table says "anything" are taste: the layer nearest to the repository is heard.

    An example. The organisation says:

    ```yaml
    review: {min_severity: medium}       # nobody hides medium findings
    scope: {allow: ['src/**', 'docs/**'], deny: ['src/billing/**'], max_files: 20}
    agents: {autonomy: branch}
    ```

    and one of its repositories:

    ```yaml
    review: {min_severity: high}         # an attempt: medium holds
    scope: {allow: ['src/**'], deny: ['src/legacy/**'], max_files: 50}   # an attempt: 20 holds
    agents: {autonomy: root_cause}       # less than allowed: fine
    ```

    What holds: findings from `medium` up are commented on; files below `src` may be changed, but for those below `src/billing` and
    `src/legacy`, twenty in one change; agents stop at the root cause. `forge check --explain` shows it line by line:

    ```
    $ forge check --org org.yml --explain
    .forge.yml:1:10: warning: review.min_severity loosens what the organisation (org.yml:1) sets: medium holds
    …
    review.min_severity  medium                               organisation               org.yml:1
    scope.allow          [['src/**', 'docs/**'], ['src/**']]  organisation + repository  org.yml:2, .forge.yml:2
    scope.deny           ['src/billing/**', 'src/legacy/**']  organisation + repository  org.yml:2, .forge.yml:2
    scope.max_files      20                                   organisation               org.yml:2
    agents.autonomy      root_cause                           repository                 .forge.yml:3
    ```

    Lists of patterns that allow something (`scope.allow`, `review.paths_ignore`, …) are not mixed: a file must fit a pattern of every layer
    that has such a list. That is why `scope.allow` above is shown as two lists.

    **A file that cannot be used**, for a mistake in YAML, a key that nobody knows or a value that does not fit, is left out as a whole, and
    Forge says so where it would have reviewed. The other layers hold together with a strict floor: everything is reviewed, rules that would
    be disabled are on, agents change nothing, and Forge writes nothing but its review. There is never a moment without a policy.

    **The organisation's file** is read from the default branch of `<owner>/.github` (or of what `repositories.organisation_repository` of
    `server.yml` names), on the same code host and with the same installation: to have one on GitHub, the App must be installed on that
    repository, too. Without one nothing changes. It is read again after fifteen minutes; while it cannot be, what it said last holds.

    **Operators**: a floor or defaults that cannot be used stop the server from starting. Do not use `.forge.yml.example` as a floor or an
    organisation's file: every key in it would bind.

    ## Keys

    Times are written `60s`, `15m`, `14d` or `1h30m`; sizes `25MiB`, `2MB` or `1024`. Paths are patterns as in `.gitignore`; `!` is for the
    lists of `scope` only, and takes back what stands before it in the same list, never what another file says. Names of branches,
    labels, titles, people and rules may hold `*`.

    """

private let pageTail = """
    ## Bounds

    A file has at most 256 KiB, 32 levels, 20,000 values and 1,000 aliases, each counted as all that it stands for; a list of patterns 200
    entries, `rules.patterns` 50 rules. Model addresses, keys, paths of the machine, commands outside the sandbox and spending limits of the
    server are not settable here at all.

    """
