#!/usr/bin/perl
# Writes the TCP packets of one port on an interface to standard output, in the pcap format.
#   usage: capture.pl INTERFACE PORT          prints "listening" to standard error when no later packet is missed
# tcpdump would do, but where it finds itself root it insists on becoming another user, and a lab without root has none.
use strict;
use warnings;

use constant {
    AF_PACKET => 17, SOCK_RAW => 3, ETH_P_ALL => 3, SOL_SOCKET => 1, SO_RCVBUF => 8,
    SIOCGSTAMPNS => 0x8907, ETHERNET => 1, PCAP_NANOSECONDS => 0xa1b23c4d, LARGEST => 262144,
};

my ($interface, $port) = @ARGV;
open(my $index_file, '<', "/sys/class/net/$interface/ifindex") or die "no interface $interface: $!\n";
my $index = <$index_file> + 0;

socket(my $socket, AF_PACKET, SOCK_RAW, unpack('S', pack('n', ETH_P_ALL))) or die "no packet socket: $!\n";
setsockopt($socket, SOL_SOCKET, SO_RCVBUF, pack('i', 1 << 23));
# struct sockaddr_ll: family, protocol, interface; the rest is for sending.
bind($socket, pack('S n i x12', AF_PACKET, ETH_P_ALL, $index)) or die "$interface: $!\n";

# The first question for a packet's time makes the kernel keep it, from the next packet on.
my $time = "\0" x 16;
ioctl($socket, SIOCGSTAMPNS, $time);

binmode STDOUT;
$| = 1;
print pack('L S S l L L L', PCAP_NANOSECONDS, 2, 4, 0, 0, LARGEST, ETHERNET);
print STDERR "listening\n";

while (defined recv($socket, my $frame, LARGEST, 0)) {
    my $type = length($frame) >= 54 ? unpack('x12 n', $frame) : 0;
    my $tcp;
    if ($type == 0x0800 && unpack('x23 C', $frame) == 6) { $tcp = 14 + 4 * (unpack('x14 C', $frame) & 15) }
    elsif ($type == 0x86dd && unpack('x20 C', $frame) == 6) { $tcp = 54 }
    else { next }
    my ($from, $to) = unpack("x$tcp n n", $frame);
    next unless $from == $port || $to == $port;
    ioctl($socket, SIOCGSTAMPNS, $time) or die "no time of a packet: $!\n";
    my ($seconds, $nanoseconds) = unpack('q q', $time);
    print pack('L L L L', $seconds, $nanoseconds, length $frame, length $frame) . $frame;
}
die "$interface: $!\n";
