// How long the processor worked for this thread, so that a busy machine does not make a linear algorithm look quadratic.

import Foundation

func processorSeconds(_ work: () -> Void) -> Double {
    func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    work()
    return now() - start
}
