// Which libyaml this program runs with, for the operator. The one that is installed counts, not the one it was built against.

import CYAML

package enum YAMLLibrary {
    package static var version: String { unsafe String(cString: yaml_get_version_string()) }
}
