// The files in the binary are the files of the repository.

import ForgeResources
import Foundation
import Testing

@Test(arguments: [
    "Webhooks/GitHub/Examples/pull_request.opened.json", "Webhooks/Sentry/Examples/event_alert.triggered.json",
    "Webhooks/GlitchTip/Examples/alert.generation-6-early.json", "Rules/commands.yml",
])
func `a file in the binary is byte for byte the one in the repository`(path: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    #expect(try Resource.bytes(of: path) == Array(Data(contentsOf: root.appending(path: path))))
}

@Test func `a path that is not in the binary is nil`() {
    #expect(Resource.bytes(of: "Webhooks/GitHub/Examples/no-such-file.json") == nil)
}
