// The operating system as the program sees it: lines, files, children and signals.
