// The line that nobody sees and by which Forge finds its own words again: `<!-- forge:summary head=… run=12 -->`, always the last of a text.
// It proves nothing by itself: whoever looks for one must look at the author, too. Nothing from outside ever stands in it.

package import ForgeCore

package struct HiddenMarker: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case summary, review, finding, answer, config, notice, command
    }

    package var kind: Kind
    package var fields: [String: String]

    /// Letters, digits and `-_./,@`; anything else is left out.
    package init(_ kind: Kind, _ fields: [String: String] = [:]) {
        self.kind = kind
        self.fields = fields
    }

    package var text: String { "" }

    /// The one that ends a text; nil when there is none.
    package init?(endOf body: String) { return nil }
}

extension HostIdentity {
    /// Forge's own comment of this kind, the newest: by its marker and by its author.
    package func ownComment(_ kind: HiddenMarker.Kind, in comments: [HostComment]) -> HostComment? { nil }

    /// Forge's own review that carries exactly this marker.
    package func ownReview(_ marker: HiddenMarker, in reviews: [HostReview]) -> HostReview? { nil }

    /// The comments that opened Forge's own threads, by the findings they tell of. Of several about one finding, the newest.
    package func findingThreads(_ threads: [HostThread]) -> [String: HostThread] { [:] }
}
