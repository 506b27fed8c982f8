package io.comfygateway.access;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The secret from which the gateway derives its other keys, one per purpose, so that none reveals
 * anything about another.
 */
public final class MasterKey {
  static final int BYTES = 32;

  private final byte[] key;

  MasterKey(byte[] key) {
    if (key.length != BYTES) {
      throw new IllegalArgumentException(
          "A master key has %d bytes, this one has %d".formatted(BYTES, key.length));
    }
    this.key = key.clone();
  }

  /**
   * Reads the key of a setting, which gateways on one database share.
   *
   * @throws IllegalArgumentException if it is not 32 bytes in base64; the message does not repeat
   *     it
   */
  public static MasterKey ofBase64(String setting) {
    try {
      return new MasterKey(Base64.getDecoder().decode(setting.strip()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The master key must be 32 bytes in base64, such as the output of openssl rand -base64"
              + " 32");
    }
  }

  /** Identifies this key without revealing it, in hex. */
  public String fingerprint() {
    return HexFormat.of().formatHex(derive("fingerprint"));
  }

  static byte[] randomBytes() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  byte[] bytes() {
    return key.clone();
  }

  /** Derives the 32 bytes for a purpose (HKDF-SHA256, RFC 5869). */
  byte[] derive(String purpose) {
    byte[] info = ("comfyui-gateway " + purpose).getBytes(StandardCharsets.UTF_8);
    return Hmac.hkdf(key, new byte[0], info, BYTES);
  }
}
