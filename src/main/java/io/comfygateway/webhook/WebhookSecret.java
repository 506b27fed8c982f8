package io.comfygateway.webhook;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * The secret that callbacks are signed with: {@code whsec_} and 24 to 64 bytes in base64 (Standard
 * Webhooks, "Signature scheme").
 *
 * @param text the secret as it is written in settings and given to the receiver
 */
public record WebhookSecret(String text) {
  private static final String PREFIX = "whsec_";
  private static final int MIN_BYTES = 24;
  private static final int MAX_BYTES = 64;
  private static final int GENERATED_BYTES = 32;

  /**
   * @throws IllegalArgumentException where the text is not such a secret; the message does not
   *     repeat it
   */
  public WebhookSecret {
    text = text.strip();
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("A webhook secret starts with " + PREFIX);
    }
    int length = decode(text).length;
    if (length < MIN_BYTES || length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "A webhook secret has %d to %d bytes after %s and base64, this one has %d"
              .formatted(MIN_BYTES, MAX_BYTES, PREFIX, length));
    }
  }

  /**
   * Reads a setting: one secret, or several, comma separated, while one is rotated; the newest is
   * the first.
   *
   * @throws IllegalArgumentException where one is no such secret; the message does not repeat it
   */
  public static List<WebhookSecret> parseAll(String setting) {
    return Stream.of(setting.split(",", -1)).map(WebhookSecret::new).toList();
  }

  /** A new secret of 256 random bits. */
  public static WebhookSecret generate() {
    byte[] bytes = new byte[GENERATED_BYTES];
    new SecureRandom().nextBytes(bytes);
    return new WebhookSecret(PREFIX + Base64.getEncoder().encodeToString(bytes));
  }

  byte[] key() {
    return decode(text);
  }

  /** Does not show the secret. */
  @Override
  public String toString() {
    return PREFIX + "…";
  }

  private static byte[] decode(String text) {
    try {
      return Base64.getDecoder().decode(text.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "A webhook secret is base64 after " + PREFIX + ", this one is not");
    }
  }
}
