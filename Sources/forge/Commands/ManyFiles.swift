// A repository of many files for benches, made from a seed: the same on every machine.

enum ManyFiles {
    /// Texts of words that are chosen from a seed: they compress about as well as code does.
    static func stream(_ files: Int) -> [UInt8] {
        var state: UInt64 = 20_261_120
        let words = ["let", "value", "=", "compute(", "input", ")", "return", "if", "index", "<", "count", "{", "}", "//", "for", "in"]
        var stream = Array("commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 5\nFirst\n".utf8)
        for file in 0..<files {
            var text = "// Part \(file)\n"
            for line in 0..<30 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text +=
                    "    \(words[Int(state >> 60)]) \(words[Int(state >> 40 & 15)]) \(state >> 44) \(words[Int(state >> 30 & 15)]) \(line)\n"
            }
            stream += Array(
                "M 100644 inline \(path(file))\ndata \(text.utf8.count)\n\(text)\n".utf8)
        }
        return stream
    }

    /// Of one of the files.
    static func path(_ file: Int) -> String { "part\(file / 1_000)/group\(file / 40 % 25)/file\(file).swift" }
}
