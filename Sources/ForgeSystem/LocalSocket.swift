// The two things this program does with sockets outside its HTTP server: asks whether an address is free, and sends itself a request in
// the demonstration. Not a client for other machines: that is ForgeHTTP's work.

import CSystem

package enum LocalSocket {
    /// Throws when nothing can listen there: taken, not allowed, or no address of this machine.
    package static func checkFree(host: String, port: Int) throws(SystemError) {
        let descriptor = unsafe forge_tcp(host, Int32(port), 1)
        guard descriptor >= 0 else { throw error("listen on", host, port, descriptor) }
        close(descriptor)
    }

    /// Sends bytes, and gives back all that comes until the other side closes.
    package static func exchange(host: String, port: Int, request: [UInt8], bytesMax: Int = 1 << 20) throws(SystemError) -> [UInt8] {
        let descriptor = unsafe forge_tcp(host, Int32(port), 0)
        guard descriptor >= 0 else { throw error("connect to", host, port, descriptor) }
        defer { close(descriptor) }
        try StandardStream.write(request, to: descriptor, name: "\(host):\(port)")
        return try Files.readAll(descriptor, name: "\(host):\(port)", bytesMax: bytesMax)
    }

    private static func error(_ call: String, _ host: String, _ port: Int, _ number: Int32) -> SystemError {
        SystemError(call: call, subject: "\(host):\(port)", number: -number, message: SystemError.text(of: -number))
    }
}
