package io.comfygateway.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Marks by which the database recognises a key's secret. The hash of a secret of the settings is
 * never stored, and a mark says nothing about it without the master key.
 */
final class SecretMarks {
  private static final HexFormat HEX = HexFormat.of();
  private final byte[] markKey;

  SecretMarks(MasterKey masterKey) {
    this.markKey = masterKey.derive("console session");
  }

  /** The mark of a secret: 64 hexadecimal digits. */
  String of(String key, SecretHash secret) {
    byte[] text = (key + "\n" + secret.hash()).getBytes(StandardCharsets.UTF_8);
    return HEX.formatHex(Hmac.sha256(markKey, text));
  }

  /** Whether a mark is that of a secret. */
  boolean matches(String mark, String key, SecretHash secret) {
    return MessageDigest.isEqual(
        mark.getBytes(StandardCharsets.UTF_8), of(key, secret).getBytes(StandardCharsets.UTF_8));
  }
}
