// Moments as answers over HTTP write them (RFC 9110, 5.6.7).

extension Timestamp {
    /// `Fri, 20 Nov 2026 16:52:11 GMT`, as HTTP dates its answers.
    package init?(httpDate text: String) {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
        func padded(_ text: some StringProtocol) -> String { text.count == 1 ? "0\(text)" : String(text) }
        self.init(text: "\(parts[3])-\(padded(String(month + 1)))-\(padded(parts[1]))T\(parts[4])Z")
    }
}
