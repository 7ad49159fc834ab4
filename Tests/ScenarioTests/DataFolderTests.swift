// The data folder in every state it can be in: taken, damaged, newer, full.

import ForgeCore
import ForgeTestSupport
import Foundation
import Testing

@Suite(.serialized) struct DataFolderTests {
    @Test func `a second service on the same folder refuses, with a sentence and exit code 3`() throws {
        let service = try ServiceUnderTest()
        try service.start()
        let second = try service.run("serve")
        #expect(second.code == 3)
        #expect(second.errors.contains("\(service.process?.processIdentifier ?? 0)"), "\(second.errors)")
        #expect(try service.send("GET", "/healthz").status == 200)
        #expect(service.end(with: SIGTERM) == 0)
    }

    @Test func `a file that is no database is left as it is, with exit code 3`() throws {
        let service = try ServiceUnderTest()
        let file = URL(filePath: service.dataPath).appending(path: "forge.db")
        let text = Data("this was my shopping list\n".utf8)
        try text.write(to: file)
        let started = try service.run("serve")
        #expect(started.code == 3)
        #expect(started.errors.contains("database"), "\(started.errors)")
        #expect(try Data(contentsOf: file) == text)
    }

    @Test func `a database with a damaged first page is left as it is, with exit code 3`() throws {
        let service = try ServiceUnderTest()
        try service.start()
        #expect(try service.github("ping", "{}").status == 202)
        #expect(service.end(with: SIGTERM) == 0)
        let file = URL(filePath: service.dataPath).appending(path: "forge.db")
        var bytes = try Data(contentsOf: file)
        for index in 100..<min(bytes.count, 4000) { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
        try bytes.write(to: file)
        let started = try service.run("serve")
        #expect(started.code == 3, "\(started.errors)")
        #expect(try Data(contentsOf: file) == bytes)
    }

    @Test func `a full disk is answered 503 with Retry-After, and deliveries are taken again when there is room`() async throws {
        let service = try ServiceUnderTest()
        try service.start()
        #expect(try service.github("ping", "{}", delivery: "before").status == 202)
        // No file of the service may grow beyond what it has: for it the disk is full.
        try limitFiles(of: service, to: "1024")
        let body = #"{"zen":""# + String(repeating: "x", count: 1 << 20) + #""}"#
        let refused = try service.github("ping", body, delivery: "full")
        #expect(refused.status == 503, "\(refused.body)")
        #expect(refused.head.lowercased().contains("retry-after:"))
        #expect(try service.send("GET", "/healthz").status == 200)
        try limitFiles(of: service, to: "unlimited")
        #expect(try service.github("ping", body, delivery: "full").status == 202)
        try await service.settle()
        let listed = try service.run("deliveries", "list", "--json")
        #expect(listed.output.split(separator: "\n").count == 2, "\(listed.output)")
        #expect(service.end(with: SIGTERM) == 0)
    }

    private func limitFiles(of service: ServiceUnderTest, to bytes: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/prlimit")
        process.arguments = ["--pid", "\(service.process?.processIdentifier ?? 0)", "--fsize=\(bytes):unlimited"]
        try process.runAlone()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
