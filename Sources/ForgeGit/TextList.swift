// Texts as the library wants them in a list: an array of pointers to bytes that end in zero, freed with this object.

import CGit2

@safe final class TextList {
    private let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

    /// The bytes come without their zero.
    init(_ texts: [[CChar]]) {
        unsafe pointers = .allocate(capacity: texts.count)
        for (index, bytes) in texts.enumerated() {
            let text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count + 1)
            _ = unsafe text.initialize(from: bytes + [0])
            unsafe pointers.initializeElement(at: index, to: text.baseAddress)
        }
    }

    deinit {
        for index in unsafe pointers.indices { unsafe pointers[index]?.deallocate() }
        unsafe pointers.deallocate()
    }

    /// Not longer than this object.
    var raw: git_strarray { unsafe git_strarray(strings: pointers.baseAddress, count: pointers.count) }
}
