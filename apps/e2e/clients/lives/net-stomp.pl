# The life of a user with Net::Stomp 0.61, which speaks 1.0 over TCP.
use strict;
use warnings;
use JSON::PP;
use Net::Stomp;

my ($conversation, $foreign) = @ENV{qw(CONVERSATION FOREIGN)};
my $json = JSON::PP->new->utf8;
my $stomp = Net::Stomp->new({ hostname => '127.0.0.1', port => $ENV{TCP} });
my $connected = $stomp->connect({ Authorization => "Bearer $ENV{TOKEN}" });
die $connected->as_string if $connected->command eq 'ERROR';
my @lines = ('version ' . $connected->headers->{version});
my @seen;

sub first {
    my ($fits) = @_;
    for (;;) {
        for (@seen) { return $_ if $fits->($_) }
        my $frame = $stomp->receive_frame({ timeout => 20 }) or die 'nothing came';
        die $frame->as_string if $frame->command eq 'ERROR';
        push @seen, { headers => $frame->headers, body => $json->decode($frame->body) } if $frame->command eq 'MESSAGE';
    }
}

my $number = 0;
for ('/user/queue/messages', '/user/queue/acks', '/user/queue/errors', "/topic/conversation/$conversation") {
    $stomp->subscribe({ destination => $_, id => $number++, ack => 'auto' });
}
first(sub { $_[0]{headers}{event} eq 'ready' });

my $mine = '0199b1c0-0000-4000-8000-' . sprintf('%012x', int rand 2**40);
my $content = "hello: \x{e9} \x{1f600}";
$stomp->send({
    destination => '/app/chat.send',
    body => $json->encode({ conversationId => $conversation, content => $content, clientMessageId => $mine }),
});
my $ack = first(sub { $_[0]{headers}{destination} eq '/user/queue/acks' });
push @lines, sprintf 'ack %s %s', map { $_ ? 'true' : 'false' } $ack->{headers}{'client-message-id'} eq $mine, $ack->{body}{success};

$stomp->send({ destination => '/app/chat.send', body => $json->encode({ conversationId => $foreign, content => 'hello' }) });
my $error = first(sub { $_[0]{headers}{destination} eq '/user/queue/errors' });
push @lines, "error $error->{body}{error}{code}";

for my $text ($content, 'reply') {
    my $found = first(sub { ref $_[0]{body}{message} && $_[0]{body}{message}{content} eq $text });
    push @lines, (split m{/}, $found->{headers}{destination})[1] . ' ' . $found->{body}{message}{content};
}
$stomp->disconnect;
binmode STDOUT, ':utf8';
print join("\n", sort @lines), "\n";
