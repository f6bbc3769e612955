# A service that listens on a port which others may share, as one that is about to be replaced does: accepts and closes, or
# answers datagrams with themselves. usage: perl listen.pl tcp|udp ADDRESS PORT
use strict;
use warnings;
use IO::Socket::INET;

my ($protocol, $address, $port) = @ARGV;
my @listen = $protocol eq 'tcp' ? (Listen => 128) : ();
my $socket = IO::Socket::INET->new(
    Proto => $protocol, LocalAddr => $address, LocalPort => $port, ReuseAddr => 1, ReusePort => 1, @listen,
) or die "$protocol $address:$port: $!\n";
$| = 1;
print "listening\n";
if ($protocol eq 'tcp') {
    while (my $connection = $socket->accept) { close $connection }
} else {
    while (defined $socket->recv(my $datagram, 2048)) { $socket->send($datagram) }
}
