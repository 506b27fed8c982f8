package io.comfygateway.stream;

import java.time.Duration;

/**
 * How much of the gateway streams may use.
 *
 * @param listeners streams at a time, of all callers
 * @param perCaller streams of one caller
 * @param beat after how much silence a stream carries a sign of life
 * @param behind how long a client may read nothing before its connection is closed
 * @param life after how long a stream ends, so that its client connects anew
 */
public record StreamLimits(
    int listeners, int perCaller, Duration beat, Duration behind, Duration life) {

  /** With the times that proxies and browsers are used to. */
  public static StreamLimits of(int listeners, int perCaller) {
    // The shortest limit of common proxies for a silent response is 30 s (CloudFront).
    return new StreamLimits(
        listeners,
        perCaller,
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofMinutes(30));
  }
}
