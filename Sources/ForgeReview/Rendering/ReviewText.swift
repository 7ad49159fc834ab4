// The body of a review: one sentence with counts, since the comments say the rest.

import ForgeCore

enum ReviewText {
    static func body(_ comments: [PlannedComment], _ event: ReviewEvent, _ outlook: ReviewOutlook) -> String {
        if event == .approve { return "Forge read all of this and found nothing." }
        let told = outlook.open.filter { outlook.commented.contains($0.id) }
        if told.isEmpty { return "Forge has not seen what it asked for yet: \(severityCounts(outlook.told))." }
        let isFirst = outlook.before.reviewed == nil
        var text = "Forge found \(counted(told.count, isFirst ? "thing" : "new thing")): \(severityCounts(told))."
        let back = told.count { $0.novelty == .regressed }
        if back > 0 { text += back == 1 ? " One was gone before, and is back." : " \(back) were gone before, and are back." }
        let elsewhere = outlook.told.count { $0.novelty == .new && !outlook.commented.contains($0.id) }
        if elsewhere > 0 { text += " \(counted(elsewhere, "more new one")) \(elsewhere == 1 ? "is" : "are") in the \(place(outlook))." }
        return text
    }

    private static func place(_ outlook: ReviewOutlook) -> String { outlook.settings.summary == .nothing ? "check run" : "summary" }
}
