# Opens and closes connections as fast as it can, for so many seconds. usage: perl flood.pl PORT SECONDS
use strict;
use warnings;
use Socket;
use Time::HiRes 'time';

my ($port, $seconds) = @ARGV;
my $to   = pack_sockaddr_in($port, inet_aton('127.0.0.1'));
my $last = time + $seconds;
while (time < $last) {
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
    # A reset leaves no TIME-WAIT behind, so that the ports last.
    setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
    connect($socket, $to);
    close $socket;
}
