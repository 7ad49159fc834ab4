// Starting: ports that cannot be had, certificates that cannot be used, and TLS that works.

import ForgeCore
import ForgeServer
import ForgeTestSupport
import Foundation
import Testing

private func start(_ address: String, port: UInt16, tls: TLSFiles? = nil) async -> ServerError? {
    guard let address = IPAddress(address) else { preconditionFailure("an address is expected") }
    let server = HTTPServer(
        listen: ListenAddress(address: address, port: port), routes: [hello], tls: tls,
        dependencies: ServerDependencies(log: .silent, metrics: Metrics(), monotonic: { 0 }, requestIDs: { "r" }))
    do throws(ServerError) {
        _ = try server.start()
        await server.stop(within: .seconds(0))
        return nil
    } catch {
        return error
    }
}

/// Runs a program on its own and gives what it wrote.
private func run(_ arguments: [String], input: String = "") throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let (output, standardInput) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = standardInput
    try process.runAlone()
    standardInput.fileHandleForWriting.write(Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
}

/// Makes a key and a certificate for it; nil, with a line that says so, where there is no `openssl`.
private func makeIdentity() throws -> TLSFiles? {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("forge-tls-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // a left-over folder of a test harms nobody
    let (key, certificate) = (folder.appendingPathComponent("key.pem"), folder.appendingPathComponent("certificate.pem"))
    let status = try run([
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key.path, "-out",
        certificate.path,
    ]).status
    guard status == 0 else {
        print("skipped: there is no openssl command to make a certificate with")
        return nil
    }
    return TLSFiles(certificate: [UInt8](try Data(contentsOf: certificate)), privateKey: Secret([UInt8](try Data(contentsOf: key))))
}

extension ServerTests {
    @Suite(.timeLimit(.minutes(5)))
    struct StartTests {
        @Test func `a port that is taken is named with its address and the reason`() async throws {
            try await withServer([hello]) { server in
                let error = await start("127.0.0.1", port: server.port)
                #expect(error?.code == .cannotListen)
                #expect(error?.message == "Cannot listen on 127.0.0.1:\(server.port): Address already in use")
            }
        }

        @Test func `an address of no interface, or no address, is named`() async throws {
            #expect(await start("192.0.2.1", port: 0)?.message == "Cannot listen on 192.0.2.1:0: Cannot assign requested address")
        }

        @Test func `a certificate and a key that are no pair, or no PEM, are refused in a sentence`() async throws {
            let nonsense = TLSFiles(certificate: Array("certificate".utf8), privateKey: Secret(Array("key".utf8)))
            let error = await start("127.0.0.1", port: 0, tls: nonsense)
            #expect(error?.code == .badCertificate)
            #expect(error?.message.hasPrefix("The TLS certificate and private key cannot be used") == true)
            guard let one = try makeIdentity(), let other = try makeIdentity() else { return }
            #expect(
                await start("127.0.0.1", port: 0, tls: TLSFiles(certificate: one.certificate, privateKey: other.privateKey))?.code
                    == .badCertificate)
        }

        @Test func `requests are answered over TLS 1_2 and 1_3, and not below`() async throws {
            guard let identity = try makeIdentity() else { return }
            try await withServer([hello, echo], tls: identity) { server in
                for (version, isTaken) in [("-tls1_3", true), ("-tls1_2", true), ("-tls1_1", false)] {
                    let port = server.port
                    let output = try await onThread {
                        try run(
                            ["openssl", "s_client", "-quiet", "-cipher", "ALL@SECLEVEL=0", version, "-connect", "127.0.0.1:\(port)"],
                            input: "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                        ).output
                    }
                    #expect(output.contains("hello") == isTaken, "\(version): \(output)")
                }
            }
        }

        @Test func `over TLS a chunked body over the limit is refused after it has ended`() async throws {
            guard let identity = try makeIdentity() else { return }
            try await withServer([echo], tls: identity) { server in
                let port = server.port
                let body = String(repeating: "61A8\r\n" + String(repeating: "a", count: 25_000) + "\r\n", count: 5) + "0\r\n\r\n"
                let output = try await onThread {
                    try run(
                        ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(port)"],
                        input: "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body
                    ).output
                }
                #expect(output.hasPrefix("HTTP/1.1 413"), "\(output)")
            }
        }
    }
}

/// A program is waited for on a thread of its own: the server's handlers need those of the runtime.
private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
