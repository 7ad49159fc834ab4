// Listings as a terminal shows them and as a pipe takes them; what came from outside moves no cursor in either.

import ForgeCore
import Testing

@testable import forge

@Suite struct TableTests {
    private let table: Table = {
        var table = Table(["id", "title"], whenEmpty: "Nothing yet.")
        table.add([.init("1"), .init("short")], ["id": 1])
        table.add([.init("22", .bad), .init("a\u{1B}[2Jb\tc\nd")], ["id": 22])
        return table
    }()

    @Test func `a terminal gets aligned columns with a head and colours`() {
        #expect(
            table.text(isTerminal: true, colours: true)
                == "\u{1B}[2mID\u{1B}[0m  \u{1B}[2mTITLE\u{1B}[0m\n1   short\n\u{1B}[31m22\u{1B}[0m  a [2Jb c d\n")
    }

    @Test func `a pipe gets tabs, and neither head nor colours`() {
        #expect(table.text(isTerminal: false, colours: false) == "1\tshort\n22\ta [2Jb c d\n")
        #expect(table.jsonLines == "{\"id\":1}\n{\"id\":22}\n")
    }

    @Test func `an empty listing says so to a person and nothing to a program`() {
        let empty = Table(["id"], whenEmpty: "Nothing yet.")
        #expect(
            empty.text(isTerminal: true, colours: true) == "Nothing yet.\n" && empty.text(isTerminal: false, colours: false).isEmpty
                && empty.jsonLines.isEmpty)
    }
}
