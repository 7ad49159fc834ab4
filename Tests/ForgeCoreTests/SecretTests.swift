// A credential must not show itself, whichever way a program prints things.

import ForgeCore
import Testing

private struct Holder {
    let name = "prod"
    let secret: Secret
}

@Test(arguments: ["hunter2hunter2", "", "a"])
func `a secret prints as the same dots however it is printed`(text: String) {
    let secret = Secret(Array(text.utf8))
    var dumped = ""
    dump(secret, to: &dumped)

    #expect("\(secret)" == "••••••••")
    #expect(String(describing: secret) == "••••••••")
    #expect(String(reflecting: secret) == "••••••••")
    #expect(dumped == "▿ ••••••••\n" || dumped == "- ••••••••\n")
    #expect(Mirror(reflecting: secret).children.isEmpty)
}

@Test func `a value that holds a secret does not print it either`() {
    let holder = Holder(secret: Secret(Array("hunter2".utf8)))
    var dumped = ""
    dump(holder, to: &dumped)
    let bytes = "\(Array("hunter2".utf8))".dropFirst().dropLast()

    for shown in [dumped, "\(holder)", String(reflecting: holder)] {
        #expect(shown.contains("prod"))
        #expect(!shown.contains("hunter2"))
        #expect(!shown.contains(bytes))
    }
}

@Test func `reveal gives back what was put in`() {
    #expect(Secret([1, 2, 255]).reveal() == [1, 2, 255])
}
