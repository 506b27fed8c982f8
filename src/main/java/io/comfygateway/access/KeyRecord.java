package io.comfygateway.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * What is kept of a key: enough to recognise its secret, nothing to find it from. One round of
 * SHA-256 is enough because secrets are random and long; it would not be for passwords.
 *
 * @param name the caller's name
 * @param salt 16 random bytes, hexadecimal
 * @param hash SHA-256 over salt and secret, hexadecimal
 * @param scopes what the key may do
 */
public record KeyRecord(String name, String salt, String hash, Set<Scope> scopes) {
  private static final int SALT_BYTES = 16;

  public KeyRecord {
    scopes = Set.copyOf(scopes);
  }

  static KeyRecord of(String name, String secret, Set<Scope> scopes, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    HexFormat hex = HexFormat.of();
    return new KeyRecord(name, hex.formatHex(salt), hex.formatHex(hash(salt, secret)), scopes);
  }

  /** Whether this is the key's secret. Takes the same time for every wrong one. */
  boolean matches(String secret) {
    HexFormat hex = HexFormat.of();
    return MessageDigest.isEqual(hash(hex.parseHex(salt), secret), hex.parseHex(hash));
  }

  Caller caller() {
    return new Caller(name, scopes);
  }

  private static byte[] hash(byte[] salt, String secret) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt);
      return digest.digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This Java has no SHA-256", e);
    }
  }
}
