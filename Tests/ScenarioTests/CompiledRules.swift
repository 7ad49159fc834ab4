// Where all scenarios keep the compiled rules: compiling them takes longer than most of what a scenario does.

import Foundation

enum CompiledRules {
    static let folder: String = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("forge-rules-cache-\(UUID().uuidString)").path
        // The first test that asks waits here; whether it worked each test sees for itself.
        _ = try? Program.run(["review", "--patch", "-"], environment: ["XDG_CACHE_HOME": folder], in: "/")
        return folder
    }()
}
