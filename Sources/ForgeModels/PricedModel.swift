// What a model costs, by its name.

import ForgeCore
import ForgeHTTP

package struct ModelPrice: Hashable, Sendable {
    /// Millionths of a dollar for a million tokens.
    package var input: Int
    package var output: Int

    package init(input: Int, output: Int) {
        self.input = input
        self.output = output
    }
}
