package io.comfygateway.access;

/**
 * A key just made.
 *
 * @param secret what the caller sends; shown once and kept nowhere
 * @param record what is stored
 */
public record GeneratedKey(String secret, KeyRecord record) {
  @Override
  public String toString() {
    return "GeneratedKey[" + record.name() + "]";
  }
}
