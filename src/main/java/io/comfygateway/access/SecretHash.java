package io.comfygateway.access;

import io.comfygateway.digest.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A salted hash of a secret. One round of SHA-256 is enough because secrets are long and random; it
 * would not be for passwords.
 *
 * @param salt 16 random bytes, hexadecimal
 * @param hash SHA-256 over salt and secret, hexadecimal
 */
public record SecretHash(String salt, String hash) {
  private static final int SALT_BYTES = 16;

  static SecretHash of(String secret, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return of(secret, salt);
  }

  /**
   * The hash of a secret of the settings, the same in every gateway and after every start. It is
   * never stored.
   *
   * @param name of the key, from which its salt is made
   */
  static SecretHash ofSetting(String name, String secret) {
    return of(secret, Arrays.copyOf(hash(new byte[0], "key of the settings " + name), SALT_BYTES));
  }

  private static SecretHash of(String secret, byte[] salt) {
    HexFormat hex = HexFormat.of();
    return new SecretHash(hex.formatHex(salt), hex.formatHex(hash(salt, secret)));
  }

  /** Whether this is the hash of the secret. Takes the same time for every wrong secret. */
  boolean matches(String secret) {
    HexFormat hex = HexFormat.of();
    return MessageDigest.isEqual(hash(hex.parseHex(salt), secret), hex.parseHex(hash));
  }

  private static byte[] hash(byte[] salt, String secret) {
    MessageDigest digest = Sha256.newDigest();
    digest.update(salt);
    return digest.digest(secret.getBytes(StandardCharsets.UTF_8));
  }
}
