// A text that never grows beyond what a host takes: it is put together from whole pieces, and what has no room is counted instead. So no
// fence, table or fold is ever cut open, and the end of the text, which carries the marker, is never what is lost.

struct BoundedText {
    /// Bytes are counted: never fewer than the characters that some hosts count.
    private let bytesMax: Int
    /// What must stand at the end.
    private let ending: String
    private var body: String
    /// For sentences about what did not fit.
    private static let remarksBytes = 1_000

    init(bytesMax: Int, beginning: String, ending: String) {
        self.bytesMax = bytesMax
        self.ending = ending
        body = beginning
    }

    private var left: Int { bytesMax - ending.utf8.count - body.utf8.count }

    /// All of it or nothing.
    mutating func add(_ piece: String) {
        if piece.utf8.count <= left - Self.remarksBytes { body += piece }
    }

    /// A short sentence of our own; there is room for a few even when nothing else fits.
    mutating func addRemark(_ sentence: String) {
        if sentence.utf8.count <= left { body += sentence }
    }

    /// As many rows as fit between an opening and a closing, and how many that were.
    mutating func addRows(_ range: Range<Int>, opening: String, closing: String = "", row: (Int) -> String) -> Int {
        var rows = opening
        var shown = 0
        for index in range {
            let next = row(index)
            guard rows.utf8.count + next.utf8.count + closing.utf8.count <= left - Self.remarksBytes else { break }
            rows += next
            shown += 1
        }
        if shown > 0 { body += rows + closing }
        return shown
    }

    var text: String { body + ending }
}
