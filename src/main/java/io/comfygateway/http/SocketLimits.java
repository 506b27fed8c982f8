package io.comfygateway.http;

import java.time.Duration;

/**
 * How much of the gateway the WebSockets of clients may use.
 *
 * @param perCaller how many of one caller may be open
 * @param inAll how many may be open of all callers
 * @param pendingBytes how many bytes may wait for a client that reads slowly
 * @param pendingBytesInAll how many bytes may wait for all clients together
 * @param ping how often an open socket is pinged; one that does not answer until the next ping is
 *     closed
 */
public record SocketLimits(
    int perCaller, int inAll, long pendingBytes, long pendingBytesInAll, Duration ping) {}
