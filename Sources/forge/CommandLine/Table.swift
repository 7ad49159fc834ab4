// Rows for people and for pipes.

import ForgeCore

struct Table: Sendable {
    enum Tone: Sendable { case plain, good, notice, bad, faint }

    struct Cell: Sendable {
        var text: String
        var tone: Tone

        init(_ text: String?, _ tone: Tone = .plain) {
            self.text = text ?? "-"
            self.tone = tone
        }
    }

    var columns: [String]
    var rows: [[Cell]] = []
    /// The same rows as JSON, one a line.
    var values: [JSON] = []
    /// Said when there is no row.
    var whenEmpty: String

    init(_ columns: [String], whenEmpty: String) {
        self.columns = columns
        self.whenEmpty = whenEmpty
    }

    mutating func add(_ cells: [Cell], _ value: JSON) {
        rows.append(cells)
        values.append(value)
    }

    var jsonLines: String { values.map { $0.text + "\n" }.joined() }

    func text(isTerminal: Bool, colours: Bool) -> String {
        guard !rows.isEmpty else { return isTerminal ? whenEmpty + "\n" : "" }
        return isTerminal
            ? aligned(colours: colours) : rows.map { row in row.map { Self.flat($0.text) }.joined(separator: "\t") + "\n" }.joined()
    }

    private func aligned(colours: Bool) -> String {
        let widths = columns.indices.map { column in ([columns[column]] + rows.map { Self.flat($0[column].text) }).map(\.count).max() ?? 0 }
        func line(_ cells: [Cell]) -> String {
            var text = ""
            for (index, cell) in cells.enumerated() {
                let flat = Self.flat(cell.text)
                let isLast = index == cells.count - 1
                text +=
                    (colours ? Self.painted(flat, cell.tone) : flat)
                    + (isLast ? "" : String(repeating: " ", count: widths[index] - flat.count + 2))
            }
            return text + "\n"
        }
        return line(columns.map { Cell($0.uppercased(), .faint) }) + rows.map(line).joined()
    }

    /// Text from outside must not move the cursor, break the row or turn its direction around: such characters become spaces.
    static func flat(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isHidden ? " " : $0 }))
    }

    static func painted(_ text: String, _ tone: Tone) -> String {
        let code =
            switch tone {
            case .plain: ""
            case .good: "32"
            case .notice: "33"
            case .bad: "31"
            case .faint: "2"
            }
        return code.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
