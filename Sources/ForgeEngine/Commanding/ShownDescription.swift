// What a description of a change does to the pull request itself, where the configuration wants that: its text between two hidden lines, and
// its labels. What people wrote and the labels they put stay.

import ForgeConfig
import ForgeCore
import ForgeReview

struct ShownDescription: Hashable {
    /// The whole text as it is to be; nil when it is so already, or is nobody's wish.
    var body: String?
    var added: [String] = []
    /// Of the sizes, which exclude one another.
    var removed: [String] = []

    var isSomething: Bool { body != nil || changesLabels }
    var changesLabels: Bool { !added.isEmpty || !removed.isEmpty }

    init(_ description: ChangeDescription, _ pull: PullRequest, _ output: OutputConfig) {
        if output.editsDescription { body = DescriptionSection.placed(description.summary, in: pull.body) }
        guard output.putsLabels else { return }
        added = description.labels.filter { !pull.labels.contains($0) }
        removed = pull.labels.filter { $0.hasPrefix("size/") && !description.labels.contains($0) }
    }
}
