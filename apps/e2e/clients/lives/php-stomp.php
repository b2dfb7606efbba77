<?php
// The life of a user with PHP's stomp 2.0, which speaks 1.0 over TCP.
['CONVERSATION' => $conversation, 'FOREIGN' => $foreign, 'TOKEN' => $token, 'TCP' => $port] = getenv();
$stomp = new Stomp("tcp://127.0.0.1:$port", '', '', ['Authorization' => "Bearer $token"]);
$stomp->setReadTimeout(20);
$lines = [];
$seen = [];

function first(callable $fits): array
{
    global $stomp, $seen;
    for (;;) {
        foreach ($seen as $each) {
            if ($fits(...$each)) return $each;
        }
        $frame = $stomp->readFrame();
        if (!$frame) throw new Exception('nothing came');
        // It asks for ACKs where it is not told otherwise.
        if ($frame->command === 'MESSAGE') {
            $stomp->ack($frame);
            $seen[] = [$frame->headers, json_decode($frame->body, true)];
        }
    }
}

$send = fn (array $message) => $stomp->send('/app/chat.send', json_encode($message));
$number = 0;
foreach (['/user/queue/messages', '/user/queue/acks', '/user/queue/errors', "/topic/conversation/$conversation"] as $destination) {
    $stomp->subscribe($destination, ['id' => (string) $number++]);
}
first(fn ($headers) => $headers['event'] === 'ready');

$mine = sprintf('0199b1c0-0000-4000-8000-%012x', random_int(0, 2 ** 40));
$send(['conversationId' => $conversation, 'content' => 'hello: é 😀', 'clientMessageId' => $mine]);
[$headers, $body] = first(fn ($headers) => $headers['destination'] === '/user/queue/acks');
$lines[] = 'ack ' . var_export($headers['client-message-id'] === $mine, true) . ' ' . var_export($body['success'], true);

$send(['conversationId' => $foreign, 'content' => 'hello']);
[, $body] = first(fn ($headers) => $headers['destination'] === '/user/queue/errors');
$lines[] = "error {$body['error']['code']}";

foreach (['hello: é 😀', 'reply'] as $content) {
    [$headers, $body] = first(fn ($headers, $body) => ($body['message']['content'] ?? null) === $content);
    $lines[] = explode('/', $headers['destination'])[1] . " {$body['message']['content']}";
}
unset($stomp);
sort($lines);
echo implode("\n", $lines), "\n";
