// The folder of a worktree, held open: every path is resolved beneath it, and none leads out of it.

import CSandbox
import ForgeCore

package struct WorkFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }
}
