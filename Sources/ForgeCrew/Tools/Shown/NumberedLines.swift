// Lines with their numbers in front, as every tool shows them: right-aligned, then a tab. It must never give a line a number of another one.

enum NumberedLines {
    static func render(_ lines: [(number: Int, text: String)], clipping: Clipping = Clipping()) -> String {
        var out = ""
        for (number, text) in lines {
            let digits = String(number)
            out += String(repeating: " ", count: max(0, 6 - digits.utf8.count)) + digits + "\t" + clipping.clipLine(text) + "\n"
        }
        return out
    }
}
