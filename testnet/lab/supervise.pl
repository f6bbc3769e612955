#!/usr/bin/perl
# Runs a command and ends as it ended. It stands between nsenter and a command that tests stop and kill: nsenter stops
# itself when its child is stopped, and then sees neither that it goes on nor that it has ended.
use strict;
use warnings;
no warnings 'exec';

my $pid = fork // die "fork: $!\n";
if ($pid == 0) {
    exec { $ARGV[0] } @ARGV or print STDERR "$ARGV[0]: $!\n";
    exit 127;
}
waitpid $pid, 0;
kill $? & 127, $$ if $? & 127;
exit $? >> 8;
