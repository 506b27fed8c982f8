package io.comfygateway.http;

import java.time.Duration;

/**
 * How much of the HTTP server one caller may use, so that enough is left for the others.
 *
 * @param sizes how large a request may be
 * @param times how long it may take
 * @param connections how many there may be at a time, of all callers
 */
public record HttpLimits(Sizes sizes, Times times, int connections) {

  /**
   * How large a request may be.
   *
   * @param uriBytes the request line, and with it the URI
   * @param headerBytes all header fields together
   * @param headers how many header fields there are at most
   * @param bodyBytes the body
   */
  public record Sizes(int uriBytes, int headerBytes, int headers, long bodyBytes) {}

  /**
   * How long things may take. A long poll, and a response that is being sent, are not idle.
   *
   * @param head from the connection to the end of its first request's header
   * @param idle between a response and the end of the next request's header
   * @param body what a body may take in any case
   * @param bodyBytesPerSecond how fast a body must arrive that takes longer than that
   * @param answer how long a client may read nothing of a response that is ready
   */
  public record Times(
      Duration head, Duration idle, Duration body, long bodyBytesPerSecond, Duration answer) {

    /** How long a body may take of which so many bytes have arrived. */
    Duration forBody(long bytes) {
      return body.plusMillis(bytes * 1_000 / bodyBytesPerSecond);
    }
  }
}
