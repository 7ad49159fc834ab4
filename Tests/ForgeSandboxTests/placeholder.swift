// Tests of the walls.

import ForgeSandbox
