// Which libmicrohttpd this program runs with, for the operator. The one that is installed counts, not the one it was built against.

import CMicroHTTPD

extension HTTPServer {
    package static var libraryVersion: String { unsafe String(cString: MHD_get_version()) }
}
