import type { TestContext } from 'node:test'

import type { Namespace } from './namespace.js'

/**
 * Replies to echoes in the kernel's place: after so many seconds, and from that address; Node has no raw sockets. Each reply
 * goes its own way, so that a late one holds up no other.
 */
const program = `
use strict; use warnings; use Socket;
my ($delay, $source) = @ARGV;
socket(my $s, AF_INET, SOCK_RAW, getprotobyname('icmp') // 1) or die "$!";
bind($s, pack_sockaddr_in(0, inet_aton($source))) or die "$!";
socket(my $in, AF_INET, SOCK_RAW, 1) or die "$!";
sub sum { my $d = shift; my $n = 0; $n += $_ for unpack('n*', $d . "\\0" x (length($d) % 2)); $n = ($n >> 16) + ($n & 65535) while $n >> 16; ~$n & 65535 }
$| = 1; $SIG{CHLD} = 'IGNORE';
print "ready\\n";
while (defined(my $from = recv($in, my $packet, 65535, 0))) {
  my $echo = substr($packet, (ord($packet) & 15) * 4);
  next unless ord($echo) == 8;
  next if fork;
  select(undef, undef, undef, $delay);
  my $reply = "\\0\\0\\0\\0" . substr($echo, 4);
  substr($reply, 2, 2) = pack('n', sum($reply));
  send($s, $reply, 0, $from);
  exit;
}
`

/** What a host does with echoes: the kernel replies, nobody does, or a program does, late or from another address. */
export type EchoHabit = 'prompt' | 'silent' | { readonly delay: number; readonly source: string }

/** Changes what the host in a namespace does with echoes, until the test ends. */
export async function repliesLike(t: TestContext, host: Namespace, habit: EchoHabit): Promise<void> {
  const ignore = (yes: boolean): Promise<string> =>
    host.exec('sysctl', '-qw', `net.ipv4.icmp_echo_ignore_all=${yes ? 1 : 0}`)
  await ignore(habit !== 'prompt')
  t.after(() => ignore(false))
  if (typeof habit === 'string') return
  const life = new AbortController()
  const argv = ['perl', '-e', program, String(habit.delay), habit.source]
  const { lines, ended } = host.runner.start(argv, { signal: life.signal })
  t.after(async () => {
    life.abort()
    await ended
  })
  for await (const line of lines) if (line === 'ready') break
}
