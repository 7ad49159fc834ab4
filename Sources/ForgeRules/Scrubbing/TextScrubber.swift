// Text from outside made harmless to read, for a person and for a model. Every step always runs: nothing here asks whether the text looks
// like an attack, because the attacks that work are the ones that do not. What it must never do: let a second reading of its own output
// change anything (an attacker would hide in the difference), or take more than linear time.
//
// Why one pass is enough. Single characters are dropped first, before anything looks at structure. Every later step either puts a visible
// mark where something stood, or breaks a bracket; neither joins what was apart into something new. The text is cut last, at a place that
// splits no joined characters, with a mark on the same line, so that no line begins where none began before.

/// How much of a text is kept.
package struct ScrubLimits: Hashable, Sendable {
    /// Characters kept from the beginning of a text that is too long.
    package var headMax = 24_000
    /// Characters kept from its end: a log says there what went wrong.
    package var tailMax = 8_000

    package init(headMax: Int = 24_000, tailMax: Int = 8_000) {
        self.headMax = headMax
        self.tailMax = tailMax
    }
}

/// How the text is shown to people, and so what can be hidden in it.
package enum ScrubForm: Hashable, Sendable {
    /// Rendered as Markdown or HTML: tickets, comments, pull requests.
    case prose
    /// Shown as it is: diffs, files, logs. Markup hides nothing there, and changing it would change the code that is talked about.
    case source
}

package struct TextScrubber: Sendable {
    package var limits: ScrubLimits
    package var form: ScrubForm

    package init(limits: ScrubLimits = ScrubLimits(), form: ScrubForm = .prose) {
        self.limits = limits
        self.form = form
    }

    package func scrub(_ text: String) -> ScrubbedText { scrub(Array(text.unicodeScalars), ScrubTally()) }

    /// Bytes that are no UTF-8 become U+FFFD.
    package func scrub(_ bytes: [UInt8]) -> ScrubbedText {
        let text = String(decoding: bytes, as: UTF8.self)
        var tally = ScrubTally()
        let repairs = !text.utf8.elementsEqual(bytes)
        if repairs { tally.add(.invalidBytes) }
        return scrub(Array(text.unicodeScalars), tally)
    }

    private func scrub(_ input: [Unicode.Scalar], _ before: ScrubTally) -> ScrubbedText {
        var tally = before
        var scalars = CharacterStep.run(input, &tally)
        if form == .prose { scalars = MarkupStep.run(scalars, &tally) }
        scalars = RoleStep.run(scalars, form: form, &tally)
        scalars = cut(scalars, &tally)
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return ScrubbedText(text: String(text), notes: tally.notes)
    }

    /// Longer than any notice of a cut, so that a text that was cut is not cut again.
    private static let noticeMax = 64

    private func cut(_ scalars: [Unicode.Scalar], _ tally: inout ScrubTally) -> [Unicode.Scalar] {
        guard scalars.count > limits.headMax + limits.tailMax + Self.noticeMax else { return scalars }
        var head = limits.headMax
        while head > 0, CharacterClass.clings(scalars[head - 1]) || CharacterClass.clings(scalars[head]) { head -= 1 }
        var tail = scalars.count - limits.tailMax
        // What stands before a bracket says what it is, so none begins the rest.
        while tail < scalars.count, CharacterClass.clings(scalars[tail]) || CharacterClass.clings(scalars[tail - 1]) || scalars[tail] == "<"
        {
            tail += 1
        }
        tally.add(.cut)
        let notice = "⟨cut: \(tail - head) characters left out⟩ "
        return Array(scalars[..<head]) + Array(notice.unicodeScalars) + Array(scalars[tail...])
    }
}
