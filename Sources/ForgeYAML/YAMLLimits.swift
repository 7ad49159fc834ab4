// How much YAML is too much. A limit must never be absent: `.forge.yml` comes from whoever can open a pull request.

/// What a text may cost before it is refused.
package struct YAMLLimits: Sendable, Equatable {
    package var bytesMax = 1 << 20
    /// How deep lists and mappings nest.
    package var depthMax = 64
    /// Values in all, each alias counted as everything it stands for, so that ten lines of `[*a, *a]` cannot become 10⁹ values.
    package var nodesMax = 100_000
    package var aliasesMax = 1_000

    package init() {}
}
