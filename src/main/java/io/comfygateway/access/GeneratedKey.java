package io.comfygateway.access;

/**
 * A new key.
 *
 * @param secret what the caller sends; shown once and not stored
 * @param record what is stored
 */
public record GeneratedKey(String secret, KeyRecord record) {
  @Override
  public String toString() {
    return "GeneratedKey[" + record.name() + "]";
  }
}
