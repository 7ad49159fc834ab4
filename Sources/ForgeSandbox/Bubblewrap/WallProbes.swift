// What the self-test tries from the inside, as a script for the Perl that every Debian has. A probe that does not know this processor's
// numbers of system calls fails rather than passes.

import CSandbox

enum WallProbes {
    static let names = [
        "descriptors", "files", "git", "environment", "processes", "privileges", "namespaces", "calls", "terminal", "network", "sockets",
        "devices",
        "scratch", "limits",
    ]

    /// `name=number` for each call that the script makes by number.
    static var callNumbers: String {
        let numbers = [
            ("unshare", SYS_unshare), ("clone", SYS_clone), ("clone3", SYS_clone3), ("setns", SYS_setns), ("ptrace", SYS_ptrace),
            ("bpf", SYS_bpf), ("keyctl", SYS_keyctl), ("userfaultfd", SYS_userfaultfd), ("perf_event_open", SYS_perf_event_open),
            ("io_uring_setup", SYS_io_uring_setup), ("mount", SYS_mount), ("chroot", SYS_chroot),
            ("process_vm_readv", SYS_process_vm_readv),
            ("open_by_handle_at", SYS_open_by_handle_at), ("mknodat", SYS_mknodat), ("personality", SYS_personality),
        ]
        return numbers.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
    }

    static let script = #"""
        use strict;
        my ($canary, $port, $abstract, $numbers, @readable) = @ARGV;
        my %call = map { split /=/ } split /,/, $numbers;
        $| = 1;
        sub wall { my ($name, $good, @fallen) = @_; print join("\t", $name, @fallen ? "fallen" : "held", @fallen ? join(", ", @fallen) : $good), "\n" }
        sub slurp { my $file; open($file, "<", $_[0]) or return ""; local $/; my $text = <$file>; defined $text ? $text : "" }
        sub writes { my $file; open($file, ">", $_[0]) and do { close $file; unlink $_[0]; 1 } }
        # A folder on the way to one that may be read has nothing else in it.
        sub seen { my ($place) = @_; return $place unless grep { index($_, "$place/") == 0 } @readable;
            opendir(my $in, $place) or return ();
            map { my $step = $_; (grep { $_ eq $step } @readable) ? () : seen($step) } map { "$place/$_" } grep { !/^\.\.?$/ } readdir $in }
        sub refused { my ($name, $wanted, @arguments) = @_; $! = 0; my $result = syscall($call{$name}, @arguments);
            kill 9, $$ if $result == 0 && $name =~ /^clone/;
            $result == -1 && $! == $wanted ? () : "$name (" . ($result == -1 ? "$!" : "done") . ")" }

        opendir(my $open, "/proc/self/fd"); my @open = grep { /^\d+$/ && $_ > 2 && readlink("/proc/self/fd/$_") !~ m{^/proc/\d+/fd$|^/(proc|dev)$} } readdir $open;
        wall("descriptors", "none but the three", map { "$_ is " . readlink("/proc/self/fd/$_") } @open);
        wall("files", "nothing of this machine but its programs can be read, and none of it written",
            (map { seen($_) } grep { -e $_ } $canary, "/etc/shadow", "/etc/ssh", "/var/lib", "/run/docker.sock", "/root", "/home"),
            (map { "$_ is writable" } grep { writes("$_/forge-probe") } "/", "/etc", "/usr", "/usr/bin", "/dev", "/proc", "/worktree/.git"));
        my @git = (-e "/worktree/.git/config" ? "it can be read" : (), rename("/worktree/.git", "/worktree/.git2") ? "it can be moved" : (),
            rmdir("/worktree/.git") ? "it can be removed" : ());
        wall("git", "the git directory is out of sight and cannot be moved", @git);
        my @names = map { /^([^=]*)/ } map { split /\0/, slurp($_) } "/proc/1/environ", "/proc/self/environ";
        wall("environment", "nothing of the service's", grep { !/^(PATH|HOME|LANG|TMPDIR|PWD)$/ } @names);
        opendir(my $all, "/proc"); my @processes = grep { /^\d+$/ } readdir $all;
        wall("processes", "no other process in sight", @processes > 3 ? scalar(@processes) . " processes" : ());
        my $status = slurp("/proc/self/status");
        wall("privileges", "no capability, none to be had", $< == 1000 && $> == 1000 ? () : "user $<",
            (map { $status =~ /^$_:\s*0+$/m ? () : $_ } qw(CapInh CapPrm CapEff CapBnd CapAmb)),
            $status =~ /^NoNewPrivs:\s*1$/m ? () : "new privileges", $status =~ /^Seccomp:\s*2$/m ? () : "no filter of system calls");
        wall("namespaces", "none can be made or entered", refused("unshare", 1, 0x10000000), refused("unshare", 1, 0x20000),
            refused("clone", 1, 0x10000011, 0, 0, 0, 0), refused("clone3", 38, 0, 0), refused("setns", 1, 0, 0));
        my $text = "forge\0" x 8;
        wall("calls", "refused", refused("ptrace", 1, 0, 0, 0, 0), refused("bpf", 1, 0, $text, 8), refused("keyctl", 1, 0, 0),
            refused("userfaultfd", 1, 0), refused("perf_event_open", 1, $text, 0, 0, 0, 0), refused("io_uring_setup", 38, 1, $text),
            refused("mount", 1, $text, $text, $text, 0, 0), refused("chroot", 1, $text), refused("process_vm_readv", 1, 1, 0, 0, 0, 0, 0),
            refused("open_by_handle_at", 1, 0, $text, 0), refused("mknodat", 1, -100, "/tmp/device\0", 0x2000 | 0600, 0x103),
            refused("personality", 1, 8));
        wall("terminal", "nothing can be typed into the service's", map { $! = 0; ioctl(STDIN, $_, $text); $! == 1 ? () : "ioctl $_" } 0x5412, 0x541C);
        my @network;
        for my $address ([2, pack("S n a4 x8", 2, $port, "\x7f\0\0\1")], [2, pack("S n a4 x8", 2, 53, "\x01\x01\x01\x01")],
            [10, pack("S n x4 a16 x4", 10, $port, "\0" x 15 . "\1")]) {
            socket(my $socket, $address->[0], 1, 0) or next;
            push @network, "connected" if connect($socket, $address->[1]);
        }
        push @network, slurp("/proc/net/dev") =~ /^\s*(?!lo:)(\w+):/m ? "device $1" : ();
        wall("network", "no way out", @network);
        my @sockets = map { my $socket; socket($socket, $_, 3, 0) || socket($socket, $_, 1, 0) ? "family $_" : () } 16, 17, 40, 38, 31, 29;
        if (socket(my $socket, 1, 1, 0)) { push @sockets, "abstract socket" if connect($socket, pack("S a*", 1, "\0$abstract")) }
        wall("sockets", "no other family, no abstract socket of this machine", @sockets);
        opendir(my $folder, "/dev"); my %usual = map { $_ => 1 } qw(. .. null zero full random urandom tty fd stdin stdout stderr shm pts ptmx console core);
        wall("devices", "only the usual few", grep { !$usual{$_} } readdir $folder);
        my @scratch = map { my $name = $_; open(my $file, ">", "$name/fill") or (); my $done = 0;
            while ($done < 3 && defined syswrite($file, "x" x 1048576)) { $done++ } close $file; unlink "$name/fill";
            $done >= 3 ? "$name has no end" : () } "/tmp", "/agent", "/dev/shm";
        wall("scratch", "folders in memory have an end", @scratch);
        my $limits = slurp("/proc/self/limits");
        wall("limits", "files, their size, time", $limits =~ /^Max open files\s+99\s+99/m ? () : "open files",
            $limits =~ /^Max file size\s+8388608\s/m ? () : "file size", $limits =~ /^Max core file size\s+0\s+0/m ? () : "core files",
            $limits =~ /^Max cpu time\s+10\s/m ? () : "processor time");
        my $file; open($file, ">", "/worktree/written") and print $file "inside\n";
        """#
}
